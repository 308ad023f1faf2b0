/** Splits a byte stream into lines without ever holding more than one line of bounded length. */

const line_feed = 0x0a;
const carriage_return = 0x0d;

export interface LineReader {
  line(bytes: Buffer): void;
  /** A line was longer than the bound; its bytes are dropped. */
  tooLong(): void;
}

export class LineSplitter {
  readonly #bytes_max: number;
  readonly #reader: LineReader;
  /** Chunks of the line that is still open: joined once, so that a long line costs linear time. */
  #open: Buffer[] = [];
  #open_bytes = 0;
  #skipping = false;

  constructor(bytes_max: number, reader: LineReader) {
    this.#bytes_max = bytes_max;
    this.#reader = reader;
  }

  push(chunk: Buffer): void {
    let from = 0;
    for (;;) {
      const end = chunk.indexOf(line_feed, from);
      if (end === -1) break;
      this.#finish(chunk.subarray(from, end));
      from = end + 1;
    }
    if (from < chunk.length) this.#keep(chunk.subarray(from));
  }

  #finish(rest: Buffer): void {
    const skipped = this.#skipping || this.#open_bytes + rest.length > this.#bytes_max;
    const line = skipped || this.#open.length === 0 ? rest : Buffer.concat([...this.#open, rest]);
    const reported = this.#skipping;
    this.#reset();
    if (!skipped) this.#reader.line(withoutCarriageReturn(line));
    else if (!reported) this.#reader.tooLong();
  }

  #keep(part: Buffer): void {
    if (this.#skipping) return;
    if (this.#open_bytes + part.length <= this.#bytes_max) {
      this.#open.push(part);
      this.#open_bytes += part.length;
      return;
    }
    this.#reset();
    this.#skipping = true;
    this.#reader.tooLong();
  }

  #reset(): void {
    this.#open = [];
    this.#open_bytes = 0;
    this.#skipping = false;
  }
}

function withoutCarriageReturn(line: Buffer): Buffer {
  return line.at(-1) === carriage_return ? line.subarray(0, -1) : line;
}
