/** Appends between a caller and a writer in the same thread. */
import type { PreparedRecord } from '../record/leaf.ts';
import { spaceFor, writeAppend } from './append-bytes.ts';
import type { AppendSink, AppendSource, WaitingAppend } from './port.ts';

export class AppendList implements AppendSink, AppendSource {
  readonly #waiting: WaitingAppend[] = [];
  #more = false;
  #rolls = 0;

  get more(): boolean {
    return this.#more;
  }

  get rolls(): number {
    return this.#rolls;
  }

  roll(): void {
    this.#rolls += 1;
  }

  offer(records: readonly PreparedRecord[], reserved: boolean): boolean {
    const bytes = Buffer.allocUnsafe(spaceFor(records));
    const end = writeAppend(records, bytes, 0);
    this.#waiting.push({ bytes: bytes.subarray(0, end), reserved });
    return true;
  }

  publish(more: boolean): void {
    this.#more = more;
  }

  peek(): WaitingAppend | undefined {
    return this.#waiting[0];
  }

  take(): void {
    this.#waiting.shift();
  }
}
