/** Bytes become lines, events and messages, however they are cut, and never without bound. */
import { bounds } from '@remit/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Backoff } from '../../src/upstream/backoff.ts';
import { Credentials } from '../../src/upstream/credentials.ts';
import { decodeMessage } from '../../src/upstream/message.ts';
import { EventStreamParser } from '../../src/upstream/transport/event-stream.ts';
import { LineSplitter } from '../../src/upstream/transport/lines.ts';

/** The same bytes in pieces of any length. */
function cut(text: string, sizes: number[]): Buffer[] {
  const bytes = Buffer.from(text);
  const pieces: Buffer[] = [];
  let from = 0;
  for (const size of sizes) {
    pieces.push(bytes.subarray(from, from + size));
    from += size;
  }
  return [...pieces, bytes.subarray(from)];
}

function linesOf(pieces: Buffer[], bytes_max: number): { lines: string[]; too_long: number } {
  const seen = { lines: [] as string[], too_long: 0 };
  const splitter = new LineSplitter(bytes_max, {
    line: (bytes) => seen.lines.push(bytes.toString()),
    tooLong: () => (seen.too_long += 1),
  });
  for (const piece of pieces) splitter.push(piece);
  return seen;
}

describe('lines', () => {
  test('do not depend on how the bytes are cut', () => {
    const text = fc
      .array(fc.string({ unit: fc.constantFrom('a', 'é', '\n', '\r\n', '😀') }))
      .map((parts) => parts.join('\n'));
    fc.assert(
      fc.property(text, fc.array(fc.nat({ max: 9 })), (value, sizes) => {
        expect(linesOf(cut(value, sizes), 1000)).toEqual(linesOf([Buffer.from(value)], 1000));
      }),
    );
  });

  test('that are too long are dropped and reported once; the next one is read', () => {
    const pieces = ['aaaa', 'aaaa', 'aaaa\nb', 'b\n', 'cccccccccc\n', 'd\n'].map((piece) =>
      Buffer.from(piece),
    );
    expect(linesOf(pieces, 5)).toEqual({ lines: ['bb', 'd'], too_long: 2 });
  });

  test('of exactly the bound are read', () => {
    expect(linesOf(cut('12345\n', [2, 2]), 5)).toEqual({ lines: ['12345'], too_long: 0 });
  });
});

function eventsOf(text: string, sizes: number[] = [], bytes_max = 1000) {
  const seen = { events: [] as [string, string][], too_large: 0 };
  const parser = new EventStreamParser(bytes_max, {
    event: ({ type, data }) => seen.events.push([type, data.toString()]),
    tooLarge: () => (seen.too_large += 1),
  });
  for (const piece of cut(text, sizes)) parser.push(piece);
  return { ...seen, last_event_id: parser.last_event_id, retry_ms: parser.retry_ms };
}

describe('server-sent events', () => {
  test('follow the standard: comments, names, several data lines, ids, retry', () => {
    const text =
      ': hello\nevent: endpoint\ndata: /post\n\ndata: one\ndata:two\n\nid: 7\nretry: 250\n\ndata\n\nunknown: x\n\n';
    expect(eventsOf(text)).toEqual({
      events: [
        ['endpoint', '/post'],
        ['message', 'one\ntwo'],
      ],
      too_large: 0,
      last_event_id: '7',
      retry_ms: 250,
    });
  });

  test('do not depend on how the bytes are cut', () => {
    const text = 'id: 1\r\ndata: {"a":"é"}\r\n\r\nevent: x\ndata: 2\n\n';
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 9 })), (sizes) => {
        expect(eventsOf(text, sizes)).toEqual(eventsOf(text));
      }),
    );
  });

  test('that end without an empty line are not delivered', () => {
    expect(eventsOf('data: half').events).toEqual([]);
  });

  test.each([
    ['one long line', `data: ${'x'.repeat(60)}\n\ndata: ok\n\n`],
    ['many lines', `${'data: xxxxxxx\n'.repeat(10)}\ndata: ok\n\n`],
  ])('that are too large (%s) are dropped and reported once; the next one is read', (_, text) => {
    expect(eventsOf(text, [], 50)).toMatchObject({ events: [['message', 'ok']], too_large: 1 });
  });

  test('an id or retry that could do harm is ignored', () => {
    const harmless = eventsOf(
      `id: a\u0000b\nid: é\nid: ${'x'.repeat(2000)}\nretry: -1\nretry: 99999999999\nretry: 1e3\n\n`,
      [],
      5000,
    );
    expect(harmless).toMatchObject({ last_event_id: undefined, retry_ms: undefined });
  });
});

