/** Drives a publisher: answers calls, and follows the log in steps in between. The same in a thread and without one. */
import type { AuditEvent } from '@remit/contracts';
import type { LogClearing } from '../clearing/log-clearing.ts';
import { reasonOf } from '../disk/sync-failure.ts';
import type { Publisher } from '../projection/publisher.ts';
import type { DurableEnd } from '../writer/port.ts';

/** What may be asked of a publisher from outside its thread. */
export type PublisherMethod =
  | 'begin'
  | 'orphans'
  | 'search'
  | 'show'
  | 'records'
  | 'evidence'
  | 'proof'
  | 'checkpoint'
  | 'consistency'
  | 'cosigned'
  | 'file'
  | ClearingMethod;

/** Answered by `publisher.clearing`. */
type ClearingMethod = (typeof clearingMethods)[number];
const clearingMethods = [
  'scan',
  'recordsOf',
  'segmentsOf',
  'clearSegment',
  'forgetIdentifiers',
  'listErasure',
  'unknownErasures',
  'unfinished',
  'finished',
] as const satisfies (keyof LogClearing)[];

export interface PublisherEvents {
  /** Events as they became durable. */
  tail(events: AuditEvent[]): void;
  /** Why the projections do not follow; undefined when they do again. */
  problem(reason: string | undefined): void;
}

export class PublisherLoop {
  readonly #publisher: Publisher;
  readonly #events: PublisherEvents;
  #scheduled: NodeJS.Immediate | undefined;
  #problem: string | undefined;

  constructor(publisher: Publisher, events: PublisherEvents) {
    this.#publisher = publisher;
    this.#events = events;
  }

  call(method: PublisherMethod, parameters: unknown[]): unknown {
    const isClearing = clearingMethods.some((name) => name === method);
    const target = isClearing ? this.#publisher.clearing : this.#publisher;
    const callable = Reflect.get(target, method) as (...parameters: unknown[]) => unknown;
    return Reflect.apply(callable, target, parameters);
  }

  watch(watched: boolean): void {
    this.#publisher.watch(watched);
  }

  extend(end: DurableEnd): void {
    this.#publisher.extend(end);
    this.#schedule();
  }

  close(): void {
    clearImmediate(this.#scheduled);
    this.#publisher.close();
  }

  /** A step at a time, so that calls get their turn in between. */
  #schedule(): void {
    this.#scheduled ??= setImmediate(() => {
      this.#scheduled = undefined;
      this.#step();
    });
  }

  #step(): void {
    try {
      const events = this.#publisher.step();
      if (events.length > 0) this.#events.tail(events);
      this.#report(undefined);
      if (this.#publisher.behind > 0) this.#schedule();
    } catch (error) {
      // Tried again when the log grows: a full disk passes, and every search says what is wrong.
      this.#report(reasonOf(error));
    }
  }

  #report(problem: string | undefined): void {
    if (this.#problem === problem) return;
    this.#problem = problem;
    this.#events.problem(problem);
  }
}
