/**
 * Reading sensitive records is itself recorded (architecture.md, invariant 10), before the reader
 * sees them. The same reader's same reading is recorded once in a while, not on every refresh.
 */
import { hash } from 'node:crypto';
import { bounds } from '@remit/contracts';
import { administrativeRecord, type Recording } from './administrative-record.ts';
import type { Caller } from './server/caller.ts';
import { required } from './server/caller.ts';

export type Reading =
  | { of: 'event' | 'approval'; subject: string }
  /** Filters may name people or conversations, so they are sealed. */
  | { of: 'search' | 'stream'; filters: object };

export class AuditReads {
  readonly #recording: Recording;
  /** Reader and reading → when it was recorded, oldest first. */
  readonly #recent = new Map<string, number>();

  constructor(recording: Recording) {
    this.#recording = recording;
  }

  /** @throws Fault `ledger_unavailable`: what cannot be recorded is not shown. */
  async record(caller: Caller | undefined, reading: Reading): Promise<void> {
    const reader = required(caller);
    const key = hash('sha256', JSON.stringify([reader.id, reading]), 'hex');
    if (this.#isRecent(key)) return;
    const { filters, ...meta } = 'filters' in reading ? reading : { ...reading, filters: undefined };
    const event = { event: 'audit_read', meta, ...(filters && { payload: { filters } }) } as const;
    await this.#recording.ledger.append([administrativeRecord(this.#recording, reader, event)]);
    this.#remember(key);
  }

  #isRecent(key: string): boolean {
    const at = this.#recent.get(key);
    return at !== undefined && this.#recording.clock.monotonic() - at < bounds.audit_read_repeat_ms;
  }

  #remember(key: string): void {
    this.#recent.delete(key);
    this.#recent.set(key, this.#recording.clock.monotonic());
    const oldest = this.#recent.keys().next();
    if (this.#recent.size > bounds.audit_reads_kept_max && !oldest.done) this.#recent.delete(oldest.value);
  }
}
