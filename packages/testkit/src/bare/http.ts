/** Streamable HTTP for a bare server: one JSON answer a request, no sessions, no streams. */
import type { ServerResponse } from 'node:http';
import type { JsonObject, JsonValue } from '@remit/contracts';
import { listen } from '../listen.ts';
import type { Answering } from './server.ts';

export interface BareHttp {
  url: string;
  close(): Promise<void>;
}

export async function serveBareHttp(answering: Answering, port = 0): Promise<BareHttp> {
  const listening = await listen((request, response) => {
    if (request.method !== 'POST') {
      response.writeHead(405, { allow: 'POST' }).end();
      return;
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => void answer(response, answering, Buffer.concat(chunks)));
  }, port);
  return { url: `${listening.origin}/mcp`, close: listening.close };
}

async function answer(response: ServerResponse, answering: Answering, body: Buffer): Promise<void> {
  let message: JsonValue;
  try {
    message = JSON.parse(body.toString()) as JsonValue;
  } catch {
    response.writeHead(400).end();
    return;
  }
  const answered = answering(message);
  send(response, answered instanceof Promise ? await answered : answered);
}

function send(response: ServerResponse, message: JsonObject | undefined): void {
  if (message === undefined) {
    response.writeHead(202).end();
    return;
  }
  const body = Buffer.from(JSON.stringify(message));
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
  response.end(body);
}
