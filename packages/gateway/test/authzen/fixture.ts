/** Requests to the AuthZEN API of a gateway. */
import type { JsonObject, JsonValue } from '@remit/contracts';
import { keys } from '../mcp/fixture.ts';

export interface AccessAnswer {
  status: number;
  headers: Headers;
  body: JsonValue;
}

/** @param url of the MCP endpoint, as the fixture gives it. */
export async function access(
  url: string,
  path: string,
  body: JsonValue | string,
  headers: Record<string, string> = {},
): Promise<AccessAnswer> {
  const response = await fetch(new URL(`/access/v1/${path}`, url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${keys.support}`, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as JsonValue };
}

export const support: JsonObject = { type: 'agent', id: 'support' };

/** An evaluation of a tool call by the agent `support`. */
export function toolCall(name: string, args?: JsonObject): JsonObject {
  return {
    subject: support,
    action: { name: 'tools/call', ...(args && { properties: { arguments: args } }) },
    resource: { type: 'tool', id: name },
  };
}
