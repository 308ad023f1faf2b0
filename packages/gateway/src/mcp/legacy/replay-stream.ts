/** A stream that outlives its connection: what is sent while nobody listens can be read later. */
import type { ServerResponse } from 'node:http';
import { EventStream } from '../../http/event-stream.ts';
import type { MessageStream } from '../stream.ts';
import { eventId, type EventLog } from './event-log.ts';

interface ReplayStreamOptions {
  /** Unique in the session. */
  number: number;
  log: EventLog;
  bufferBytesMax: number;
  /** Versions from 2025-11-25 on begin a stream with an empty event that carries an id. */
  primed: boolean;
  onEnd(): void;
}

/** How long clients wait before they reconnect, in milliseconds. */
const reconnectMs = 1000;

export class ReplayStream implements MessageStream {
  readonly number: number;
  readonly #options: ReplayStreamOptions;
  #sequence = 0;
  #connection: EventStream | undefined;
  #ended = false;

  constructor(options: ReplayStreamOptions) {
    this.number = options.number;
    this.#options = options;
  }

  get connected(): boolean {
    return this.#connection?.open ?? false;
  }

  /** Whether an event after the given one is not kept any more, so that the stream cannot go on from there. */
  lacksAfter(lastSeen: number): boolean {
    return this.#options.log.after(this.number, lastSeen).length < this.#sequence - lastSeen;
  }

  /** Sends over this connection from now on, after what the client has not seen of the stream. */
  connect(response: ServerResponse, lastSeen?: number): void {
    this.#connection?.end();
    const connection = new EventStream(response, this.#options.bufferBytesMax);
    this.#connection = connection;
    if (lastSeen === undefined) {
      if (this.#options.primed) connection.prime(eventId(this.number, this.#sequence), reconnectMs);
      return;
    }
    for (const event of this.#options.log.after(this.number, lastSeen)) {
      connection.event(event.text, eventId(this.number, event.sequence));
    }
    if (this.#ended) connection.end();
  }

  write(text: string): void {
    if (this.#ended) return;
    this.#sequence++;
    this.#options.log.append(this.number, this.#sequence, text);
    this.#connection?.event(text, eventId(this.number, this.#sequence));
  }

  comment(): void {
    this.#connection?.comment();
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#connection?.end();
    this.#options.onEnd();
  }
}
