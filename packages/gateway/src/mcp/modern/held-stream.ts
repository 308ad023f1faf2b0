/** A stream whose first message takes a moment: what comes meanwhile follows it, each message once. */
import type { MessageStream } from '../stream.ts';

export class HeldStream implements MessageStream {
  readonly #stream: MessageStream;
  readonly #heldMax: number;
  #held: Set<string> | undefined = new Set();

  /** @param heldMax messages that may wait; with more the stream ends, and its client comes back */
  constructor(stream: MessageStream, heldMax: number) {
    this.#stream = stream;
    this.#heldMax = heldMax;
  }

  begin(first: string): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    this.#stream.write(first);
    for (const text of held) this.#stream.write(text);
  }

  write(text: string): void {
    if (!this.#held) this.#stream.write(text);
    else if (this.#held.size < this.#heldMax) this.#held.add(text);
    else this.end();
  }

  comment(): void {
    this.#stream.comment();
  }

  end(): void {
    for (const text of this.#held ?? []) this.#stream.write(text);
    this.#held = undefined;
    this.#stream.end();
  }
}
