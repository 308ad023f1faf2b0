/**
 * A bare reverse proxy on node:http. It is the yardstick of the benchmark "governed call", and with
 * `headers` it is the shim that gives an agent's key to clients that cannot send one.
 */
import { Agent, request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { listen } from './listen.ts';

export interface ReverseProxyOptions {
  /** `http://host:port`; path and query come from the request. */
  target: string;
  /** Set on every request, over what the client sent. */
  headers?: Readonly<Record<string, string>>;
  port?: number;
}

export interface ReverseProxy {
  origin: string;
  close(): Promise<void>;
}

export async function startReverseProxy(options: ReverseProxyOptions): Promise<ReverseProxy> {
  const agent = new Agent({ keepAlive: true });
  const target = new URL(options.target);
  const listening = await listen((request, response) => {
    const headers = { ...ownNameReplaced(request.headers, listening.port, target), ...options.headers };
    forward(request, response, target, headers, agent);
  }, options.port);
  return {
    origin: listening.origin,
    close: async () => {
      await listening.close();
      agent.destroy();
    },
  };
}

/** The client names this proxy in Host and Origin; the target expects its own name. Others pass as they are. */
function ownNameReplaced(headers: IncomingHttpHeaders, port: number, target: URL): IncomingHttpHeaders {
  const replaced = { ...headers };
  const own = [`127.0.0.1:${String(port)}`, `localhost:${String(port)}`];
  for (const name of ['host', 'origin'] as const) {
    const value = headers[name];
    const mine = own.find((candidate) => value === candidate || value === `http://${candidate}`);
    if (value !== undefined && mine !== undefined) replaced[name] = value.replace(mine, target.host);
  }
  return replaced;
}

function forward(
  request: IncomingMessage,
  response: ServerResponse,
  target: URL,
  headers: IncomingHttpHeaders,
  agent: Agent,
): void {
  const onward = httpRequest(
    { host: target.hostname, port: target.port, method: request.method, path: request.url, headers, agent },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      response.flushHeaders(); // streams may stay silent for long
      answer.pipe(response);
      answer.on('error', () => response.destroy());
    },
  );
  onward.on('error', () => {
    if (response.headersSent) response.destroy();
    else response.writeHead(502).end();
  });
  // A client that goes away goes away on the other side too.
  response.on('close', () => {
    if (!response.writableFinished) onward.destroy();
  });
  request.pipe(onward);
}
