/** The payloads of one group, opened block by block when one of them is asked for. */
import type { KeyObject } from 'node:crypto';
import { openBlock } from '../keys/payload-seal.ts';
import type { Group, PayloadPlace } from './group.ts';

export class SealedPayloads {
  readonly #group: Group;
  readonly #key: KeyObject;
  readonly #opened = new Map<number, Buffer | undefined>();

  constructor(group: Group, key: KeyObject) {
    this.#group = group;
    this.#key = key;
  }

  /** Salt ‖ payload; undefined where its block cannot be opened. */
  plain({ block, from, to }: PayloadPlace): Buffer | undefined {
    return this.#open(block)?.subarray(from, to);
  }

  #open(block: number): Buffer | undefined {
    if (this.#opened.has(block)) return this.#opened.get(block);
    const number = { counter: this.#group.nonce_counter, block };
    const plain = openBlock(this.#group.blocks[block]!, this.#key, number);
    this.#opened.set(block, plain);
    return plain;
  }
}
