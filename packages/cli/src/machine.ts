/**
 * The one place where this program reads the machine: environment, clocks, randomness, platform.
 * Everything else is handed a `Machine`, so that tests can build one.
 */
import { randomBytes } from 'node:crypto';
import { homedir, hostname } from 'node:os';
import type { Clock, NewId } from '@remit/contracts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Machine {
  readonly env: Environment;
  /** Folder that relative paths start from. */
  readonly folder: string;
  readonly home: string;
  readonly platform: NodeJS.Platform;
  readonly hostname: string;
  /** Version of the running Node, without the `v`. */
  readonly node_version: string;
  /** The program and script that run now, to start another Remit or to name in a client's settings. */
  readonly command: readonly string[];
  readonly pid: number;
  /** Absent where the platform has no user ids. */
  readonly user_id: number | undefined;
  readonly clock: Clock;
  readonly newId: NewId;
  /** A secret of 256 random bits, URL-safe. */
  newSecret(): string;
  /** 32 random bytes. */
  newKey(): Uint8Array;
  /** From 0 up to 1, exclusive; not for secrets. */
  random(): number;
}

export function thisMachine(): Machine {
  return {
    env: process.env,
    folder: process.cwd(),
    home: homedir(),
    platform: process.platform,
    hostname: hostname(),
    node_version: process.versions.node,
    command: [process.execPath, ...process.execArgv, process.argv[1] ?? ''],
    pid: process.pid,
    user_id: process.getuid?.(),
    clock: { now: () => Date.now(), monotonic: () => performance.now() },
    newId: timeOrderedIds(() => Date.now()),
    newKey: () => randomBytes(32),
    random: () => Math.random(),
    newSecret: () => randomBytes(32).toString('base64url'),
  };
}

/** Bytes of random ids drawn at a time: a draw costs more than what is done with it. */
const drawnBytes = 10 * 1024;
const randomBytesOfId = 10;

/**
 * Ids of 32 hexadecimal digits: 48 bits of time in ms, then 80 random ones. Ids that rise with time lie side
 * by side in the ledger's indexes, where random ones would each touch a page of their own (the reasoning of
 * RFC 9562, section 5.7, whose version bits nobody reads here).
 */
function timeOrderedIds(now: () => number): NewId {
  let drawn = Buffer.alloc(0);
  let at = 0;
  return (prefix) => {
    if (at >= drawn.length) {
      drawn = randomBytes(drawnBytes);
      at = 0;
    }
    at += randomBytesOfId;
    const time = now().toString(16).padStart(12, '0');
    return `${prefix}_${time}${drawn.toString('hex', at - randomBytesOfId, at)}`;
  };
}
