// An agent's side: the official MCP client. It holds a key of Remit's and nothing else.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

export async function connectAgent(url, key, conversation) {
  const client = new Client({ name: 'support-desk-demo', version: '1.0.0' });
  const requestInit = { headers: { Authorization: `Bearer ${key}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }));
  const { tools } = await client.listTools();
  const _meta = { 'io.remit/context': { conversation_id: conversation, triggered_by: 'customer-request' } };
  return {
    tools: tools.map(({ name }) => name),
    call: async (name, args) => outcomeOf(await client.callTool({ name, arguments: args, _meta })),
    close: () => client.close(),
  };
}

/** `code` is `success`, `error` for a failure of the tool's own, or the code of Remit's refusal. */
function outcomeOf({ isError, structuredContent, content }) {
  const refusal = isError === true ? structuredContent?.remit : undefined;
  if (refusal) return { code: refusal.code, refusal };
  if (isError === true) return { code: 'error', text: content[0]?.text };
  return { code: 'success', value: structuredContent };
}
