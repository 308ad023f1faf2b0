/**
 * When a server gets a new channel, so that nobody's cancelled call keeps others from being asked.
 *
 * On a channel that all agents share, a question names no call. After a call was given up and until
 * the server has answered it, a question may be that call's, and reaches no other client
 * (`attribution.ts`). An obedient server never answers a cancelled call, so without more one client
 * could keep all others from being asked. Therefore: before a call to a tool or prompt that is known
 * to ask, while another client's call is in doubt, the server gets a `ping`, behind which the answer
 * to the given-up call would have come; if the doubt remains, a new connection is made, a child or a
 * session, and takes this and all later calls. The old one sees its open calls to their end and dies
 * with its doubts; it is never read on behalf of a new call. What does not ask stays where it is,
 * because what a child keeps in memory is lost with it. One connection at a time is replaced, with
 * the delays of restarts between; where that is not possible, the question is refused as before.
 */
import type { Bounds, Clock } from '@remit/contracts';
import type { Logger } from 'pino';
import type { UpstreamRequest } from '../exchange.ts';
import { Backoff } from './backoff.ts';
import type { Link } from './link.ts';
import { subjectOf } from './subject.ts';

export interface ReplacementDependencies {
  clock: Clock;
  bounds: Bounds;
  random: () => number;
  logger: Logger;
  /** Puts a new link in the place of the old; resolves to whether it has. Never rejects. */
  replace: (old: Link) => Promise<boolean>;
}

export class Replacement {
  readonly #dependencies: ReplacementDependencies;
  readonly #backoff: Backoff;
  /** What has asked so far, over all connections. */
  readonly #asking = new Set<string>();
  #last_at = Number.NEGATIVE_INFINITY;
  #delay_ms = 0;
  #under_way: Promise<void> | undefined;
  /** Until the replaced connection has ended and is closed. */
  #retiring: Promise<void> | undefined;

  constructor(dependencies: ReplacementDependencies) {
    this.#dependencies = dependencies;
    const { restart_delay_first_ms, restart_delay_max_ms } = dependencies.bounds;
    this.#backoff = new Backoff(restart_delay_first_ms, restart_delay_max_ms, dependencies.random);
  }

  asked(subject: string): void {
    if (this.#asking.size < this.#dependencies.bounds.listed_items_per_server_max) this.#asking.add(subject);
  }

  isNeeded(link: Link, request: UpstreamRequest): boolean {
    return link.isInDoubtFor(request.peer) && this.#asking.has(subjectOf(request));
  }

  /** Resolves when the call may be sent, over whichever link there is then. */
  async before(link: Link, request: UpstreamRequest): Promise<void> {
    this.#under_way ??= this.#clear(link, request).finally(() => (this.#under_way = undefined));
    await this.#under_way;
  }

  /** Resolves when nothing of this is left, once everything is being closed. */
  async settled(): Promise<void> {
    await this.#under_way;
    await this.#retiring;
  }

  async #clear(link: Link, request: UpstreamRequest): Promise<void> {
    await link.ping();
    if (!link.isInDoubtFor(request.peer) || !this.#isAllowed()) return;
    this.#dependencies.logger.info('a call was given up and not answered; the connection is replaced');
    this.#last_at = this.#dependencies.clock.monotonic();
    this.#delay_ms = this.#backoff.next();
    if (await this.#dependencies.replace(link)) this.#retire(link);
  }

  #isAllowed(): boolean {
    const since = this.#dependencies.clock.monotonic() - this.#last_at;
    if (since >= 2 * this.#dependencies.bounds.restart_delay_max_ms) this.#backoff.reset();
    return this.#retiring === undefined && since >= this.#delay_ms;
  }

  #retire(link: Link): void {
    link.retire();
    const closed = link.ended.then(() => link.close());
    this.#retiring = closed.finally(() => (this.#retiring = undefined));
  }
}
