/**
 * Counters that are never exceeded (invariant 4), for one process. A call takes all that its decision
 * reserves, or nothing; what it took is given back only where it was provably never sent. Bounded for
 * each agent: one that names ever new subjects uses up its own share only, and is refused beyond it.
 */
import { bounds, type Reservation } from '@remit/contracts';
import type { Limits, Reserver, ReserveResult } from '../ports.ts';
import { Calendar } from './calendar.ts';
import { Lifetime, type Counter, type Share, type Use } from './counter.ts';
import { Tally, type SavedSlot } from './tally.ts';
import { Targets, type SavedTarget } from './targets.ts';

/** What an action reserved, and when. */
export interface PastUse {
  action_id: string;
  agent: string;
  at: number;
  reservations: readonly Reservation[];
}

/** What one agent has used, and the calls of it that are not over. */
export interface SavedAgent {
  agent: string;
  counters: SavedCounter[];
  open: PastUse[];
}

interface SavedCounter extends Pick<Reservation, 'window_ms' | 'period' | 'idle_ms'> {
  key: string;
  tally?: { scale: number; slots: SavedSlot[] };
  targets?: SavedTarget[];
}

interface Open extends PastUse {
  uses: Use[];
}

/** All counters of one agent. */
class AgentCounters {
  readonly counters = new Map<string, Counter>();
  readonly share: Share = { uses: 0, targets: 0 };
  readonly open = new Set<Open>();
  swept = -Infinity;
}

export class LimitCounters implements Limits {
  readonly #agents = new Map<string, AgentCounters>();
  readonly #open = new Map<string, Open>();
  readonly #calendar = new Calendar();
  readonly #countersMax: number;
  /** A clock that steps back must not free uses early. */
  #latest = 0;
  #changes = 0;

  constructor(countersMax: number = bounds.limit_counters_per_agent_max) {
    this.#countersMax = countersMax;
  }

  /** Goes up with every reservation and settlement. */
  get changes(): number {
    return this.#changes;
  }

  reserve({ id, agent }: Reserver, reservations: readonly Reservation[], now: number): ReserveResult {
    const at = this.#advance(now);
    if (reservations.length === 0) return { ok: true, at };
    const own = this.#of(agent);
    for (const reservation of reservations) {
      const refused = this.#refusal(own, reservation, at);
      if (refused) return refused;
    }
    this.#take(own, { action_id: id, agent, at, reservations });
    return { ok: true, at };
  }

  settle(action_id: string, sent: boolean): void {
    const open = this.#open.get(action_id);
    if (!open) return;
    this.#changes += 1;
    this.#open.delete(action_id);
    const own = this.#of(open.agent);
    own.open.delete(open);
    for (const use of open.uses) use.settle(sent);
    for (const { key } of open.reservations) forgetIfEmpty(own, key);
  }

