/** Random bytes in small pieces out of large draws: one draw per record would cost more than its hash. */
export class RandomPool {
  readonly #draw: (length: number) => Uint8Array;
  #pool: Buffer = Buffer.alloc(0);
  #at = 0;

  constructor(draw: (length: number) => Uint8Array) {
    this.#draw = draw;
  }

  /** Bytes that nobody else is given; they are not overwritten later. */
  take(length: number): Buffer {
    if (this.#at + length > this.#pool.length) {
      const drawn = this.#draw(Math.max(length, 32 * 1024));
      this.#pool = Buffer.from(drawn.buffer, drawn.byteOffset, drawn.length);
      this.#at = 0;
    }
    this.#at += length;
    return this.#pool.subarray(this.#at - length, this.#at);
  }
}
