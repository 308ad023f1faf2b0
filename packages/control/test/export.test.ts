import { describe, expect, test } from 'vitest';
import { csvHead, csvLine } from '../src/export/csv.ts';
import { exported } from '../src/export/export.ts';
import { InMemoryLedger } from './in-memory-ledger.ts';

const event = (more: object) => ({
  id: 'act_1',
  timestamp: '2026-03-03T14:32:15.000Z',
  action: 'tool_invoke' as const,
  ...more,
});
const cells = (more: object): string[] => csvLine(event(more)).trimEnd().split(',');

describe('an export as CSV', () => {
  test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', ' =1', '＝1+1', "=cmd|'/c calc'!A1"])(
    'never holds a cell that a spreadsheet reads as a formula: %j',
    (text) => {
      const [, , agent] = csvLine(event({ agent: text, user: text, rationale: text })).split('","');
      expect(agent?.startsWith("'")).toBe(true);
      expect(csvLine(event({ rationale: text }))).toContain(`,"'${text.replaceAll('"', '""')}"\r\n`);
    },
  );

  test('quotes what it holds, and leaves numbers as they are', () => {
    const line = csvLine(event({ agent: 'a "b", c', duration_ms: -5, parameters: { note: 'x\ny' } }));
    expect(line).toContain('"a ""b"", c"');
    expect(line).toContain(',-5,');
    expect(line).toContain('"{""note"":""x\\ny""}"');
    expect(cells({})).toHaveLength(csvHead.split(',').length);
  });
});

describe('an export', () => {
  async function text(ledger: InMemoryLedger, format: 'jsonl' | 'csv' | 'bundle'): Promise<string> {
    const request = { format, query: { filter: [] }, filter: '', made_at: '2026-03-03T14:32:15.000Z' };
    const parts: string[] = [];
    for await (const part of exported(ledger, request)) parts.push(part);
    return parts.join('');
  }

  test('of nothing is a file without events', async () => {
    const ledger = new InMemoryLedger();
    expect(await text(ledger, 'jsonl')).toBe('');
    expect(await text(ledger, 'csv')).toBe(csvHead);
    expect((await text(ledger, 'bundle')).split('\n').slice(1)).toEqual(['{"records":0}', '']);
  });
});
