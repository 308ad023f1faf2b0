/** Searches in a real ledger against the slow and obvious way: every event, one after the other. */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { bounds, matchesFilter, parseFilter, type AuditEvent, type NewRecord } from '@remit/contracts';
import { openLedger, type Ledger, type SearchQuery } from '@remit/ledger';
import { machineFileSystem } from '../src/disk/file-system.ts';
import { openProjection } from '../src/projection/database.ts';
import { EventSearch } from '../src/projection/event-search.ts';
import { optionsIn, temporaryFolder } from './support.ts';

const start = Date.parse('2026-03-03T00:00:00.000Z');
const pick = <Value>(values: readonly Value[], number: number): Value => values[number % values.length]!;

/** Two hundred events that differ in everything that can be searched for; every third has intent and outcome. */
function records(): NewRecord[] {
  return Array.from({ length: 200 }, (_, number) => eventRecords(number)).flat();
}

function eventRecords(number: number): NewRecord[] {
  const time = new Date(start + Math.floor(number / 3) * 60_000).toISOString();
  const opening: NewRecord['meta'] = {
    agent: pick(['support', 'billing', 'sales*'], number),
    tool: pick(['ticket-update', 'ticket-read', 'refund'], Math.floor(number / 2)),
    decision: {
      effect: pick(['allow', 'deny', 'approve'], number),
      tier: pick(['automatic', 'blocked'], number),
      ...(number % 5 === 0 && { rule: { name: `support deny[${number % 2}]`, file: 'a.yaml', line: 1 } }),
    },
    ...(number % 7 === 0 && { labels: ['secret', 'internal'] }),
  };
  const ending: NewRecord['meta'] = {
    result: pick(['success', 'denied'] as const, number),
    duration_ms: number * 10,
    bytes: number * 100,
    ...(number % 4 === 0 && { removed: { health: 1 } }),
  };
  const payload = {
    parameters: { note: pick(['please refund', 'plain', 'Needle'], number) },
    context: {
      conversation_id: `conv-${number % 11}`,
      customer_id: `cust-${number % 6}`,
      vip: number % 2 === 0,
    },
    ...(number % 3 !== 0 && { user: `user-${number % 4}` }),
  };
  const common = { id: `act_${number}`, event: 'tool_invoke', time } as const;
  if (number % 3 !== 0) return [{ phase: 'event', ...common, meta: { ...opening, ...ending }, payload }];
  return [
    { phase: 'intent', ...common, meta: opening, payload },
    { phase: 'outcome', ...common, meta: ending, payload: { output: { answer: `done ${number}` } } },
  ];
}

async function filledLedger(): Promise<{ ledger: Ledger; folder: string }> {
  const folder = temporaryFolder();
  const inProcess = { disk: machineFileSystem, random: randomBytes };
  const ledger = await openLedger({ ...optionsIn(folder), in_process: inProcess });
  onTestFinished(() => ledger.close());
  await ledger.append(records());
  return { ledger, folder };
}

