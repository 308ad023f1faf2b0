/** What the tests of the upstream side share: dependencies that are quick and silent, and a peer. */
import { fileURLToPath } from 'node:url';
import type { JsonObject } from '@remit/contracts';
import type { ServerSettings } from '@remit/policy';
import { waitFor } from '@remit/testkit';
import pino from 'pino';
import { onTestFinished } from 'vitest';
import type {
  InputRequests,
  InputResponses,
  Notification,
  Peer,
  UpstreamRequest,
} from '../../src/exchange.ts';
import { createWatchdog } from '../../src/upstream/transport/watchdog.ts';
import { createUpstream } from '../../src/upstream/upstream.ts';
import type { CountedUpstream, UpstreamOptions } from '../../src/upstream/upstream.ts';

const clock = { now: () => Date.now(), monotonic: () => performance.now() };

export function options(changes: Partial<UpstreamOptions> = {}): UpstreamOptions {
  const watchdog = createWatchdog();
  onTestFinished(() => watchdog.close());
  return {
    clock,
    logger: pino({ level: process.env['TEST_LOG'] ?? 'silent' }),
    random: () => 0.5,
    credentials: () => undefined,
    environment: process.env,
    cwd: import.meta.dirname,
    client_info: { name: 'remit', version: '0.0.0' },
    watchdog,
    ...changes,
    bounds: {
      restart_delay_first_ms: 20,
      upstream_stop_ms: 300,
      list_refresh_interval_ms: 10,
      ...changes.bounds,
    },
  };
}

/** An upstream that is closed when the test ends. */
export function upstream(
  settings: Partial<ServerSettings>,
  changes: Partial<UpstreamOptions> = {},
): CountedUpstream {
  const made = createUpstream({ name: 'test', trust: 'internal', ...settings }, options(changes));
  onTestFinished(() => made.close());
  return made;
}

/** The path of a package's program, from where npm has installed it. */
function programOf(specifier: string): string {
  return fileURLToPath(import.meta.resolve(specifier));
}

export const everything = programOf('@modelcontextprotocol/server-everything/dist/index.js');

export interface RecordingPeer extends Peer {
  readonly notifications: Notification[];
  readonly asked: InputRequests[];
}

export interface PeerSettings {
  client?: string;
  capabilities?: JsonObject;
  log_level?: string;
  answer?: (requests: InputRequests, withdrawn?: AbortSignal) => InputResponses | Promise<InputResponses>;
  onNotification?: (notification: Notification) => void;
}

export function peer(settings: PeerSettings = {}): RecordingPeer {
  const notifications: Notification[] = [];
  const asked: InputRequests[] = [];
  return {
    ...(settings.client !== undefined && { client: settings.client }),
    capabilities: settings.capabilities ?? { elicitation: { form: {}, url: {} }, sampling: {}, roots: {} },
    ...(settings.log_level !== undefined && { log_level: settings.log_level }),
    notifications,
    asked,
    notify(notification) {
      notifications.push(notification);
      settings.onNotification?.(notification);
    },
    async ask(requests, withdrawn) {
      asked.push(requests);
      if (settings.answer === undefined) throw new Error('this peer was not expected to be asked');
      return await settings.answer(requests, withdrawn);
    },
  };
}

export function toolCall(
  name: string,
  args: JsonObject,
  changes: Partial<UpstreamRequest> = {},
): UpstreamRequest {
  return {
    method: 'tools/call',
    params: { name, arguments: args },
    peer: peer(),
    signal: new AbortController().signal,
    progress: false,
    ...changes,
  };
}

/** Resolves when the process is gone. It is a child of another process, so no event tells of its end. */
export async function gone(pid: number): Promise<void> {
  await waitFor(() => !isAlive(pid), { what: `the end of process ${String(pid)}` });
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
