/** Streams of messages to one client, whichever way they are carried. */
import type { ServerResponse } from 'node:http';
import { EventStream } from '../http/event-stream.ts';

export interface MessageStream {
  /** One JSON-RPC message as text. Never throws; what nobody can read any more is dropped. */
  write(text: string): void;
  /** A sign of life for whoever waits. */
  comment(): void;
  /** No further message comes. */
  end(): void;
}

/** A stream that lives as long as its connection (2026-07-28 streams are not resumable). */
export class DirectStream implements MessageStream {
  readonly #events: EventStream;

  constructor(response: ServerResponse, bufferBytesMax: number) {
    this.#events = new EventStream(response, bufferBytesMax);
  }

  write(text: string): void {
    this.#events.event(text);
  }

  comment(): void {
    this.#events.comment();
  }

  end(): void {
    this.#events.end();
  }
}
