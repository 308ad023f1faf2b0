/**
 * Counters that are never exceeded (invariant 4), for one process: a sliding window holds the time
 * of every use that still counts, so the cap holds in any window, not only in aligned ones.
 */
import { bounds, type Reservation } from '@remit/contracts';
import type { Limits, Reserver, ReserveResult } from './ports.ts';

interface Counter {
  /** Times of the uses that count, oldest first; for `concurrency` the uses that are open. */
  uses: Use[];
  window_ms: number | undefined;
  /** The agent whose call made it, and whose share it counts against. */
  agent: string;
}

interface Use {
  at: number;
  action_id: string;
}

/** A past intent's reservations, as the ledger keeps them. */
export interface PastUse {
  action_id: string;
  agent: string;
  at: number;
  reservations: readonly Reservation[];
}

export class SlidingLimits implements Limits {
  readonly #counters = new Map<string, Counter>();
  readonly #open = new Map<string, readonly Reservation[]>();
  /** How many counters each agent has: one that names ever new subjects uses up its own share only. */
  readonly #shares = new Map<string, number>();
  readonly #shareMax: number;
  /** A clock that steps back must not free uses early. */
  #latest = 0;
  #swept = -Infinity;

  constructor(shareMax: number = bounds.limit_counters_per_agent_max) {
    this.#shareMax = shareMax;
  }

  reserve({ id, agent }: Reserver, reservations: readonly Reservation[], now: number): ReserveResult {
    if (reservations.length === 0) return { ok: true };
    const at = this.#advance(now);
    for (const reservation of reservations) {
      const refused = this.#refusal(agent, reservation, at);
      if (refused) return refused;
    }
    for (const { key, window_ms } of reservations) {
      this.#counter(agent, key, window_ms).uses.push({ at, action_id: id });
    }
    this.#open.set(id, reservations);
    return { ok: true };
  }

  settle(action_id: string, sent: boolean): void {
    const reservations = this.#open.get(action_id);
    if (!reservations) return;
    this.#open.delete(action_id);
    for (const { key, window_ms } of reservations) {
      if (sent && window_ms !== undefined) continue;
      this.#giveBack(key, action_id);
    }
  }

  /**
   * Counts uses of an earlier process, as its intents recorded them; to be called before the first
   * `reserve`. Concurrency is not restored: nothing of that process runs any more.
   */
  restore(past: PastUse, now: number): void {
    const horizon = this.#advance(now);
    for (const { key, window_ms } of past.reservations) {
      if (window_ms === undefined || past.at <= horizon - window_ms) continue;
      const { uses } = this.#counter(past.agent, key, window_ms);
      // Oldest first, also where the clock of the earlier process stepped back.
      uses.push({ at: Math.max(past.at, uses.at(-1)?.at ?? 0), action_id: past.action_id });
    }
  }

  #advance(now: number): number {
    this.#latest = Math.max(this.#latest, now);
    return this.#latest;
  }

  #refusal(agent: string, reservation: Reservation, now: number): ReserveResult | undefined {
    const counter = this.#counters.get(reservation.key);
    if (!counter) {
      return this.#hasRoom(agent, now) && reservation.max > 0
        ? undefined
        : { ok: false, failed: reservation };
    }
    this.#expire(counter, now);
    if (counter.uses.length < reservation.max) return undefined;
    // The slot that makes room is the one that leaves `max - 1` uses behind it.
    const blocking = counter.uses[counter.uses.length - reservation.max];
    if (reservation.window_ms === undefined || !blocking) return { ok: false, failed: reservation };
    return { ok: false, failed: reservation, retry_after_ms: blocking.at + reservation.window_ms - now };
  }

  #counter(agent: string, key: string, window_ms: number | undefined): Counter {
    let counter = this.#counters.get(key);
    if (!counter) {
      counter = { uses: [], window_ms, agent };
      this.#counters.set(key, counter);
      this.#shares.set(agent, this.#share(agent) + 1);
    }
    return counter;
  }

  #share(agent: string): number {
    return this.#shares.get(agent) ?? 0;
  }

  #forget(key: string, { agent }: Counter): void {
    this.#counters.delete(key);
    const share = this.#share(agent) - 1;
    if (share > 0) this.#shares.set(agent, share);
    else this.#shares.delete(agent);
  }

  #expire(counter: Counter, now: number): void {
    if (counter.window_ms === undefined) return;
    const horizon = now - counter.window_ms;
    let expired = 0;
    while (expired < counter.uses.length && counter.uses[expired]!.at <= horizon) expired++;
    if (expired > 0) counter.uses.splice(0, expired);
  }

  #giveBack(key: string, action_id: string): void {
    const counter = this.#counters.get(key);
    if (!counter) return;
    const index = counter.uses.findIndex((use) => use.action_id === action_id);
    if (index >= 0) counter.uses.splice(index, 1);
    if (counter.uses.length === 0) this.#forget(key, counter);
  }

  #hasRoom(agent: string, now: number): boolean {
    if (this.#share(agent) >= this.#shareMax) this.#sweep(now);
    return this.#share(agent) < this.#shareMax;
  }

  /** Drops counters that nothing counts in any more; not on every refusal of a flood, since it reads all. */
  #sweep(now: number): void {
    if (now - this.#swept < bounds.limit_sweep_ms) return;
    this.#swept = now;
    for (const [key, counter] of this.#counters) {
      this.#expire(counter, now);
      if (counter.uses.length === 0) this.#forget(key, counter);
    }
  }
}
