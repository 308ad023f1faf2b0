/** Writes snapshots of what is kept in memory while it changes, one at a time. */

/** State that is a fold of the ledger, as lines of text. */
export interface Kept {
  /** Goes up with every change. */
  changes(): number;
  lines(): AsyncIterable<string>;
}

/** Where the snapshot lies. Keys name persons: it is sealed there. */
export interface SnapshotStore {
  /** The text that was written last; undefined where there is none. @throws Fault where it cannot be opened. */
  read(): Promise<string | undefined>;
  /** Replaces it whole, or leaves it as it was and throws. */
  write(lines: AsyncIterable<string>): Promise<void>;
}

export class SnapshotKeeper {
  readonly #kept: Kept;
  readonly #store: SnapshotStore;
  /** What had changed when the last snapshot began; undefined where there is none of this log. */
  #written: number | undefined;
  #writing: Promise<void> | undefined;

  /** `exists`: whether the state was taken up from a snapshot. Without one the first `keep` writes one. */
  constructor(kept: Kept, store: SnapshotStore, exists: boolean) {
    this.#kept = kept;
    this.#store = store;
    this.#written = exists ? kept.changes() : undefined;
  }

  /** Writes a snapshot where there is none, or something has changed since the last one. Rejects where it cannot be written. */
  keep(): Promise<void> {
    if (this.#writing !== undefined || this.#kept.changes() === this.#written)
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
    const changes = this.#kept.changes();
    await this.#store.write(this.#kept.lines());
    this.#written = changes;
  }
}
