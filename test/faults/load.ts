/** Agents that call `record` with a new marker each time, and remember what they were answered. */
import { randomUUID } from 'node:crypto';
import type { JsonObject } from '@remit/contracts';

export interface Answered {
  marker: string;
  /** Of the tool call; undefined where no answer came. */
  result?: { isError?: boolean; structuredContent?: { remit?: { code?: string } } };
}

/** One call of `record` with MCP 2026-07-28; never throws, a lost connection is no answer. */
export async function callRecord(
  origin: string,
  key: string,
  args: JsonObject = {},
  marker: string = randomUUID(),
): Promise<Answered> {
  const message = {
    jsonrpc: '2.0',
    id: marker,
    method: 'tools/call',
    params: {
      name: 'record',
      arguments: { marker, ...args },
      _meta: {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientCapabilities': {},
      },
    },
  };
  const headers = {
    authorization: `Bearer ${key}`,
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': 'tools/call',
    'mcp-name': 'record',
  };
  try {
    const response = await fetch(`${origin}/mcp`, { method: 'POST', headers, body: JSON.stringify(message) });
    const answer = (await response.json()) as { result?: NonNullable<Answered['result']> };
    return answer.result ? { marker, result: answer.result } : { marker };
  } catch {
    return { marker };
  }
}

/** `callers` that each call again as soon as they are answered, until a call gets no answer. */
export async function callUntilLost(origin: string, key: string, callers: number): Promise<Answered[]> {
  const answered: Answered[] = [];
  const caller = async () => {
    for (;;) {
      const call = await callRecord(origin, key);
      answered.push(call);
      if (!call.result) return;
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return answered;
}
