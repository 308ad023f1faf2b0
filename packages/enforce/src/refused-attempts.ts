/**
 * Requests that are refused before they are an action: an unknown tool, a key that is not valid, a header
 * that contradicts the body. Each is an event, and a flood of them is coalesced so that noise cannot fill
 * the disk (ledger.md, "How it is kept", 8): the first ones of a kind are recorded as they are, the rest of
 * that minute is counted and recorded once, with the last of them.
 */
import {
  actionKinds,
  bounds as defaultBounds,
  type Bounds,
  type Clock,
  type EventKind,
  type NewId,
  type NewRecord,
  type RecordMeta,
  type RecordPayload,
} from '@remit/contracts';
import type { Appender } from '@remit/ledger';

export interface RefusedAttempt {
  /** What it would have been, where that is an action; else `login` or `request_refused`. */
  event: EventKind;
  /** Whose attempts are counted together: an agent, a person's id, a listener; nothing that a stranger chooses. */
  subject: string;
  /** Why it was refused; public, and one of few. */
  code: string;
  /** Public: nothing in it may come from whoever tries. */
  meta?: RecordMeta;
  /** Short, since the last one of a flood is kept in memory: names and reasons, no arguments. */
  payload: RecordPayload;
}

export interface RefusedAttemptsDeps {
  ledger: Appender;
  clock: Clock;
  newId: NewId;
  /** A refusal could not be recorded. The request is refused all the same. */
  unrecorded(error: unknown): void;
  bounds?: Pick<Bounds, 'refused_attempts_recorded_max' | 'refused_attempts_window_ms'>;
}

interface Window {
  /** Milliseconds that never go backwards. */
  began: number;
  recorded: number;
  /** Of those that were only counted. */
  counted: number;
  first_at: string;
  last_at: string;
  last: RefusedAttempt;
}

export class RefusedAttempts {
  readonly #deps: RefusedAttemptsDeps;
  readonly #bounds: NonNullable<RefusedAttemptsDeps['bounds']>;
  /** By subject and code, oldest first. */
  #windows = new Map<string, Window>();

  constructor(deps: RefusedAttemptsDeps) {
    this.#deps = deps;
    this.#bounds = deps.bounds ?? defaultBounds;
  }

  /** Resolves when it is durable, or counted. Never rejects. */
  async record(attempt: RefusedAttempt): Promise<void> {
    const key = `${attempt.subject} ${attempt.code}`;
    const known = this.#windows.get(key);
    if (known && this.#isOver(known)) await this.#report([key]);
    const window = this.#windows.get(key) ?? this.#begin(key, attempt);
    if (window.recorded < this.#bounds.refused_attempts_recorded_max) {
      window.recorded += 1;
      await this.#append([this.#recordOf(attempt)]);
      return;
    }
    window.last_at = this.#time();
    if (window.counted === 0) window.first_at = window.last_at;
    window.counted += 1;
    window.last = attempt;
  }

  /** To be called once in a while: records the counts of the minutes that are over. */
  async sweep(): Promise<void> {
    await this.#report([...this.#windows].filter(([, window]) => this.#isOver(window)).map(([key]) => key));
  }

  /** Records what has been counted and not recorded yet. */
  async close(): Promise<void> {
    await this.#report([...this.#windows.keys()]);
  }

  #begin(key: string, attempt: RefusedAttempt): Window {
    const time = this.#time();
    const began = this.#deps.clock.monotonic();
    const window = { began, recorded: 0, counted: 0, first_at: time, last_at: time, last: attempt };
    this.#windows.set(key, window);
    return window;
  }

  #isOver({ began }: Window): boolean {
    return this.#deps.clock.monotonic() - began >= this.#bounds.refused_attempts_window_ms;
  }

  /** Ends these windows. What cannot be recorded now is counted on. */
  async #report(keys: readonly string[]): Promise<void> {
    const ended = new Map<string, Window>();
    for (const key of keys) {
      const window = this.#windows.get(key);
      if (window && window.counted > 0) ended.set(key, window);
      this.#windows.delete(key);
    }
    if (ended.size === 0) return;
    const records = [...ended.values()].map((window) => this.#countOf(window));
    if (await this.#append(records)) return;
    for (const [key, window] of ended) {
      const since = this.#windows.get(key);
      if (since) since.counted += window.counted;
      else this.#windows.set(key, window);
    }
  }

  async #append(records: readonly NewRecord[]): Promise<boolean> {
    try {
      await this.#deps.ledger.append(records);
      return true;
    } catch (error) {
      this.#deps.unrecorded(error);
      return false;
    }
  }

  #recordOf({ event, code, meta, payload }: RefusedAttempt): NewRecord {
    const prefix = (actionKinds as readonly string[]).includes(event) ? 'act' : 'evt';
    return {
      phase: 'event',
      id: this.#deps.newId(prefix),
      event,
      time: this.#time(),
      meta: { ...meta, result: 'denied', code },
      payload,
    };
  }

  #countOf({ counted, first_at, last_at, last }: Window): NewRecord {
    return {
      phase: 'event',
      id: this.#deps.newId('evt'),
      event: 'refusals_coalesced',
      time: this.#time(),
      meta: {
        ...last.meta,
        result: 'denied',
        code: last.code,
        of: last.event,
        refused: counted,
        first_at,
        last_at,
      },
      payload: { last: last.payload },
    };
  }

  #time(): string {
    return new Date(this.#deps.clock.now()).toISOString();
  }
}
