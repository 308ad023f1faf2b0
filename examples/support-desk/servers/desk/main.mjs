// The support desk as an MCP server on stdio. It knows nothing of Remit: what governs it stands before it.
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { customerTools } from './customers.mjs';
import { openDatabase } from './database.mjs';
import { moneyTools } from './money.mjs';
import { operationsTools } from './operations.mjs';
import { ticketTools } from './tickets.mjs';

const { database, file } = openDatabase();
const server = new McpServer(
  { name: 'support-desk', version: '1.0.0' },
  { instructions: 'Customers, tickets, orders, refunds and mail of a small shop.' },
);
const tools = [
  ...customerTools(database),
  ...ticketTools(database),
  ...moneyTools(database),
  ...operationsTools(database, file),
];
for (const { name, run, ...definition } of tools) {
  server.registerTool(name, definition, async (args) => {
    try {
      return answer(await run(args));
    } catch (error) {
      return { isError: true, content: [{ type: 'text', text: error.message }] };
    }
  });
}
await server.connect(new StdioServerTransport());

/** Structured content, and the same as text for clients of before 2025-06-18. */
function answer(value) {
  return { content: [{ type: 'text', text: JSON.stringify(value, null, 2) }], structuredContent: value };
}