  /**
   * Counts what an action of an earlier process reserved; oldest first, before the first `reserve`.
   * Concurrency is not restored: nothing of that process runs any more.
   */
  restore(past: PastUse): void {
    if (this.#open.has(past.action_id)) return;
    const reservations = past.reservations.filter(lasts);
    const own = this.#of(past.agent);
    for (const reservation of reservations) this.#counter(own, reservation).expire(past.at);
    this.#take(own, { ...past, reservations });
  }

  /** The agents that have used anything. */
  agents(): string[] {
    return [...this.#agents.keys()];
  }

  /** What an agent has used, as it stands now; undefined where that is nothing. */
  save(agent: string, now: number): SavedAgent | undefined {
    const own = this.#agents.get(agent);
    if (own === undefined) return undefined;
    sweep(own, this.#advance(now));
    if (own.counters.size === 0 && own.open.size === 0) this.#agents.delete(agent);
    const counters = [...own.counters].flatMap(([key, counter]) => savedCounter(key, counter) ?? []);
    const open = [...own.open].map(({ action_id, at, reservations }) => ({
      action_id,
      agent,
      at,
      reservations,
    }));
    return { agent, counters, open };
  }

  /** Takes up what was saved; to be called first. */
  load({ agent, counters, open }: SavedAgent): void {
    const own = this.#of(agent);
    for (const { key, tally, targets, ...lifetime } of counters) {
      const written = {
        key,
        max: 0,
        rule: { name: '', file: '', line: 1 },
        ...lifetime,
        ...(targets && { distinct: [] }),
      };
      const counter = this.#counter(own, written);
      if (counter instanceof Targets) counter.load(targets ?? []);
      if (counter instanceof Tally && tally) counter.load(tally.scale, tally.slots);
    }
    for (const past of open) this.restore(past);
  }

  /**
   * Drops the counters whose keys name a person who is erased: a limit that counts by that person begins anew.
   * `isAbout` is asked of plain text.
   */
  forget(isAbout: (text: string) => boolean): void {
    this.#changes += 1;
    for (const own of this.#agents.values()) {
      for (const [key, counter] of own.counters) {
        if (isAbout(decodeURIComponent(key))) own.counters.delete(key);
        else if (counter instanceof Targets) counter.forget(isAbout);
      }
    }
  }

  #advance(now: number): number {
    this.#latest = Math.max(this.#latest, now);
    return this.#latest;
  }

  #of(agent: string): AgentCounters {
    let own = this.#agents.get(agent);
    if (own === undefined) {
      own = new AgentCounters();
      this.#agents.set(agent, own);
    }
    return own;
  }

  #refusal(own: AgentCounters, reservation: Reservation, now: number): ReserveResult | undefined {
    const counter = own.counters.get(reservation.key);
    if (counter === undefined && !this.#hasRoom(own, now)) {
      return {
        ok: false,
        failed: reservation,
        used: 'has no room for this call: no more subjects of this agent can be counted apart',
      };
    }
    counter?.expire(now);
    const refusal = (counter ?? this.#fresh(own, reservation)).refusal(reservation, now);
    return refusal && { ok: false, failed: reservation, ...refusal };
  }

  #take(own: AgentCounters, past: PastUse): void {
    this.#changes += 1;
    const uses = past.reservations.map((reservation) =>
      this.#counter(own, reservation).add(reservation, past.at),
    );
    const open = { ...past, uses };
    this.#open.set(past.action_id, open);
    own.open.add(open);
  }

  #counter(own: AgentCounters, reservation: Reservation): Counter {
    let counter = own.counters.get(reservation.key);
    if (counter === undefined) {
      counter = this.#fresh(own, reservation);
      own.counters.set(reservation.key, counter);
    }
    return counter;
  }

  #fresh(own: AgentCounters, reservation: Reservation): Counter {
    const lifetime = new Lifetime(reservation, this.#calendar);
    return reservation.distinct === undefined
      ? new Tally(lifetime, own.share)
      : new Targets(lifetime, own.share);
  }

  #hasRoom(own: AgentCounters, now: number): boolean {
    if (own.counters.size < this.#countersMax) return true;
    // Not on every refusal of a flood, since it reads all.
    if (now - own.swept >= bounds.limit_sweep_ms) sweep(own, now);
    return own.counters.size < this.#countersMax;
  }
}

/** Drops counters that nothing counts in any more. */
function sweep(own: AgentCounters, now: number): void {
  own.swept = now;
  for (const [key, counter] of own.counters) {
    counter.expire(now);
    forgetIfEmpty(own, key);
  }
}

function forgetIfEmpty(own: AgentCounters, key: string): void {
  if (own.counters.get(key)?.isEmpty === true) own.counters.delete(key);
}

/** Undefined for concurrency, which ends with its process. */
function savedCounter(key: string, counter: Counter): SavedCounter | undefined {
  const { kind, written } = counter.lifetime;
  if (kind === 'open') return undefined;
  if (counter instanceof Targets) return { key, ...written, targets: counter.save() };
  return counter instanceof Tally ? { key, ...written, tally: counter.save() } : undefined;
}

function lasts({ window_ms, period, idle_ms }: Reservation): boolean {
  return window_ms !== undefined || period !== undefined || idle_ms !== undefined;
}
