/** What every part of the agents' side works with. */
import type { Bounds, JsonObject } from '@remit/contracts';
import type { Ports, RefusedAttempts } from '@remit/enforce';
import type { Logger } from 'pino';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Spans } from '../telemetry/spans.ts';
import type { Catalog } from './catalog.ts';
import type { OpenCalls } from './open-calls.ts';
import type { Views } from './view.ts';

export interface Services {
  ports: Ports;
  bounds: Bounds;
  catalog: Catalog;
  views: Views;
  openCalls: OpenCalls;
  /** Records what is refused before it is an action. */
  attempts: RefusedAttempts;
  spans: Spans;
  metrics: Metrics | undefined;
  logger: Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;
  /**
   * MCP `Implementation` of this gateway. Each path has a name of its own, because clients keep what
   * they cache by it.
   */
  serverInfo(scope: string | undefined): JsonObject;
}
