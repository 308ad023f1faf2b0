import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { type DayReport, playDay } from '../demo/day.mjs';
import { printer } from '../demo/printer.mjs';

const main = fileURLToPath(new URL('../../../packages/cli/src/main.ts', import.meta.url));
const remit = [process.execPath, '--conditions=remit-source', '--disable-warning=ExperimentalWarning', main];

describe('the scripted day', () => {
  let day: DayReport;
  const printed: string[] = [];

  beforeAll(async () => {
    day = await playDay({ remit, print: printer((line) => printed.push(line)) });
  }, 180_000);

  it('goes as told', () => {
    expect(day.surprises).toEqual([]);
    expect(day.wentAsTold).toBe(true);
    expect(day.steps.length).toBeGreaterThan(20);
    expect(printed.join('\n')).toContain('The day went as told.');
  });

  it('shows support a customer without what it may not see', () => {
    expect(day.seen).toEqual(expect.arrayContaining(['customer_id', 'customer_name', 'ticket_history']));
    for (const hidden of ['ssn', 'credit_card', 'password_hash', 'email'])
      expect(day.seen).not.toContain(hidden);
  });

  it('pays the approved refund once, whoever asks again', () => {
    expect(day.desk.refunds).toEqual([
      { order_id: 'O-5003', amount: 19.99 },
      { order_id: 'O-5004', amount: 250 },
    ]);
    const [first, again, anew] = day.approvals;
    expect(again).toBe(first);
    expect(anew).not.toBe(first);
  });

  it('sends no mail', () => {
    expect(day.desk.mails).toBe(0);
  });

  it('records every call, and how it ended', () => {
    expect(day.counts).toMatchObject({
      analytics: { denied: 1, success: 1 },
      billing: { success: 2 },
      'customer-support': { held: 3 },
      research: { denied: 2, success: 2 },
    });
    expect(day.counts['customer-support']?.success).toBeGreaterThanOrEqual(30);
  });

  it('leaves a log that verifies, until somebody changes it', () => {
    expect(day.verified).toMatchObject({ ok: true });
    expect(day.forged).toMatchObject({ ok: false });
  });

  it('finds out even root, who wrote another day and signed it, by what the witness has seen', () => {
    expect(day.rewritten.alone).toMatchObject({ ok: true });
    expect(day.rewritten.witnessed).toMatchObject({ ok: false });
    expect(day.rewritten.witnessed.message).toContain('signed over');
  });
});
