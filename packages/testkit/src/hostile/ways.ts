import { fileURLToPath } from 'node:url';
import type { JsonValue } from '@remit/contracts';
import { answerWith, nested } from './answers.ts';

type Write = (line: string) => boolean;

const ways: Record<string, (id: JsonValue, write: Write) => void> = {
  /** Never answers anything, not even the handshake. */
  mute: () => undefined,
  /** Answers the handshake, never a call. */
  hang: () => undefined,
  die: () => process.exit(1),
  garbage: (_id, write) => void write('this is { not JSON'),
  'bad-utf8': () => void process.stdout.write(Buffer.from([0x7b, 0xff, 0xfe, 0x7d, 0x0a])),
  twice: (id, write) => {
    write(answerWith(id, 'first'));
    write(answerWith(id, 'second'));
  },
  'wrong-id': (_id, write) => void write(answerWith('nobody-asked', 'for somebody else')),
  'no-result': (id, write) => void write(JSON.stringify({ jsonrpc: '2.0', id })),
  'result-and-error': (id, write) =>
    void write(JSON.stringify({ jsonrpc: '2.0', id, result: {}, error: { code: -1, message: 'both' } })),
  'prototype-keys': (id, write) =>
    void write(
      `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"content":[{"type":"text","text":"keys"}]}}`,
    ),
  deep: (id, write) =>
    void write(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"content":[],"deep":${nested(5000)}}}`),
  huge: (id, write) => void write(answerWith(id, 'x'.repeat(64 * 1024 * 1024))),
  /** One line without an end. */
  endless: (_id, write) => {
    const more = (): void => {
      while (process.stdout.write('x'.repeat(65_536))) continue;
      process.stdout.once('drain', more);
    };
    write('');
    more();
  },
  /** 100,000 log messages, then the answer. */
  flood: (id, write) => {
    const note = {
      jsonrpc: '2.0',
      method: 'notifications/message',
      params: { level: 'info', data: 'flood' },
    };
    for (let sent = 0; sent < 100_000; sent += 1) write(JSON.stringify(note));
    write(answerWith(id, 'after the flood'));
  },
};

export const hostileWays: readonly string[] = Object.keys(ways);

/** @throws Error for a way that is not in `hostileWays` */
export function misbehave(way: string, id: JsonValue, write: Write): void {
  const act = Object.hasOwn(ways, way) ? ways[way] : undefined;
  if (!act) throw new Error(`no hostile way \`${way}\`; there are ${hostileWays.join(', ')}`);
  act(id, write);
}

/** Program and arguments of the hostile server on stdio. */
export function hostileCommand(way: string): [string, ...string[]] {
  const script = fileURLToPath(new URL('./stdio.ts', import.meta.url));
  return [process.execPath, '--conditions=remit-source', script, way];
}
