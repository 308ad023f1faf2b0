/** The replies that are being waited for, so that waiting clients see a sign of life. */
import type { ServerResponse } from 'node:http';
import { Reply, type ReplyOptions } from './reply.ts';

export class Replies {
  readonly #open = new Set<Reply>();

  /** A reply that is watched until it is done. */
  begin(response: ServerResponse, options: Omit<ReplyOptions, 'onDone'>): Reply {
    const onDone = () => this.#open.delete(reply);
    const reply = new Reply(response, { ...options, onDone });
    this.#open.add(reply);
    return reply;
  }

  /** `now` in milliseconds that never go backwards. */
  signOfLife(now: number, streamAfterMs: number): void {
    for (const reply of this.#open) reply.signOfLife(now, streamAfterMs);
  }
}
