/** The hostile server on HTTP: behaves until it is called, and then in one bad way of HTTP. */
import type { ServerResponse } from 'node:http';
import { isJsonObject } from '@remit/contracts';
import type { JsonValue } from '@remit/contracts';
import type { BareHttp } from '../bare/http.ts';
import { readJson, sendJson } from '../bare/http.ts';
import { bareServer } from '../bare/server.ts';
import { echoTool } from '../echo.ts';
import { listen } from '../listen.ts';
import { answerWith, nested } from './answers.ts';

type Act = (response: ServerResponse, id: JsonValue) => void;

const stream = { 'content-type': 'text/event-stream' };

function json(body: string): Act {
  return (response) => void response.writeHead(200, { 'content-type': 'application/json' }).end(body);
}

function event(message: string): string {
  return `data: ${message}\n\n`;
}

/** Writes as long as the other side takes it. */
function forever(response: ServerResponse, chunk: string): void {
  const more = (): void => {
    while (!response.destroyed && response.write(chunk)) continue;
  };
  response.on('drain', more);
  more();
}

const ways: Record<string, Act> = {
  hang: () => undefined,
  drop: (response) => void response.destroy(),
  garbage: json('this is { not JSON'),
  'bad-utf8': (response) => {
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(Buffer.from([0x7b, 0xff, 0xfe, 0x7d]));
  },
  'wrong-type': (response) =>
    void response.writeHead(200, { 'content-type': 'text/html' }).end('<p>hello</p>'),
  'server-error': (response) => void response.writeHead(500).end('out of order'),
  unauthorized: (response) => void response.writeHead(401, { 'www-authenticate': 'Bearer' }).end(),
  'unknown-session': (response) => void response.writeHead(404).end(),
  /** To a host that a client must not follow to. */
  redirect: (response) => void response.writeHead(307, { location: 'http://169.254.169.254/latest' }).end(),
  'wrong-id': (response) => json(answerWith('nobody-asked', 'for somebody else'))(response, null),
  batch: (response, id) => json(`[${answerWith(id, 'one')},${answerWith(id, 'two')}]`)(response, id),
  deep: (response, id) =>
    json(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"content":[],"deep":${nested(5000)}}}`)(
      response,
      id,
    ),
  endless: (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    forever(response, 'x'.repeat(65_536));
  },
  'stream-twice': (response, id) => {
    response.writeHead(200, stream).end(event(answerWith(id, 'first')) + event(answerWith(id, 'second')));
  },
  /** Ends without an answer. */
  'stream-cut': (response) => void response.writeHead(200, stream).end(': nothing\n\n'),
  'stream-flood': (response) => {
    response.writeHead(200, stream);
    forever(
      response,
      event('{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"x"}}'),
    );
  },
  /** One event without an end. */
  'stream-endless': (response) => {
    response.writeHead(200, stream).write('data: ');
    forever(response, 'x'.repeat(65_536));
  },
};

export const hostileHttpWays: readonly string[] = Object.keys(ways);

/** @throws Error for a way that is not in `hostileHttpWays` */
export async function startHostileServer(way: string): Promise<BareHttp> {
  const act = Object.hasOwn(ways, way) ? ways[way] : undefined;
  if (!act) throw new Error(`no hostile way \`${way}\`; there are ${hostileHttpWays.join(', ')}`);
  const answering = bareServer('hostile', [echoTool]);
  const listening = await listen((request, response) => {
    readJson(request, response, (message) => {
      if (isJsonObject(message) && message['method'] === 'tools/call') act(response, message['id'] ?? null);
      else void Promise.resolve(answering(message)).then((answer) => sendJson(response, answer));
    });
  });
  return { url: `${listening.origin}/mcp`, close: listening.close };
}
