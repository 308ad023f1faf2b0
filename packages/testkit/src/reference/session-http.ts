/** Streamable HTTP of the session era: sessions, resumable streams. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { EventStore } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { sessionServer } from './session-server.ts';
import type { ReferenceState } from './state.ts';

export interface HttpHandler {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  close(): Promise<void>;
}

/** How long clients are told to wait before they resume a stream (`retry` of server-sent events). */
const retry_ms = 500;

export function sessionHttp(state: ReferenceState): HttpHandler {
  const sessions = new Map<string, StreamableHTTPServerTransport>();

  const open = async (): Promise<StreamableHTTPServerTransport> => {
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: () => randomUUID(),
      eventStore: new StreamEvents(),
      retryInterval: retry_ms,
      onsessioninitialized: (id) => void sessions.set(id, transport),
      onsessionclosed: (id) => void sessions.delete(id),
    });
    await sessionServer(state).connect(transport);
    return transport;
  };

  return {
    handle: async (request, response) => {
      const id = request.headers['mcp-session-id'];
      if (id === undefined) return (await open()).handleRequest(request, response);
      const session = typeof id === 'string' ? sessions.get(id) : undefined;
      if (session) return session.handleRequest(request, response);
      answerUnknownSession(response);
    },
    close: async () => {
      await Promise.all([...sessions.values()].map((session) => session.close()));
      sessions.clear();
    },
  };
}

/** MCP 2025-11-25 basic/transports "Session Management": 404 tells the client to begin anew. */
function answerUnknownSession(response: ServerResponse): void {
  const error = { code: -32001, message: 'Session not found' };
  response.writeHead(404, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ jsonrpc: '2.0', id: null, error }));
}

/** The events of one session's streams, in order, so that a cut stream can be resumed. */
class StreamEvents implements EventStore {
  readonly #events: { id: string; stream: string; message: JSONRPCMessage }[] = [];

  storeEvent(stream: string, message: JSONRPCMessage): Promise<string> {
    const id = `${String(this.#events.length)}:${stream}`;
    this.#events.push({ id, stream, message });
    return Promise.resolve(id);
  }

  async replayEventsAfter(
    last: string,
    { send }: { send: (id: string, message: JSONRPCMessage) => Promise<void> },
  ): Promise<string> {
    const from = this.#events.findIndex((event) => event.id === last);
    const stream = this.#events[from]?.stream;
    if (stream === undefined) throw new Error(`no event ${last}`);
    for (const event of this.#events.slice(from + 1)) {
      // The event that opens a stream carries no message.
      if (event.stream === stream && 'jsonrpc' in event.message) await send(event.id, event.message);
    }
    return stream;
  }
}
