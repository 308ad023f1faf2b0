import type { Refusal } from '@remit/contracts';

export interface Step {
  agent: string;
  tool: string;
  args: object;
  /** `success` or the code of a refusal. */
  expected: string;
  outcome: { code: string; refusal?: Refusal; value?: object };
  asTold: boolean;
}

export interface Printer {
  scene(title: string, ...lines: string[]): void;
  line(text: string): void;
  step(step: Step): void;
  table(rows: (string | number)[][]): void;
}

export interface DayReport {
  /** Every step came to what it should, the log verifies, and neither a forged nor a rewritten one does. */
  wentAsTold: boolean;
  steps: Step[];
  surprises: Step[];
  /** Audit events of tool calls by agent and result. */
  counts: Record<string, Partial<Record<string, number>>>;
  desk: { refunds: { order_id: string; amount: number }[]; mails: number };
  verified: { ok: boolean; message: string };
  /** The same log with one byte changed. */
  forged: { ok: boolean; message: string };
  /** Another day, signed with the same key: by itself, and beside what the witness has cosigned. */
  rewritten: Record<'alone' | 'witnessed', { ok: boolean; message: string }>;
  /** Fields of a customer that support was shown. */
  seen: string[];
  /** Approvals that the same refund met: when first sent, sent again, and sent after it had run. */
  approvals: string[];
}

export function playDay(options: {
  remit: readonly string[];
  print: Printer;
  keep?: boolean;
}): Promise<DayReport>;
