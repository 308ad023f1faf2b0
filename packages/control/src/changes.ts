/**
 * Every change of agents, people and credentials goes through here, one at a time: it is checked
 * against the state as it stands when its turn comes, recorded in the ledger, stored, and only then
 * in effect and answered (architecture.md, invariant 10). Ledger and store are two files, so a crash
 * can come between them: the store therefore keeps which record it took in last, and what the ledger
 * has beyond that is declared not to have happened at the next start.
 */
import { bounds, Fault, type NewRecord } from '@remit/contracts';
import type { Ledger } from '@remit/ledger';
import type { Transaction } from 'kysely';
import { administrativeRecord, type AdministrativeEvent, type Recording } from './administrative-record.ts';
import type { Actor } from './ports.ts';
import type { Store } from './store/database.ts';
import type { Tables } from './store/tables.ts';
import { eventsBeyond } from './unfinished-changes.ts';

export interface Step<Result> {
  events: readonly AdministrativeEvent[];
  store(transaction: Transaction<Tables>): Promise<unknown>;
  /** Takes effect in memory. Must not fail. */
  apply(): Result;
}

/** The state is already what was asked for: nothing to record. */
export interface Unchanged<Result> {
  unchanged: Result;
}

export interface ChangesDeps extends Recording {
  ledger: Pick<Ledger, 'append' | 'search' | 'show'>;
  store: Store;
}

export class Changes {
  readonly #deps: ChangesDeps;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  private constructor(deps: ChangesDeps) {
    this.#deps = deps;
  }

  static async open(deps: ChangesDeps): Promise<Changes> {
    const changes = new Changes(deps);
    await changes.#declareUnfinished();
    return changes;
  }

  /**
   * `plan` throws a Fault to refuse.
   * @throws Fault `ledger_unavailable`, `store_unavailable`, `too_many_changes`; nothing has changed then.
   */
  async make<Result>(by: Actor, plan: () => Step<Result> | Unchanged<Result>): Promise<Result> {
    if (this.#waiting >= bounds.changes_waiting_max) {
      throw new Fault('too_many_changes', 'Too many changes wait to be recorded.', {
        remedy: 'Try again in a moment.',
      });
    }
    this.#waiting += 1;
    const mine = this.#last.then(() => this.#run(by, plan)).finally(() => (this.#waiting -= 1));
    // The next one runs whether or not this one was refused; whoever asked is told by `mine`.
    this.#last = mine.then(
      () => undefined,
      () => undefined,
    );
    return mine;
  }

  async #run<Result>(by: Actor, plan: () => Step<Result> | Unchanged<Result>): Promise<Result> {
    const step = plan();
    if ('unchanged' in step) return step.unchanged;
    const records = step.events.map((event) => administrativeRecord(this.#deps, by, event));
    await this.#deps.ledger.append(records);
    try {
      await this.#store(step, records);
    } catch (cause) {
      await this.#undoRecords(by, records, cause);
    }
    return step.apply();
  }

  #store(step: Step<unknown>, records: readonly NewRecord[]): Promise<void> {
    return this.#deps.store.transaction().execute(async (transaction) => {
      await step.store(transaction);
      const last = records.at(-1);
      if (!last) throw new Error('a change without a record');
      const taken = { event_id: last.id, time: last.time };
      await transaction
        .insertInto('last_change')
        .values({ only: 1, ...taken })
        .onConflict((conflict) => conflict.column('only').doUpdateSet(taken))
        .execute();
    });
  }

  /** What was recorded did not happen: says so in the ledger, then to whoever asked. */
  async #undoRecords(by: Actor, records: readonly NewRecord[], cause: unknown): Promise<never> {
    const fault = (why: unknown) =>
      new Fault('store_unavailable', 'The control database could not be written; nothing has changed.', {
        remedy: 'Look at the disk of the data folder, then try again.',
        cause: why,
      });
    try {
      await this.#deps.ledger.append(this.#corrections(by, records));
    } catch (also) {
      throw fault(new AggregateError([cause, also]));
    }
    throw fault(cause);
  }

  async #declareUnfinished(): Promise<void> {
    const unfinished = await eventsBeyond(this.#deps.ledger, await this.#lastStored());
    if (unfinished.length === 0) return;
    const records = unfinished.map(({ id, action, agent }) => ({
      id,
      event: action,
      meta: agent === undefined ? {} : { agent },
    }));
    for (let start = 0; start < records.length; start += bounds.changes_corrected_at_once) {
      await this.#deps.ledger.append(
        this.#corrections({ id: 'remit' }, records.slice(start, start + bounds.changes_corrected_at_once)),
      );
    }
  }

  /** A new store has taken in nothing, and what the ledger holds from before is not its own. */
  async #lastStored(): Promise<Tables['last_change']> {
    const { store, clock } = this.#deps;
    const row = await store.selectFrom('last_change').selectAll().executeTakeFirst();
    if (row) return row;
    const first = { only: 1, event_id: '', time: new Date(clock.now()).toISOString() } as const;
    await store.insertInto('last_change').values(first).execute();
    return first;
  }

  #corrections(by: Actor, records: readonly Pick<NewRecord, 'id' | 'event' | 'meta'>[]): NewRecord[] {
    return records.map(({ id, event, meta }) =>
      administrativeRecord(this.#deps, by, { event, meta: { ...meta, result: 'error', corrects: id } }),
    );
  }
}
