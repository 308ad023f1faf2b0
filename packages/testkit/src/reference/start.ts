/** Starts a reference server for a test. */
import { fileURLToPath } from 'node:url';
import { localhostHostValidation, localhostOriginValidation } from '@modelcontextprotocol/node';
import { listen } from '../listen.ts';
import type { Era } from './definition.ts';
import { sessionHttp } from './session-http.ts';
import type { HttpHandler } from './session-http.ts';
import { sessionSse } from './session-sse.ts';
import { ReferenceState } from './state.ts';
import { statelessHttp } from './stateless-http.ts';

export type ReferenceTransport = 'http' | 'sse' | 'stdio';

export interface ReferenceOptions {
  era: Era;
  transport: ReferenceTransport;
  /** For HTTP; a free one by default. */
  port?: number;
}

export interface ReferenceServer {
  /** The endpoint, for `http` (`…/mcp`) and `sse` (`…/sse`). */
  url?: string;
  /** Program and arguments, for `stdio`: whoever connects starts the process. */
  command?: readonly string[];
  /** What the server knows of its calls; not for `stdio` (ask the tool `test_observations`). */
  state?: ReferenceState;
  close(): Promise<void>;
}

/** @throws Error for the stateless era on the legacy SSE transport, which never existed. */
export async function startReferenceServer(options: ReferenceOptions): Promise<ReferenceServer> {
  if (options.transport === 'stdio')
    return { command: stdioCommand(options.era), close: () => Promise.resolve() };
  const state = new ReferenceState();
  const handler = httpHandler(options, state);
  const listening = await listen(guarded(handler), options.port);
  return {
    url: `${listening.origin}/${options.transport === 'sse' ? 'sse' : 'mcp'}`,
    state,
    close: async () => {
      state.tasks.close();
      await handler.close();
      await listening.close();
    },
  };
}

function stdioCommand(era: Era): [string, ...string[]] {
  const script = fileURLToPath(new URL('./stdio.ts', import.meta.url));
  return [process.execPath, '--conditions=remit-source', script, era];
}

function httpHandler({ era, transport }: ReferenceOptions, state: ReferenceState): HttpHandler {
  if (era === 'session') return transport === 'sse' ? sessionSse(state) : sessionHttp(state);
  if (transport === 'sse') throw new Error('the stateless era has no HTTP+SSE transport');
  return statelessHttp(state);
}

/** Refuses foreign Host and Origin headers (MCP basic/transports "Security Warning"). */
function guarded(handler: HttpHandler): Parameters<typeof listen>[0] {
  const hostIsLocal = localhostHostValidation();
  const originIsLocal = localhostOriginValidation();
  return (request, response) => {
    if (!hostIsLocal(request, response) || !originIsLocal(request, response)) return;
    handler.handle(request, response).catch((error: unknown) => {
      process.stderr.write(`reference server: ${String(error)}\n`);
      response.destroy();
    });
  };
}
