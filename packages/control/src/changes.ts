/**
 * Every change of agents, people and credentials goes through here, one at a time: it is checked
 * against the state as it stands when its turn comes, recorded in the ledger, stored, and only then
 * in effect and answered (architecture.md, invariant 10).
 */
import {
  bounds,
  Fault,
  type Clock,
  type EventKind,
  type NewId,
  type NewRecord,
  type RecordMeta,
  type RecordPayload,
} from '@remit/contracts';
import type { Appender } from '@remit/ledger';
import type { Actor } from './ports.ts';

export interface Recording {
  ledger: Appender;
  clock: Clock;
  newId: NewId;
}

export interface AdministrativeEvent {
  event: EventKind;
  /** Becomes public: nothing here may identify a person. */
  meta: RecordMeta;
  payload?: RecordPayload;
}

export interface Step<Result> {
  events: readonly AdministrativeEvent[];
  store(): Promise<unknown>;
  /** Takes effect in memory. Must not fail. */
  apply(): Result;
}

/** The state is already what was asked for: nothing to record. */
export interface Unchanged<Result> {
  unchanged: Result;
}

export class Changes {
  readonly #recording: Recording;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(recording: Recording) {
    this.#recording = recording;
  }

  /**
   * `plan` throws a Fault to refuse.
   * @throws Fault `ledger_unavailable`, `store_unavailable`, `too_many_changes`; nothing has changed then.
   */
  make<Result>(by: Actor, plan: () => Step<Result> | Unchanged<Result>): Promise<Result> {
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
    const records = step.events.map((event) => administrativeRecord(this.#recording, by, event));
    await this.#recording.ledger.append(records);
    try {
      await step.store();
    } catch (error) {
      await this.#recordFailure(by, records, error);
    }
    return step.apply();
  }

  /** What was recorded did not happen: says so in the ledger, then to whoever asked. */
  async #recordFailure(by: Actor, records: readonly NewRecord[], cause: unknown): Promise<never> {
    const corrections = records.map(({ id, event, meta }) =>
      administrativeRecord(this.#recording, by, { event, meta: { ...meta, result: 'error', corrects: id } }),
    );
    await this.#recording.ledger.append(corrections);
    throw new Fault('store_unavailable', 'The control database could not be written; nothing has changed.', {
      remedy: 'Look at the disk of the data folder, then try again.',
      cause,
    });
  }
}

/** One administrative event: who did it is in `meta` as a random id, and by name in the sealed payload. */
export function administrativeRecord(
  { clock, newId }: Pick<Recording, 'clock' | 'newId'>,
  by: Actor,
  { event, meta, payload }: AdministrativeEvent,
): NewRecord {
  const record: NewRecord = {
    phase: 'event',
    id: newId('evt'),
    event,
    time: new Date(clock.now()).toISOString(),
    meta: { result: 'success', ...meta, by: by.id },
  };
  const sealed: RecordPayload = { ...payload, ...(by.name !== undefined && { by_name: by.name }) };
  return Object.keys(sealed).length === 0 ? record : { ...record, payload: sealed };
}
