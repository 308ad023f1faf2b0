/** The reference server on stdio: `node --conditions=remit-source stdio.ts session|stateless`. */
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { sessionServer } from './session-server.ts';
import type { ListName } from './state.ts';
import { ReferenceState } from './state.ts';
import { statelessServer } from './stateless-server.ts';

function serveStateless(state: ReferenceState): void {
  serveStdio(
    () => {
      const server = statelessServer(state);
      const announce: Record<ListName, () => void> = {
        tools: () => void server.sendToolListChanged(),
        prompts: () => void server.sendPromptListChanged(),
        resources: () => void server.sendResourceListChanged(),
      };
      state.events.on('list_changed', (list) => announce[list]());
      state.events.on('resource_updated', (uri) => void server.server.sendResourceUpdated({ uri }));
      return server;
    },
    { legacy: 'reject' },
  );
}

const era = process.argv[2];
const state = new ReferenceState();
if (era === 'session') await sessionServer(state).connect(new StdioServerTransport());
else if (era === 'stateless') serveStateless(state);
else throw new Error(`which era? session or stateless, not ${String(era)}`);
// A client that closes stdin has gone; nothing may keep this process alive.
process.stdin.on('end', () => process.exit(0));
