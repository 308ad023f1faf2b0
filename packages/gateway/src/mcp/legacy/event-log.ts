/**
 * Events of one session, kept for clients that come back with `Last-Event-ID` (MCP 2025-11-25,
 * basic/transports, "Resumability and Redelivery"). Bounded by number and bytes; the oldest go first.
 */

interface KeptEvent {
  stream: number;
  sequence: number;
  text: string;
}

interface EventLogBounds {
  eventsMax: number;
  bytesMax: number;
}

export class EventLog {
  readonly #bounds: EventLogBounds;
  #events: KeptEvent[] = [];
  #bytes = 0;

  constructor(bounds: EventLogBounds) {
    this.#bounds = bounds;
  }

  append(stream: number, sequence: number, text: string): void {
    this.#events.push({ stream, sequence, text });
    this.#bytes += text.length;
    while (this.#events.length > this.#bounds.eventsMax || this.#bytes > this.#bounds.bytesMax) {
      this.#bytes -= this.#events.shift()?.text.length ?? 0;
    }
  }

  /** What this stream sent after the given event and is still kept. */
  after(stream: number, sequence: number): readonly KeptEvent[] {
    return this.#events.filter((event) => event.stream === stream && event.sequence > sequence);
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