describe('messages', () => {
  const none = new Credentials(() => undefined);

  test.each([
    ['{"jsonrpc":', 'it is not JSON', undefined],
    ['{"id":7,"x":[[[[1]]]]}', 'it is nested deeper than 4 levels', 7],
  ])('%s is none', (text, problem, id) => {
    expect(decodeMessage(Buffer.from(text), none, 4)).toEqual({ ok: false, problem, id });
  });

  test('with invalid UTF-8 are refused, and the request that they answer is found', () => {
    const bytes = Buffer.concat([
      Buffer.from('{"id":7,"result":{"text":"'),
      Buffer.from([0xff]),
      Buffer.from('"}}'),
    ]);
    expect(decodeMessage(bytes, none, 9)).toEqual({ ok: false, problem: 'it is not valid UTF-8', id: 7 });
  });

  test('may be as deep as the bound', () => {
    expect(decodeMessage(Buffer.from('{"x":[[[1]]]}'), none, 4)).toMatchObject({ ok: true });
  });

  test('a hundred thousand levels are refused, not run out of stack', () => {
    const text = '['.repeat(100_000) + ']'.repeat(100_000);
    expect(decodeMessage(Buffer.from(text), none, 128)).toMatchObject({ ok: false });
  });
});

describe('credentials', () => {
  test('are put in wherever they are referred to', () => {
    const credentials = new Credentials((name) => `value-of-${name}`);
    expect(credentials.resolve('Basic secret:a-b and secret:c.d_e')).toBe(
      'Basic value-of-a-b and value-of-c.d_e',
    );
    expect(credentials.resolve('no reference')).toBe('no reference');
  });

  test('are removed from text as they are and as JSON spells them', () => {
    const credentials = new Credentials(() => 'pass"word\\1');
    credentials.resolve('secret:x');
    expect(credentials.redact('a pass"word\\1 b')).toBe('a [credential removed] b');
    expect(credentials.redact(JSON.stringify({ a: 'pass"word\\1' }))).toBe('{"a":"[credential removed]"}');
  });

  test.each([
    ['slashes as some servers escape them', '{"a":"tok\\/en+value"}'],
    ['characters written as escapes', '{"a":"\\u0074ok/en+value"}'],
    ['a key', '{"\\u0074ok/en+value":1}'],
  ])('are removed from messages under %s', (_, text) => {
    const credentials = new Credentials(() => 'tok/en+value');
    credentials.resolve('secret:x');
    const decoded = decodeMessage(Buffer.from(text), credentials, 8);
    expect(JSON.stringify(decoded)).not.toContain('tok/en+value');
    expect(JSON.stringify(decoded)).toContain('[credential removed]');
  });

  test('that were rotated are removed as well, within a bound, the one in use always', () => {
    let value = 'token-number-0';
    const credentials = new Credentials(() => value);
    const used = Array.from({ length: bounds.credential_values_per_server_max + 1 }, (_, n) => {
      value = `token-number-${n}`;
      return credentials.resolve('secret:x');
    });
    value = used[1]!;
    credentials.resolve('secret:x');
    expect(used.filter((each) => credentials.redact(each) === each)).toEqual(['token-number-0']);
    value = 'token-number-new';
    credentials.resolve('secret:x');
    expect(credentials.redact(used[1]!)).toBe('[credential removed]');
  });

  test('of which one begins like another are removed whole', () => {
    let value = 'token-number';
    const credentials = new Credentials(() => value);
    credentials.resolve('secret:x');
    value = 'token-number-and-more';
    credentials.resolve('secret:x');
    expect(credentials.redact('token-number-and-more token-number')).toBe(
      '[credential removed] [credential removed]',
    );
  });

  test('that are very short are not searched for: they would match ordinary text', () => {
    const credentials = new Credentials(() => 'abc');
    credentials.resolve('secret:x');
    expect(credentials.redact('abcdef')).toBe('abcdef');
  });
});

test('delays double up to the bound, spread over their upper half, and start anew', () => {
  const least = new Backoff(100, 1000, () => 0);
  expect(Array.from({ length: 6 }, () => least.next())).toEqual([50, 100, 200, 400, 500, 500]);
  const most = new Backoff(100, 1000, () => 1);
  expect([most.next(), most.next()]).toEqual([100, 200]);
  most.reset();
  expect(most.next()).toBe(100);
});
