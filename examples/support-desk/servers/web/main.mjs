// "The web" as an MCP server on stdio: pages from a folder, written by who knows whom.
import { readdirSync, readFileSync } from 'node:fs';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { z } from 'zod';

const folder = new URL('pages/', import.meta.url);
const addresses = readdirSync(folder)
  .filter((file) => file.endsWith('.html'))
  .map((file) => `https://${file.replace('.html', '')}.example/`);

const server = new McpServer({ name: 'web', version: '1.0.0' });
const reads = { readOnlyHint: true, openWorldHint: true };

server.registerTool(
  'page-search',
  {
    title: 'Search the web',
    description: 'Addresses of pages that hold a word.',
    inputSchema: z.strictObject({ word: z.string().min(1) }),
    outputSchema: { addresses: z.array(z.string()) },
    annotations: reads,
  },
  ({ word }) => {
    const wanted = word.toLowerCase();
    return answer({ addresses: addresses.filter((address) => page(address).toLowerCase().includes(wanted)) });
  },
);
server.registerTool(
  'page-read',
  {
    title: 'Read a page',
    description: 'The text of one page.',
    inputSchema: z.strictObject({ address: z.enum(addresses) }),
    outputSchema: { address: z.string(), text: z.string() },
    annotations: reads,
  },
  ({ address }) => answer({ address, text: page(address) }),
);
await server.connect(new StdioServerTransport());

function page(address) {
  const html = readFileSync(
    new URL(`${new URL(address).hostname.replace('.example', '')}.html`, folder),
    'utf8',
  );
  return html
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

function answer(value) {
  return { content: [{ type: 'text', text: JSON.stringify(value) }], structuredContent: value };
}
