/** Marks of events: values that may point at a person, kept as numbers of their keyed hashes (blind-index.ts). */
import type { KeyObject } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { ContextKey, MarkKey } from '@remit/contracts';
import { blindOf } from './blind-index.ts';

/** Neighbouring events mostly have the same marks. */
const cachedMarks = 4096;

export interface Mark {
  key: MarkKey | ContextKey;
  value: string;
}

export class EventMarks {
  readonly #blindKey: KeyObject;
  readonly #select: StatementSync;
  readonly #insert: StatementSync;
  readonly #link: StatementSync;
  readonly #unlink: StatementSync;
  readonly #linked: StatementSync;
  readonly #delete: StatementSync;
  readonly #known = new Map<string, number>();

  constructor(database: DatabaseSync, blindKey: KeyObject) {
    this.#blindKey = blindKey;
    this.#select = database.prepare('SELECT id FROM mark WHERE blind = ?');
    this.#insert = database.prepare('INSERT INTO mark (blind) VALUES (?)');
    this.#link = database.prepare('INSERT OR IGNORE INTO event_mark VALUES (?, ?, ?)');
    this.#unlink = database.prepare('DELETE FROM event_mark WHERE mark = ? AND time = ? AND key = ?');
    this.#linked = database.prepare('SELECT 1 FROM event_mark WHERE mark = ? LIMIT 1');
    this.#delete = database.prepare('DELETE FROM mark WHERE id = ?');
  }

  /** Finds the event by these from now on. */
  add(marks: readonly Mark[], time: number, key: number): void {
    for (const mark of marks) this.#link.run(this.#numberOf(mark), time, key);
  }

  /** Finds the event by these no longer; a value that no other event has is forgotten. */
  remove(marks: readonly Mark[], time: number, key: number): void {
    for (const mark of marks) {
      const number = this.find(mark);
      if (number === undefined) continue;
      this.#unlink.run(number, time, key);
      if (this.#linked.get(number) === undefined) this.#delete.run(number);
    }
    this.forget();
  }

  /** The number of a mark; undefined where no event has it. */
  find(mark: Mark): number | undefined {
    const row = this.#select.get(this.#blind(mark)) as { id: number } | undefined;
    return row?.id;
  }

  /** A transaction was rolled back, or marks were removed: numbers may have gone with it. */
  forget(): void {
    this.#known.clear();
  }

  #numberOf(mark: Mark): number {
    const name = `${mark.key}:${mark.value}`;
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const number = this.find(mark) ?? Number(this.#insert.run(this.#blind(mark)).lastInsertRowid);
    if (this.#known.size >= cachedMarks) this.#known.clear();
    this.#known.set(name, number);
    return number;
  }

  #blind({ key, value }: Mark): Buffer {
    return blindOf(this.#blindKey, key, value);
  }
}
