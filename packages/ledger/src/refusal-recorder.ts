/**
 * Records that a full disk made Remit refuse: once when it begins, out of the reserve, and once with
 * the count when there is room again, so that a flood of refusals takes no space.
 */
import type { Clock, NewId, NewRecord } from '@remit/contracts';
import type { Purpose } from './append-queue.ts';

type Append = (record: NewRecord, purpose: Purpose) => Promise<unknown>;

export class RefusalRecorder {
  readonly #clock: Clock;
  readonly #newId: NewId;
  readonly #append: Append;
  #refused = 0;
  #recording = false;

  constructor(tools: { clock: Clock; newId: NewId }, append: Append) {
    this.#clock = tools.clock;
    this.#newId = tools.newId;
    this.#append = append;
  }

  /** This many records of callers were refused because the disk is full. */
  refused(records: number): void {
    if (records === 0) return;
    const first = this.#refused === 0;
    this.#refused += records;
    if (!first || this.#recording) return;
    void this.#record(
      'the disk of the ledger is full; further refusals are counted',
      'refusals_from_reserve',
    );
  }

  /** A record was written. */
  async writable(): Promise<void> {
    if (this.#recording || this.#refused === 0) return;
    const counted = this.#refused;
    const written = await this.#record('the disk of the ledger has room again', 'refusals');
    if (written) this.#refused -= counted;
  }

  async #record(reason: string, purpose: Purpose): Promise<boolean> {
    const record: NewRecord = {
      phase: 'event',
      id: this.#newId('evt'),
      event: 'refusals_coalesced',
      time: new Date(this.#clock.now()).toISOString(),
      meta: { result: 'denied', code: 'ledger_unavailable', reason, refused_records: this.#refused },
    };
    this.#recording = true;
    try {
      await this.#append(record, purpose);
      return true;
    } catch {
      // Not even that fits. The count stays, and goes into the record that is written when there is room.
      return false;
    } finally {
      this.#recording = false;
    }
  }
}