async function everything(ledger: Ledger, query: Partial<SearchQuery>, limit = 1000): Promise<AuditEvent[]> {
  const events: AuditEvent[] = [];
  let cursor: string | undefined;
  do {
    const page = await ledger.search({ ...query, limit, ...(cursor !== undefined && { cursor }) });
    events.push(...page.events);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return events;
}

const terms = fc.constantFrom(
  'agent:support',
  'agent:(billing OR support)',
  'agent:s*',
  'agent:"sales*"',
  'tool:ticket-*',
  'tool:refund',
  'result:denied',
  'decision:approve',
  'tier:blocked',
  'rule:"support deny[0]"',
  'user:user-1',
  'user:(user-1 OR nobody)',
  'user:nobody',
  'conversation:conv-3',
  'customer:(cust-1 OR cust-2)',
  'context.vip:true',
  'class:health',
  'label:secret',
  'label:internal',
  'duration>1s',
  'bytes<=5kb',
  'time<2026-03-03T00:30:00Z',
  'since:2026-03-03T00:10:00Z',
  'id:(act_3 OR act_4 OR act_77)',
  '"refund"',
  '"needle"',
);
const filters = fc
  .uniqueArray(fc.tuple(fc.boolean(), terms), {
    maxLength: 4,
    selector: ([, term]) => /^[^:<>"]*/.exec(term)?.[0],
  })
  .map((chosen) => chosen.map(([negated, term]) => (negated ? `-${term}` : term)).join(' '));

describe('a search', () => {
  test('finds exactly the events that the filter matches, newest first, in pages of any size', async () => {
    const { ledger } = await filledLedger();
    const all = await everything(ledger, {});
    expect(all).toHaveLength(200);
    await fc.assert(
      fc.asyncProperty(filters, fc.integer({ min: 1, max: 40 }), async (text, limit) => {
        const filter = parseFilter(text, start);
        const wanted = all.filter((event) => matchesFilter(event, filter)).map(({ id }) => id);
        const found = await everything(ledger, { filter }, limit);
        expect(
          found.map(({ id }) => id),
          text,
        ).toEqual(wanted);
        const { count } = await ledger.search({ filter, limit: 1, count: true });
        if (text.includes('"refund"') || text.includes('"needle"')) expect(count?.exact).toBe(false);
        else expect(count, text).toEqual({ events: wanted.length, exact: true });
      }),
      { numRuns: 60 },
    );
  });

  test('goes on behind its cursor while the log grows', async () => {
    const { ledger } = await filledLedger();
    const filter = parseFilter('agent:support', start);
    const first = await ledger.search({ filter, limit: 10 });
    await ledger.append([
      { ...eventRecords(1)[0]!, id: 'act_new', time: '2026-03-04T00:00:00.000Z', meta: { agent: 'support' } },
    ]);
    const rest: string[] = [];
    for (let { cursor } = first; cursor !== undefined;) {
      const page = await ledger.search({ filter, limit: 10, cursor });
      rest.push(...page.events.map(({ id }) => id));
      cursor = page.cursor;
    }
    const seen = [...first.events.map(({ id }) => id), ...rest];
    expect(seen).not.toContain('act_new');
    expect(new Set(seen).size).toBe(67);
  });

  test('for text says how far back it has looked where it may not open more, and goes on there', async () => {
    const { ledger } = await filledLedger();
    const plain = Array.from({ length: bounds.search_opened_events_max + 50 }, (_, number): NewRecord => {
      const [record] = eventRecords(1);
      return {
        ...record!,
        id: `later_${number}`,
        time: '2026-03-05T00:00:00.000Z',
        payload: { parameters: {} },
      };
    });
    await ledger.append(plain);
    const filter = parseFilter('"please refund"', start);
    const page = await ledger.search({ filter, limit: 5 });
    expect(page.events).toEqual([]);
    expect(page.searched_back_to).toBe('2026-03-05T00:00:00.000Z');
    const next = await ledger.search({ filter, limit: 5, cursor: page.cursor! });
    expect(next.events).toHaveLength(5);
    expect(next.searched_back_to).toBeUndefined();
  });

  test('holds nothing that points at a person in the open', async () => {
    const { ledger, folder } = await filledLedger();
    await everything(ledger, {});
    await ledger.close();
    const bytes = fs.readFileSync(path.join(folder, 'data', 'search.sqlite'), 'latin1');
    for (const identifier of ['user-1', 'conv-3', 'cust-2', 'refund order'])
      expect(bytes).not.toContain(identifier);
    expect(bytes).toContain('support deny[0]');
  });

  test('that would look at too many rows for a few ends at a bound, and the next page goes on behind it', () => {
    using database = openProjection(temporaryFolder(), 'test');
    database.exec(`
      WITH RECURSIVE number(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n < ${bounds.search_rows_max + 10})
      INSERT INTO event SELECT n, 'act_' || n, n, 'support', NULL, NULL, 'tool_invoke', iif(n = 3, 'denied', 'success'),
        NULL, NULL, NULL, NULL, NULL, NULL, n, 1 FROM number`);
    const search = new EventSearch(database, () => undefined);
    const filter = parseFilter('agent:support -result:success', start);
    const first = search.page({ filter, limit: 10 });
    expect(first).toMatchObject({ rows: [], bounded: true, next: { key: 11 } });
    expect(search.count({ filter, limit: 10 })).toEqual({ events: 0, exact: false });
    const cursor = Buffer.from(`${first.next!.time}.${first.next!.key}`).toString('base64url');
    expect(search.page({ filter, limit: 10, cursor })).toMatchObject({ rows: [{ key: 3 }], bounded: false });
    expect(search.count({ filter: parseFilter('agent:support', start), limit: 1 })).toEqual({
      events: bounds.search_counted_events_max,
      exact: false,
    });
  });
});
