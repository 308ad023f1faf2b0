import { describe, expect, test } from 'vitest';
import { parseFilter } from '@remit/contracts';
import { readFilters, readTime } from '../src/audit/filters.ts';

const now = Date.parse('2026-03-03T14:32:15Z');
const wrongUse = (code: string) => expect.objectContaining({ code, exit: 2 }) as Error;

describe('what an audit search looks for', () => {
  test('words and flags mean the same', () => {
    const asked = { agent: 'support', tool: 'ticket-update', result: 'denied', conversation: 'conv-789' };
    const words = ['agent:support', 'tool:ticket-update', 'result:denied', 'conversation:conv-789'];
    const parsed = (text: string) => parseFilter(text, now);
    expect(parsed(readFilters([], asked, now))).toEqual(parsed(readFilters(words, {}, now)));
  });

  test('a flag takes its value as it is, whatever characters are in it', () => {
    const [term] = parseFilter(readFilters([], { conversation: 'a "b" \\ (c) -d:*' }, now), now);
    expect(term).toMatchObject({ values: [{ value: 'a "b" \\ (c) -d:*' }] });
  });

  test('a span counts back from now', () => {
    expect(readTime('30m', now)).toBe('2026-03-03T14:02:15.000Z');
    expect(readTime('7d', now)).toBe('2026-02-24T14:32:15.000Z');
  });

  test('a date starts at midnight UTC, a time keeps its zone', () => {
    expect(readTime('2026-03-01', now)).toBe('2026-03-01T00:00:00.000Z');
    expect(readTime('2026-03-01T01:00:00+01:00', now)).toBe('2026-03-01T00:00:00.000Z');
  });

  test.each([
    [['agnt:support'], {}, 'unknown_filter'],
    [['support'], {}, 'unknown_filter'],
    [['agent:'], {}, 'unknown_filter'],
    [[':support'], {}, 'unknown_filter'],
    [['agent:a'], { agent: 'b' }, 'filter_given_twice'],
    [['agent:a', 'agent:b'], {}, 'filter_given_twice'],
    [['result:refused'], {}, 'unknown_result'],
    [['action:delete'], {}, 'unknown_action'],
    [['since:yesterday'], {}, 'unreadable_time'],
    [['since:-1d'], {}, 'unreadable_time'],
  ])('%j with %j is wrong use: %s', (words, options, code) => {
    expect(() => readFilters(words, options, now)).toThrow(wrongUse(code));
  });
});
