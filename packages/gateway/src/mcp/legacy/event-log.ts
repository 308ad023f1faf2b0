/**
 * Events of one session, kept for clients that come back with `Last-Event-ID` (MCP 2025-11-25,
 * basic/transports, "Resumability and Redelivery"). Bounded by number and length, of the session and of all
 * that its agent and the gateway keep; the oldest go first.
 */
import type { Budgeted, ReplayBudget } from './replay-budget.ts';

class KeptEvent implements Budgeted {
  readonly stream: number;
  readonly sequence: number;
  readonly text: string;
  readonly #log: EventLog;
  gone = false;

  constructor(log: EventLog, stream: number, sequence: number, text: string) {
    this.#log = log;
    this.stream = stream;
    this.sequence = sequence;
    this.text = text;
  }

  get length(): number {
    return this.text.length;
  }

  drop(): void {
    this.#log.dropOldest();
  }
}

interface EventLogBounds {
  eventsMax: number;
  bytesMax: number;
}

export class EventLog {
  readonly #bounds: EventLogBounds;
  readonly #budget: ReplayBudget;
  #events: KeptEvent[] = [];
  #bytes = 0;
  #closed = false;

  constructor(bounds: EventLogBounds, budget: ReplayBudget) {
    this.#bounds = bounds;
    this.#budget = budget;
  }

  append(stream: number, sequence: number, text: string): void {
    if (this.#closed) return;
    const event = new KeptEvent(this, stream, sequence, text);
    this.#events.push(event);
    this.#bytes += text.length;
    this.#budget.add(event);
    while (this.#events.length > this.#bounds.eventsMax || this.#bytes > this.#bounds.bytesMax) {
      this.dropOldest();
    }
  }

  /** What this stream sent after the given event and is still kept. */
  after(stream: number, sequence: number): readonly Pick<KeptEvent, 'sequence' | 'text'>[] {
    return this.#events.filter((event) => event.stream === stream && event.sequence > sequence);
  }

  dropOldest(): void {
    const event = this.#events.shift();
    if (event === undefined) return;
    event.gone = true;
    this.#bytes -= event.length;
    this.#budget.released(event);
  }

  /** Nobody comes back any more: nothing is kept. */
  close(): void {
    this.#closed = true;
    while (this.#events.length > 0) this.dropOldest();
  }
}

/** An event id names its stream, so that a reconnecting client finds the right one. */
export function eventId(stream: number, sequence: number): string {
  return `${stream}-${sequence}`;
}

export function readEventId(id: string): { stream: number; sequence: number } | undefined {
  const match = /^(\d{1,15})-(\d{1,15})$/.exec(id);
  return match ? { stream: Number(match[1]), sequence: Number(match[2]) } : undefined;
}
