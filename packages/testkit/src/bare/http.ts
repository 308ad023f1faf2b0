/** Streamable HTTP for a bare server: one JSON answer a request, no sessions, no streams. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { JsonObject, JsonValue } from '@remit/contracts';
import { listen } from '../listen.ts';
import type { Answering } from './server.ts';

export interface BareHttp {
  url: string;
  close: () => Promise<void>;
}

export async function serveBareHttp(answering: Answering, port = 0): Promise<BareHttp> {
  const listening = await listen((request, response) => {
    readJson(request, response, (message) => {
      const answer = answering(message);
      if (answer instanceof Promise) void answer.then((later) => sendJson(response, later));
      else sendJson(response, answer);
    });
  }, port);
  return { url: `${listening.origin}/mcp`, close: listening.close };
}

/** Hands over the body of a POST; refuses other methods, and bodies that are not JSON. */
export function readJson(
  request: IncomingMessage,
  response: ServerResponse,
  use: (message: JsonValue) => void,
): void {
  if (request.method !== 'POST') {
    response.writeHead(405, { allow: 'POST' }).end();
    return;
  }
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    let message: JsonValue;
    try {
      message = JSON.parse(Buffer.concat(chunks).toString()) as JsonValue;
    } catch {
      response.writeHead(400).end();
      return;
    }
    use(message);
  });
}

/** 202 where there is no answer, as for notifications. */
export function sendJson(response: ServerResponse, message: JsonObject | undefined): void {
  if (message === undefined) {
    response.writeHead(202).end();
    return;
  }
  const body = Buffer.from(JSON.stringify(message));
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
  response.end(body);
}
