/** Server-sent events on an HTTP response (WHATWG HTML, section 9.2), with a bound for slow readers. */
import type { ServerResponse } from 'node:http';

export class EventStream {
  readonly #response: ServerResponse;
  readonly #bufferBytesMax: number;

  constructor(response: ServerResponse, bufferBytesMax: number) {
    this.#response = response;
    this.#bufferBytesMax = bufferBytesMax;
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
      // Tells reverse proxies not to hold events back.
      'x-accel-buffering': 'no',
    });
    response.flushHeaders();
  }

  get open(): boolean {
    return !this.#response.writableEnded && !this.#response.destroyed;
  }

  /** `data` is one line: JSON text without line breaks, or empty. */
  event(data: string, id?: string): void {
    this.#write(id === undefined ? `data: ${data}\n\n` : `id: ${id}\ndata: ${data}\n\n`);
  }

  /** An event without data, whose id lets a client resume before anything was sent. */
  prime(id: string, retryMs: number): void {
    this.#write(`id: ${id}\nretry: ${retryMs}\ndata: \n\n`);
  }

  comment(): void {
    this.#write(':\n\n');
  }

  end(): void {
    if (this.open) this.#response.end();
  }

  #write(text: string): void {
    if (!this.open) return;
    // A reader that does not read is cut; what it missed may be resumed, where the era allows that.
    if (this.#response.writableLength > this.#bufferBytesMax) this.#response.destroy();
    else this.#response.write(text);
  }
}
