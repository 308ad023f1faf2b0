/** Writes the snapshot of the limits while they change, one at a time. */
import type { Clock } from '@remit/contracts';
import type { Ledger } from '@remit/ledger';
import type { LimitCounters } from './limit-counters.ts';
import { snapshotLines } from './snapshot.ts';

/** Where the snapshot lies. Keys name persons: it is sealed there. */
export interface SnapshotStore {
  /** The text that was written last; undefined where there is none. @throws Fault where it cannot be opened. */
  read(): Promise<string | undefined>;
  /** Replaces it whole, or leaves it as it was and throws. */
  write(lines: AsyncIterable<string>): Promise<void>;
}

export class SnapshotKeeper {
  readonly #limits: LimitCounters;
  readonly #ledger: Pick<Ledger, 'status'>;
  readonly #store: SnapshotStore;
  readonly #clock: Clock;
  /** What had changed when the last snapshot began; undefined where there is none of this log. */
  #written: number | undefined;
  #writing: Promise<void> | undefined;

  /** `exists`: whether the limits were taken up from a snapshot. Without one the first `keep` writes one. */
  constructor(
    limits: LimitCounters,
    ledger: Pick<Ledger, 'status'>,
    store: SnapshotStore,
    clock: Clock,
    exists: boolean,
  ) {
    this.#limits = limits;
    this.#ledger = ledger;
    this.#store = store;
    this.#clock = clock;
    this.#written = exists ? limits.changes : undefined;
  }

  /** Writes a snapshot where there is none, or something has changed since the last one. Rejects where it cannot be written. */
  keep(): Promise<void> {
    if (this.#writing !== undefined || this.#limits.changes === this.#written)
      return this.#writing ?? Promise.resolve();
    this.#writing = this.#write().finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }

  /** The last snapshot, after everything has ended. */
  async close(): Promise<void> {
    await this.#writing?.catch(() => undefined);
    await this.keep();
  }

  async #write(): Promise<void> {
    const changes = this.#limits.changes;
    await this.#store.write(snapshotLines(this.#limits, this.#ledger, () => this.#clock.now()));
    this.#written = changes;
  }
}
