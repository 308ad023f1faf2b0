/** A ledger in memory that keeps what was appended, and can refuse; clocks and ids from a counter. */
import {
  Fault,
  type Action,
  type AuditEvent,
  type Clock,
  type Decision,
  type NewRecord,
  type Position,
  type StoredRecord,
} from '@remit/contracts';
import type { Appender, LedgerStatus, RecordFilter } from '@remit/ledger';

export class MemoryLedger implements Appender {
  readonly appended: NewRecord[] = [];
  /** Called before each append; throw to refuse it. */
  before: (records: readonly NewRecord[]) => void | Promise<void> = () => undefined;

  async append(records: readonly NewRecord[]): Promise<Position[]> {
    await this.before(records);
    return records.map((record) => {
      this.appended.push(structuredClone(record));
      return { source: 'test', epoch: 1, sequence: this.appended.length };
    });
  }

  async *records({ from = 0 }: RecordFilter = {}): AsyncIterable<StoredRecord> {
    for (const [index, record] of this.appended.entries()) {
      if (index < from) continue;
      yield { ...record, index, position: { source: 'test', epoch: 1, sequence: index + 1 } };
    }
  }

  async show(id: string): Promise<AuditEvent | undefined> {
    const intent = this.appended.findIndex((record) => record.id === id && record.phase === 'intent');
    if (intent < 0) return undefined;
    const place = { source: 'test', epoch: 1, sequence: intent + 1, index: intent };
    return { timestamp: this.appended[intent]!.time, action: 'tool_invoke', id, ledger: { intent: place } };
  }

  status(): LedgerStatus {
    return {
      size: this.appended.length,
      root: '',
      origin: 'test',
      writable: true,
      queued_records: 0,
      witnesses: [],
    };
  }

  /** `phase event result`, in order. */
  get story(): string[] {
    return this.appended.map(({ phase, event, meta }) =>
      [phase, event, meta.result].filter(Boolean).join(' '),
    );
  }
}

export function full(): never {
  throw new Fault('ledger_unavailable', 'no space left on the device');
}

export class ManualClock implements Clock {
  time = Date.parse('2026-03-03T14:00:00Z');
  now(): number {
    return this.time;
  }
  monotonic(): number {
    return this.time;
  }
}

export function counterIds(): (prefix: string) => string {
  let count = 0;
  return (prefix) => `${prefix}_${++count}`;
}

export function action(overrides: Partial<Action> = {}): Action {
  return {
    id: 'act_1',
    kind: 'tool_invoke',
    agent: 'support',
    server: 'crm',
    target: 'refund-create',
    arguments: { amount: 150 },
    context: {},
    received_at: '2026-03-03T14:00:00.000Z',
    via: 'mcp',
    ...overrides,
  };
}

export function decision(overrides: Partial<Decision> = {}): Decision {
  return {
    id: 'dec_1',
    effect: 'approve',
    policy_effect: 'approve',
    mode: 'enforce',
    code: 'approval_pending',
    tier: 'approval',
    reasons: ['support may refund more than 100 only with approval.'],
    policy_version: 'sha256:1',
    reservations: [],
    ...overrides,
  };
}
