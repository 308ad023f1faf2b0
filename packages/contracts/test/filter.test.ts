import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bounds, FilterFault, filterKeys, matchesFilter, parseFilter } from '../src/index.ts';

const now = Date.parse('2026-03-03T14:32:15Z');
const parse = (text: string) => parseFilter(text, now);

const event = {
  id: 'act_1',
  timestamp: '2026-03-03T14:00:00.000Z',
  agent: 'support',
  action: 'tool_invoke',
  server: 'desk',
  tool: 'ticket-update',
  result: 'denied',
  parameters: { note: 'Please REFUND order 7', nested: [{ deep: 'needle' }] },
  context: { conversation_id: 'conv-1', customer_id: 'cust 456', vip: true },
  user: 'jo@example.com',
  decision: { effect: 'deny', tier: 'blocked', code: 'denied_by_policy', rule: { name: 'support deny[1]' } },
  reasons: ['Not in the remit.'],
  classes: ['contact'],
  removed: { health: 2 },
  labels: ['secret', 'internal'],
  duration_ms: 2500,
  bytes: 1200,
};
const matches = (text: string) => matchesFilter(event, parse(text));

function faultOf(text: string): FilterFault {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof FilterFault) return error;
    throw error;
  }
  throw new Error(`${text} is a filter`);
}

describe('a filter', () => {
  test.each([
    'agent:support',
    'tool:ticket-*',
    '-agent:billing',
    'result:(success OR denied)',
    'rule:"support deny[1]"',
    'kind:tool_invoke effect:deny tier:blocked code:denied_by_policy',
    'user:jo@example.com conversation:conv-1 customer:"cust 456" context.vip:true',
    'class:contact class:health label:secret label:internal',
    'duration>2s duration<=2.5s duration_ms:2500 -duration>1m bytes>1kb bytes<2kib',
    'since:1h until:2026-03-04 time:2026-03-03 -time<2026-03-03 time>=2026-03-03T14:00:00Z',
    '"refund" "needle" "note" -"chargeback" "not in the remit"',
    '',
    '  agent:support\t\n id:act_1 ',
  ])('finds its event: %s', (text) => expect(matches(text)).toBe(true));

  test.each([
    'agent:supp',
    'agent:"support*"',
    '-tool:ticket-*',
    'result:(success OR error)',
    'user:(a OR b)',
    '-label:secret',
    'context.vip:false',
    'context.__proto__:x',
    'duration<2s',
    'bytes:1201',
    'since:30m',
    'time:2026-03-02',
    'time>2026-03-03',
    '"conv-1"',
    'by:person_1',
  ])('leaves others out: %s', (text) => expect(matches(text)).toBe(false));

  test('what an event says nothing of fits only where it is excluded', () => {
    const bare = { id: 'evt_1', timestamp: event.timestamp, action: 'start' };
    for (const term of ['agent:a', 'user:a', 'duration<5s', 'tier:logged', '"x"', 'context.a:b']) {
      expect(matchesFilter(bare, parse(term)), term).toBe(false);
      expect(matchesFilter(bare, parse(`-${term}`)), `-${term}`).toBe(true);
    }
  });

  test.each([
    ['agnt:support', 'unknown_filter', 'agnt', '`agent`'],
    ['agent:support and more', 'unknown_filter', 'and', 'no filter'],
    ['agent:a OR agent:b', 'unknown_filter', 'OR', 'no filter'],
    ['agent:', 'unknown_filter', '', 'value is missing'],
    ['agent:a -tool: x', 'unknown_filter', ' ', 'value is missing'],
    ['context.:x', 'unknown_filter', 'context.', 'no filter'],
    ['tool:(a OR', 'unknown_filter', '', 'value is missing'],
    ['tool:(a OR b', 'filter_malformed', 'tool:(a OR b', 'not closed'],
    ['tool:(a b)', 'filter_malformed', 'b', 'stands `OR`'],
    ['"open', 'filter_malformed', '"open', 'not closed'],
    ['user:jo*', 'filter_malformed', 'jo*', 'whole value'],
    ['agent>a', 'filter_malformed', 'agent>a', 'no number'],
    ['since>1h', 'filter_malformed', 'since>1h', 'bound itself'],
    ['agent:a agent:b', 'filter_given_twice', 'agent:b', 'given twice'],
    ['kind:start action:stop', 'filter_given_twice', 'action:stop', 'given twice'],
    ['result:(denied OR sucess)', 'unknown_result', 'sucess', '`success`'],
    ['decision:maybe', 'unknown_decision', 'maybe', 'no decision'],
    ['tier:top', 'unknown_tier', 'top', 'no tier'],
    ['action:delete', 'unknown_action', 'delete', 'no action'],
    ['duration>soon', 'unreadable_number', 'soon', 'no duration'],
    ['bytes>5parsecs', 'unreadable_number', '5parsecs', 'no size'],
    ['time:yesterday', 'unreadable_time', 'yesterday', 'no time'],
  ])('%s is refused as %s, with its place', (text, code, place, said) => {
    const fault = faultOf(text);
    expect(fault.code).toBe(code);
    expect(text.slice(fault.from, fault.to)).toBe(place);
    expect(fault.message).toContain(said);
    expect(fault.place).toEqual({ column: fault.from + 1 });
    const [line = '', marks = ''] = fault.underlined.split('\n');
    expect(marks.trim()).toMatch(/^\^+$/);
    expect(line.slice(marks.indexOf('^'), marks.length)).toBe(place === '' ? '' : place);
  });

  test('the place is shown in its surroundings where the filter is long', () => {
    const text = `${'agent:a '.repeat(40).replaceAll('agent:a', '-agent:a')}oops`;
    const { underlined } = faultOf(text);
    const [line = '', marks = ''] = underlined.split('\n');
    expect(line.length).toBeLessThanOrEqual(120);
    expect(line.slice(marks.indexOf('^'))).toBe('oops');
  });

  test('more than the bounds allow is refused', () => {
    expect(faultOf(`"${'x'.repeat(bounds.filter_length_max)}"`).code).toBe('filter_too_long');
    expect(
      faultOf(
        `id:(${Array(bounds.filter_values_max + 1)
          .fill('a')
          .join(' OR ')})`,
      ).code,
    ).toBe('filter_too_long');
  });
});

describe('hostile text', () => {
  const pieces = fc.constantFrom(
    '"',
    '\\',
    '(',
    ')',
    ':',
    '-',
    '*',
    ' ',
    'OR',
    '>',
    '=',
    '\u0000',
    '😀',
    ...filterKeys,
  );
  const hostile = fc.oneof(
    fc.string(),
    fc.array(fc.oneof(pieces, fc.string({ maxLength: 4 }))).map((parts) => parts.join('')),
  );

  test('is a filter or a fault with a place in it, and nothing else', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        try {
          matchesFilter(event, parse(text));
        } catch (error) {
          if (!(error instanceof FilterFault)) throw error;
          expect(error.from).toBeGreaterThanOrEqual(0);
          expect(error.to).toBeGreaterThanOrEqual(error.from);
          expect(error.from).toBeLessThanOrEqual(text.length);
          expect(error.underlined.split('\n')).toHaveLength(2);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('any value can be asked for in quotes, and means itself', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const text = `context.x:"${value.replace(/["\\]/g, '\\$&')}"`;
        return matchesFilter({ context: { x: value } }, parse(text));
      }),
    );
  });
});
