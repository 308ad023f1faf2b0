/**
 * Records that a full disk made Remit refuse: once when it begins, out of the reserve, and once with
 * the count when there is room again, so that a flood of refusals takes no space.
 */
import type { Clock, NewId, NewRecord } from '@remit/contracts';

type Append = (record: NewRecord, reserved: boolean) => Promise<unknown>;

export class RefusalRecorder {
  readonly #clock: Clock;
  readonly #newId: NewId;
  readonly #append: Append;
  #refused = 0;
  /** A record of refusals is on its way: its own fate is no news. */
  #recording = false;

  constructor(tools: { clock: Clock; newId: NewId }, append: Append) {
    this.#clock = tools.clock;
    this.#newId = tools.newId;
    this.#append = append;
  }

  /** This many records were refused because the disk is full. */
  refused(records: number): void {
    if (this.#recording) return;
    const first = this.#refused === 0;
    this.#refused += records;
    if (first) this.#record('the disk of the ledger is full; further refusals are counted', true, false);
  }

  /** A record was written. */
  writable(): void {
    if (this.#recording || this.#refused === 0) return;
    this.#record('the disk of the ledger has room again', false, true);
  }

  #record(reason: string, reserved: boolean, over: boolean): void {
    const record: NewRecord = {
      phase: 'event',
      id: this.#newId('evt'),
      event: 'refusals_coalesced',
      time: new Date(this.#clock.now()).toISOString(),
      meta: { result: 'denied', code: 'ledger_unavailable', reason, refused_records: this.#refused },
    };
    this.#recording = true;
    const done = (written: boolean): void => {
      this.#recording = false;
      if (written && over) this.#refused = 0;
    };
    this.#append(record, reserved).then(
      () => done(true),
      // The count stays, and goes into the next record.
      () => done(false),
    );
  }
}
