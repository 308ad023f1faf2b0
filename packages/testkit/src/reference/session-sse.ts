/** The legacy HTTP+SSE transport (MCP 2024-11-05 basic/transports): GET /sse, POST /messages. */
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import type { HttpHandler } from './session-http.ts';
import { sessionServer } from './session-server.ts';
import type { ReferenceState } from './state.ts';

export function sessionSse(state: ReferenceState): HttpHandler {
  const sessions = new Map<string, SSEServerTransport>();
  return {
    handle: async (request, response) => {
      const url = new URL(request.url ?? '/', 'http://localhost');
      if (request.method === 'GET' && url.pathname === '/sse') {
        const transport = new SSEServerTransport('/messages', response);
        sessions.set(transport.sessionId, transport);
        response.on('close', () => sessions.delete(transport.sessionId));
        return sessionServer(state).connect(transport);
      }
      const session = sessions.get(url.searchParams.get('sessionId') ?? '');
      if (request.method === 'POST' && session) return session.handlePostMessage(request, response);
      response.writeHead(404).end('Session not found');
    },
    close: async () => {
      await Promise.all([...sessions.values()].map((session) => session.close()));
    },
  };
}
