/** The replies that are being waited for, so that waiting clients see a sign of life. */
import type { ServerResponse } from 'node:http';
import { OpenEntries } from '../open-entries.ts';
import { Reply, type ReplyOptions } from './reply.ts';

export class Replies {
  readonly #open = new OpenEntries<number, Reply>();
  #lastId = 0;

  /** A reply that is watched until it is done. */
  begin(response: ServerResponse, options: Omit<ReplyOptions, 'onDone'>): Reply {
    const id = ++this.#lastId;
    const onDone = () => this.#open.delete(id);
    const reply = new Reply(response, { ...options, onDone });
    this.#open.set(id, reply);
    return reply;
  }

  /** `now` in milliseconds that never go backwards. */
  signOfLife(now: number, streamAfterMs: number): void {
    for (const reply of this.#open.values()) reply.signOfLife(now, streamAfterMs);
  }
}
