/** Streamable HTTP of the stateless era; requests of the session era are refused. */
import { toNodeHandler } from '@modelcontextprotocol/node';
import type { NodeIncomingMessageLike } from '@modelcontextprotocol/node';
import { createMcpHandler } from '@modelcontextprotocol/server';
import type { HttpHandler } from './session-http.ts';
import type { ReferenceState } from './state.ts';
import { statelessServer } from './stateless-server.ts';

export function statelessHttp(state: ReferenceState): HttpHandler {
  const handler = createMcpHandler(() => statelessServer(state), { legacy: 'reject' });
  const announce = {
    tools: () => handler.notify.toolsChanged(),
    prompts: () => handler.notify.promptsChanged(),
    resources: () => handler.notify.resourcesChanged(),
  };
  state.events.on('list_changed', (list) => announce[list]());
  state.events.on('resource_updated', (uri) => handler.notify.resourceUpdated(uri));
  const handle = toNodeHandler(handler);
  return {
    // The SDK's type wants `method` set; node:http sets it on every request that a server gets.
    handle: (request, response) => handle(request as NodeIncomingMessageLike, response),
    close: () => handler.close(),
  };
}
