/**
 * The highest labels that somebody has read: an agent with a person, a conversation. Marks only rise. They
 * are bounded: where one more would be kept, the oldest is joined into one that holds for all that are gone,
 * so that whoever comes back under a forgotten name has read at least as much as before.
 */
import { bounds, covers, joinLabels, type Labels, type LabelSource } from '@remit/contracts';

export interface Mark {
  labels: Labels;
  /** What raised them, the newest last. */
  sources: readonly LabelSource[];
}

const SOURCES_MAX = 8;

export function joinMarks(left: Mark | undefined, right: Mark | undefined): Mark | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  const known = new Set(left.sources.map(({ event }) => event));
  const sources = [...left.sources, ...right.sources.filter(({ event }) => !known.has(event))];
  return { labels: joinLabels(left.labels, right.labels), sources: sources.slice(-SOURCES_MAX) };
}

export class Marks {
  readonly #byName = new Map<string, Mark>();
  readonly #max: number;
  #gone: Mark | undefined;

  constructor(max: number = bounds.flow_marks_max) {
    this.#max = max;
  }

  /** What holds under this name: for one that is not known, what holds for all that were forgotten. */
  of(name: string): Mark | undefined {
    return this.#byName.get(name) ?? this.#gone;
  }

  /** False where it changes nothing. */
  raise(name: string, mark: Mark): boolean {
    const before = this.of(name);
    if (before !== undefined && this.#byName.has(name) && covers(before.labels, mark.labels)) return false;
    this.#byName.delete(name);
    this.#byName.set(name, joinMarks(before, mark)!);
    if (this.#byName.size > this.#max) this.#forgetOldest();
    return true;
  }

  forget(mark: Mark): void {
    this.#gone = joinMarks(this.#gone, mark);
  }

  drop(isAbout: (name: string) => boolean): void {
    for (const name of this.#byName.keys()) if (isAbout(name)) this.#byName.delete(name);
  }

  *save(): Generator<{ name?: string } & Mark> {
    if (this.#gone !== undefined) yield this.#gone;
    for (const [name, mark] of this.#byName) yield { name, ...mark };
  }

  load({ name, ...mark }: { name?: string | undefined } & Mark): void {
    if (name === undefined) this.forget(mark);
    else this.raise(name, mark);
  }

  #forgetOldest(): void {
    for (const [name, mark] of this.#byName) {
      this.#byName.delete(name);
      this.forget(mark);
      return;
    }
  }
}
