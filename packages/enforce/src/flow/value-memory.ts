/**
 * Values that were read or written, by their fingerprints: which action told them, under which labels.
 * Bounded: the oldest go first, and what went is remembered as labels that any value may carry, so that
 * nothing becomes harmless by being forgotten.
 */
import { bounds, covers, joinLabels, type Labels } from '@remit/contracts';
import type { Fingerprints } from './fingerprints.ts';

export interface Source {
  event: string;
  labels: Labels;
}

interface Told extends Source {
  hashes: number[];
}

export interface SavedMemory {
  forgotten?: Labels | undefined;
  told: { event: string; labels: Labels; hashes: number[] }[];
}

export class ValueMemory {
  /** Oldest first. */
  readonly #told = new Set<Told>();
  readonly #byHash = new Map<number, Told[]>();
  readonly #max: number;
  #forgotten: Labels | undefined;

  constructor(max: number = bounds.flow_values_per_reader_max) {
    this.#max = max;
  }

  /** Of values that are not known one by one any more. */
  get forgotten(): Labels | undefined {
    return this.#forgotten;
  }

  get size(): number {
    return this.#byHash.size;
  }

  add(event: string, labels: Labels, { hashes, complete }: Fingerprints): void {
    if (!complete) this.forget(labels);
    const told: Told = { event, labels, hashes: [] };
    for (const hash of hashes) if (this.#remember(hash, told)) told.hashes.push(hash);
    if (told.hashes.length > 0) this.#told.add(told);
    this.shrinkTo(this.#max);
  }

  sources(): Iterable<Source> {
    return this.#told;
  }

  find(hash: number): readonly Source[] {
    return this.#byHash.get(hash) ?? [];
  }

  /** Any value may carry these from now on. */
  forget(labels: Labels): void {
    this.#forgotten = joinLabels(this.#forgotten, labels);
  }

  shrinkTo(max: number): void {
    for (const told of this.#told) {
      if (this.#byHash.size <= max) return;
      this.#told.delete(told);
      this.forget(told.labels);
      for (const hash of told.hashes) this.#drop(hash, told);
    }
  }

  save(): SavedMemory {
    const told = [...this.#told].map(({ event, labels, hashes }) => ({ event, labels, hashes }));
    return { told, ...(this.#forgotten && { forgotten: this.#forgotten }) };
  }

  load({ told, forgotten }: SavedMemory): void {
    if (forgotten !== undefined) this.forget(forgotten);
    for (const { event, labels, hashes } of told)
      this.add(event, labels, { hashes: new Set(hashes), complete: true });
  }

  /** False where those who told it before say all that this one would, and there is no room for more. */
  #remember(hash: number, told: Told): boolean {
    const known = this.#byHash.get(hash);
    if (known === undefined) {
      this.#byHash.set(hash, [told]);
      return true;
    }
    if (known.length < bounds.flow_sources_per_value_max) {
      known.push(told);
      return true;
    }
    const milder = known.findIndex(
      ({ labels }) => covers(told.labels, labels) && !covers(labels, told.labels),
    );
    if (milder >= 0) {
      known[milder] = told;
      return true;
    }
    if (!known.some(({ labels }) => covers(labels, told.labels))) this.forget(told.labels);
    return false;
  }

  #drop(hash: number, told: Told): void {
    const left = (this.#byHash.get(hash) ?? []).filter((one) => one !== told);
    if (left.length === 0) this.#byHash.delete(hash);
    else this.#byHash.set(hash, left);
  }
}
