/**
 * The answer to one POST. It begins as a plain JSON body and turns into an event stream as soon as a
 * message has to be sent before the last one, or when it takes long; most calls never need the stream.
 */
import type { ServerResponse } from 'node:http';
import type { MessageStream } from './stream.ts';

export interface ReplyOptions {
  /** How many requests the POST held; a batch is answered as an array. */
  expected: number;
  batch: boolean;
  /** Begins the event stream; absent where the client does not accept one. */
  openStream?: () => MessageStream;
  /** Milliseconds that never go backwards. */
  startedAt: number;
  onDone?: () => void;
}

export class Reply {
  readonly #response: ServerResponse;
  readonly #options: ReplyOptions;
  readonly #finals: string[] = [];
  #stream: MessageStream | undefined;
  #left: number;

  constructor(response: ServerResponse, options: ReplyOptions) {
    this.#response = response;
    this.#options = options;
    this.#left = options.expected;
  }

  get streamable(): boolean {
    return this.#options.openStream !== undefined;
  }

  get done(): boolean {
    return this.#left === 0;
  }

  /** A message before the final one; dropped where the client does not take streams. */
  interim(text: string): void {
    if (this.done) return;
    this.#begin()?.write(text);
  }

  /** The answer to one of the requests. `status` counts only where it is the whole body. */
  final(text: string, status = 200): void {
    if (this.done) return;
    this.#left--;
    if (this.#stream) this.#stream.write(text);
    else this.#finals.push(text);
    this.#finish(status);
  }

  /** One of the requests gets no answer, because it was cancelled. */
  withdraw(): void {
    if (this.done) return;
    this.#left--;
    this.#finish(202);
  }

  /** Keeps a waiting client's connection alive. */
  signOfLife(now: number, streamAfterMs: number): void {
    if (this.done) return;
    if (this.#stream) this.#stream.comment();
    else if (now - this.#options.startedAt >= streamAfterMs) this.#begin();
  }

  /** Calls back if the connection ends before the answer is complete. */
  onGone(listener: () => void): void {
    this.#response.once('close', () => {
      if (!this.done) listener();
    });
  }

  #begin(): MessageStream | undefined {
    if (this.#stream || !this.#options.openStream) return this.#stream;
    this.#stream = this.#options.openStream();
    for (const text of this.#finals.splice(0)) this.#stream.write(text);
    return this.#stream;
  }

  #finish(status: number): void {
    if (this.#left > 0) return;
    this.#options.onDone?.();
    if (this.#stream) this.#stream.end();
    else if (this.#finals.length === 0) this.#response.writeHead(202).end();
    else if (this.#options.batch) sendJson(this.#response, 200, `[${this.#finals.join(',')}]`);
    else sendJson(this.#response, status, this.#finals[0] ?? '');
  }
}

export function sendJson(response: ServerResponse, status: number, text: string): void {
  if (response.destroyed || response.headersSent) return;
  const length = Buffer.byteLength(text);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': length });
  response.end(text);
}
