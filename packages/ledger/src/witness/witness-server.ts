/** The witness over HTTP (C2SP tlog-witness, "HTTP Interface"); one prefix for writing and reading. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { bounds } from '@remit/contracts';
import type { Witness } from './witness.ts';

/** `failed`: the store could not keep a checkpoint, so nothing may be cosigned any more. */
export function witnessServer(witness: Witness, failed: (error: unknown) => void): Server {
  const server = createServer({ requestTimeout: bounds.witness_request_ms }, (request, response) => {
    answer(witness, request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500).end();
      failed(error);
    });
  });
  server.maxConnections = bounds.witness_connections_max;
  return server;
}

async function answer(witness: Witness, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = request.url ?? '';
  if (path === '/add-checkpoint') {
    if (request.method !== 'POST') return end(response.setHeader('allow', 'POST'), 405);
    const body = await readText(request);
    if (typeof body === 'number') return end(response.setHeader('connection', 'close'), body);
    const { status, content_type, body: text } = witness.addCheckpoint(body);
    return end(response.setHeader('content-type', content_type), status, text);
  }
  const originHash = /^\/([0-9a-f]{64})\/checkpoint$/.exec(path)?.[1];
  const note = originHash === undefined ? undefined : witness.checkpoint(originHash);
  if (note === undefined) return end(response, 404);
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return end(response.setHeader('allow', 'GET, HEAD'), 405);
  }
  end(response.setHeader('content-type', 'text/plain; charset=utf-8'), 200, note);
}

function end(response: ServerResponse, status: number, body = ''): void {
  response.writeHead(status).end(body);
}

/** The status to answer with where it is longer than a request can be, not UTF-8, or broken off. */
async function readText(request: IncomingMessage): Promise<string | 400 | 413> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > bounds.witness_body_bytes_max) return 413;
      chunks.push(chunk);
    }
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(chunks));
  } catch {
    // Whoever sent it has gone, or speaks another language: there is nobody to tell more.
    return 400;
  }
}
