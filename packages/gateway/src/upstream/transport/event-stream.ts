/**
 * Reads a stream of server-sent events (WHATWG HTML, "Server-sent events") within bounds. A lone
 * carriage return as line end, which the standard allows and no server writes, is not supported.
 */
import { LineSplitter } from './lines.ts';

export interface ServerSentEvent {
  /** `message` unless the stream names it. */
  type: string;
  data: Buffer;
}

export interface EventReader {
  event(event: ServerSentEvent): void;
  /** An event was longer than the bound; it is dropped. */
  tooLarge(): void;
}

const colon = 0x3a;
const space = 0x20;
const newline = Buffer.from('\n');

export class EventStreamParser {
  /** The id to resume after, as the stream gave it last. */
  last_event_id: string | undefined;
  /** How long to wait before resuming, as the stream has asked. */
  retry_ms: number | undefined;
  readonly #reader: EventReader;
  readonly #bytes_max: number;
  readonly #lines: LineSplitter;
  #type = '';
  #data: Buffer[] = [];
  #bytes = 0;
  #too_large = false;

  constructor(bytes_max: number, reader: EventReader) {
    this.#reader = reader;
    this.#bytes_max = bytes_max;
    this.#lines = new LineSplitter(bytes_max, {
      line: (bytes) => this.#line(bytes),
      tooLong: () => this.#tooLarge(),
    });
  }

  push(chunk: Buffer): void {
    this.#lines.push(chunk);
  }

  #line(line: Buffer): void {
    if (line.length === 0) return this.#dispatch();
    const at = line.indexOf(colon);
    if (at === 0) return;
    const field = line.toString('latin1', 0, at === -1 ? line.length : at);
    const value =
      at === -1 ? line.subarray(line.length) : line.subarray(line[at + 1] === space ? at + 2 : at + 1);
    this.#field(field, value);
  }

  #field(field: string, value: Buffer): void {
    if (field === 'data') this.#append(value);
    else if (field === 'event') this.#type = value.toString('utf8');
    else if (field === 'id' && isHeaderSafe(value)) this.last_event_id = value.toString('latin1');
    else if (field === 'retry') this.#retryAfter(value.toString('latin1'));
  }

  #append(value: Buffer): void {
    this.#bytes += value.length + 1;
    if (this.#bytes > this.#bytes_max) this.#tooLarge();
    if (this.#too_large) return;
    if (this.#data.length > 0) this.#data.push(newline);
    this.#data.push(value);
  }

  /** Said at once, since the event may never end; the rest of it is dropped. */
  #tooLarge(): void {
    this.#data = [];
    if (!this.#too_large) this.#reader.tooLarge();
    this.#too_large = true;
  }

  #retryAfter(value: string): void {
    if (/^\d{1,9}$/.test(value)) this.retry_ms = Number(value);
  }

  #dispatch(): void {
    const [only] = this.#data;
    const data = this.#data.length === 1 && only !== undefined ? only : Buffer.concat(this.#data);
    const type = this.#type === '' ? 'message' : this.#type;
    this.#type = '';
    this.#data = [];
    this.#bytes = 0;
    this.#too_large = false;
    if (data.length > 0) this.#reader.event({ type, data });
  }
}

/** The id comes back as a header: printable ASCII only, and of sane length. */
function isHeaderSafe(value: Buffer): boolean {
  return value.length <= 1024 && value.every((byte) => byte >= 0x20 && byte <= 0x7e);
}
