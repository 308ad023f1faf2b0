/** Memories of values by name (a reader, a server), bounded together: the one that was used longest ago shrinks first. */
import { bounds, type Labels } from '@remit/contracts';
import { ValueMemory, type SavedMemory } from './value-memory.ts';

export class Memories {
  /** Least recently used first. */
  readonly #byName = new Map<string, ValueMemory>();
  readonly #max: number;

  constructor(max: number = bounds.flow_values_max) {
    this.#max = max;
  }

  peek(name: string): ValueMemory | undefined {
    return this.#byName.get(name);
  }

  /** To be changed by `change`; then all memories are within their bound again. */
  change(name: string, change: (memory: ValueMemory) => void): void {
    const memory = this.#byName.get(name) ?? new ValueMemory();
    this.#byName.delete(name);
    this.#byName.set(name, memory);
    change(memory);
    this.#shrink();
  }

  forget(name: string, labels: Labels): void {
    this.change(name, (memory) => memory.forget(labels));
  }

  drop(isAbout: (name: string) => boolean): void {
    for (const name of this.#byName.keys()) if (isAbout(name)) this.#byName.delete(name);
  }

  *save(): Generator<{ name: string } & SavedMemory> {
    for (const [name, memory] of this.#byName) yield { name, ...memory.save() };
  }

  #shrink(): void {
    let size = 0;
    for (const memory of this.#byName.values()) size += memory.size;
    for (const memory of this.#byName.values()) {
      if (size <= this.#max) return;
      const before = memory.size;
      memory.shrinkTo(Math.max(0, before - (size - this.#max)));
      size -= before - memory.size;
    }
  }
}
