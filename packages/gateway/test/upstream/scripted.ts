/** Servers that a test writes down in a few lines, to misbehave in exactly one way. */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JsonObject } from '@remit/contracts';
import { onTestFinished } from 'vitest';

/** The handshake of a well-behaved server of 2025-11-25, and one tool. */
const prelude = `
const tool = { name: 'echo', inputSchema: { type: 'object' } };
const send = (message) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\\n');
const answer = ({ id }, result) => send({ id, result });
const on = {
  initialize: (m) => answer(m, { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 's', version: '1' } }),
  'tools/list': (m) => answer(m, { tools: [tool] }),
  'tools/call': (m) => answer(m, { content: [{ type: 'text', text: 'ok' }] }),
};
const other = (m) => { if (m.id !== undefined && m.method !== undefined) send({ id: m.id, error: { code: -32601, message: 'no such method' } }); };
const input = require('node:readline').createInterface({ input: process.stdin });
input.on('line', (line) => { const m = JSON.parse(line); (on[m.method] ?? other)(m); });
`;

/** The command of a stdio server; the body may replace entries of \`on\`. */
export function script(body: string): string[] {
  return [process.execPath, '-e', prelude + body];
}

interface Received {
  http_method: string;
  headers: IncomingMessage['headers'];
  /** Undefined for a body that is none. */
  message: JsonObject | undefined;
}

export interface ScriptedHttp {
  url: string;
  received: Received[];
  /** The messages with this method, in order. */
  calls(method: string): Received[];
  close(): Promise<void>;
}

export type Answer = (message: JsonObject, response: ServerResponse, received: Received) => void;

export function json(
  response: ServerResponse,
  body: unknown,
  headers: Record<string, string> = {},
  status = 200,
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

export function result(response: ServerResponse, { id }: JsonObject, value: JsonObject, headers = {}): void {
  json(response, { jsonrpc: '2.0', id, result: value }, headers);
}

/** A server of 2025-11-25 that answers as \`answers\` says, by JSON-RPC method or by \`GET\` and \`DELETE\`. */
export async function scriptedHttp(
  answers: Record<string, Answer>,
  { port = 0, keep_alive = true }: { port?: number; keep_alive?: boolean } = {},
): Promise<ScriptedHttp> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    void readBody(request).then((message) => {
      const seen = { http_method: request.method ?? '', headers: request.headers, message };
      received.push(seen);
      const key = message === undefined ? seen.http_method : (message['method'] as string);
      const respond = answers[key] ?? defaults[key] ?? refuse;
      respond(message ?? {}, response, seen);
    });
  });
  if (!keep_alive) server.maxRequestsPerSocket = 1;
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  onTestFinished(close);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    received,
    calls: (method) => received.filter(({ message }) => message?.['method'] === method),
    close,
  };
}

const capabilities = { tools: {} };

const defaults: Record<string, Answer> = {
  initialize: (message, response) =>
    result(response, message, {
      protocolVersion: '2025-11-25',
      capabilities,
      serverInfo: { name: 's', version: '1' },
    }),
  'tools/list': (message, response) =>
    result(response, message, { tools: [{ name: 'echo', inputSchema: { type: 'object' } }] }),
  'tools/call': (message, response) => result(response, message, { content: [] }),
  GET: (_, response) => void response.writeHead(405).end(),
  DELETE: (_, response) => void response.writeHead(200).end(),
};

/** Answers of a server of 2026-07-28. */
export const modern: Record<string, Answer> = {
  'server/discover': (message, response) =>
    result(response, message, { resultType: 'complete', supportedVersions: ['2026-07-28'], capabilities }),
};

/** Notifications are accepted, unknown methods are not. */
const refuse: Answer = (message, response) => {
  if (message['id'] === undefined) response.writeHead(202).end();
  else
    json(
      response,
      { jsonrpc: '2.0', id: message['id'], error: { code: -32601, message: 'no such method' } },
      {},
      400,
    );
};

async function readBody(request: IncomingMessage): Promise<JsonObject | undefined> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk as string;
  return text === '' ? undefined : (JSON.parse(text) as JsonObject);
}
