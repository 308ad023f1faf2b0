/** What the upstream side takes from the composition root. */
import type { Bounds, Clock } from '@remit/contracts';
import type { Logger } from 'pino';
import type { Environment } from './environment.ts';
import type { Watchdog } from './transport/watchdog.ts';

export interface UpstreamDependencies {
  clock: Clock;
  logger: Logger;
  /** A number from 0 up to 1, exclusive: spreads what would otherwise happen at once. */
  random: () => number;
  /** The value of a credential, or undefined where it is not set. Asked at the last moment, each time. */
  credentials: (name: string) => string | undefined;
  /** Remit's own environment, of which children get a small part. */
  environment: Environment;
  /** The folder in which children run: the workspace. */
  cwd: string;
  /** What Remit calls itself towards servers. */
  client_info: { name: string; version: string };
  watchdog: Watchdog;
  bounds: Bounds;
}
