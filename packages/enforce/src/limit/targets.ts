/** Counts different targets: each once, as long as one of its uses counts. */
import { bounds, type Reservation } from '@remit/contracts';
import type { Counter, CounterRefusal, Lifetime, Share, Use } from './counter.ts';

interface Target {
  /** The last use that counts. */
  at: number;
  /** The last one that was sent, or of which nobody knows. */
  sent: number;
  /** Uses of calls that are not over. */
  open: number[];
}

export type SavedTarget = [name: string, at: number];

export class Targets implements Counter {
  readonly lifetime: Lifetime;
  readonly #share: Share;
  /** By name, in the order of `at`. */
  #targets = new Map<string, Target>();
  /** A use that was given back or restored has broken that order. */
  #disordered = false;
  #latest = -Infinity;
  #forgotten = 0;

  constructor(lifetime: Lifetime, share: Share) {
    this.lifetime = lifetime;
    this.#share = share;
  }

  get isEmpty(): boolean {
    return this.#targets.size === 0;
  }

  expire(now: number): void {
    this.#sort();
    const horizon = this.lifetime.horizon(now);
    if (this.lifetime.kind === 'idle' && this.#latest > horizon) return;
    for (const [name, { at }] of this.#targets) {
      if (at > horizon) return;
      this.#forget(name);
    }
  }

  refusal({ distinct = [], max }: Reservation, now: number): CounterRefusal | undefined {
    const added = distinct.filter((name) => !this.#targets.has(name)).length;
    const excess = this.#targets.size + added - max;
    if (added > 0 && this.#share.targets + added > bounds.limit_targets_per_agent_max)
      return { used: 'has no room for this call: no more different targets of this agent can be remembered' };
    if (added === 0 || excess <= 0) return undefined;
    const used = `has no room for this call: ${this.#targets.size} of ${max} different targets are used, and it would add ${added}`;
    const wait_ms = added > max ? undefined : this.#wait_ms(excess, new Set(distinct), now);
    return wait_ms === undefined ? { used } : { used, retry_after_ms: wait_ms };
  }

  add({ distinct = [] }: Reservation, at: number): Use {
    for (const name of distinct) this.#touch(name, at);
    return { settle: (sent) => distinct.forEach((name) => this.#settle(name, at, sent)) };
  }

  /** For the snapshot: those that count without the calls that are not over. */
  save(): SavedTarget[] {
    return [...this.#targets].flatMap(([name, { sent }]): SavedTarget[] =>
      sent === -Infinity ? [] : [[name, sent]],
    );
  }

  load(targets: readonly SavedTarget[]): void {
    for (const [name, at] of targets) {
      this.#targets.set(name, { at, sent: at, open: [] });
      this.#share.targets += 1;
      this.#latest = Math.max(this.#latest, at);
    }
    this.#disordered = true;
  }

  /** Keeps counting the targets that this fits, under names that say nothing; those of calls that go on excepted. */
  forget(isAbout: (name: string) => boolean): void {
    for (const [name, target] of [...this.#targets]) {
      if (target.open.length > 0 || !isAbout(name)) continue;
      this.#targets.delete(name);
      this.#targets.set(`forgotten:${(this.#forgotten += 1)}:${target.at}`, target);
      this.#disordered = true;
    }
  }

  #touch(name: string, at: number): void {
    const target = this.#targets.get(name) ?? { at, sent: -Infinity, open: [] };
    if (target.open.length === 0 && target.sent === -Infinity) this.#share.targets += 1;
    target.open.push(at);
    target.at = Math.max(target.at, at);
    this.#disordered ||= at < this.#latest;
    this.#latest = Math.max(this.#latest, at);
    this.#targets.delete(name);
    this.#targets.set(name, target);
  }

  #settle(name: string, at: number, sent: boolean): void {
    const target = this.#targets.get(name);
    const index = target?.open.indexOf(at) ?? -1;
    if (target === undefined || index < 0) return;
    target.open.splice(index, 1);
    if (sent) target.sent = Math.max(target.sent, at);
    const last = Math.max(target.sent, ...target.open);
    if (last === -Infinity) return this.#forget(name);
    this.#disordered ||= last < target.at;
    target.at = last;
  }

  #forget(name: string): void {
    this.#targets.delete(name);
    this.#share.targets -= 1;
  }

  #sort(): void {
    if (!this.#disordered) return;
    this.#targets = new Map([...this.#targets].toSorted(([, left], [, right]) => left.at - right.at));
    this.#disordered = false;
  }

  #wait_ms(excess: number, own: ReadonlySet<string>, now: number): number | undefined {
    let left = excess;
    for (const [name, { at }] of this.#targets) {
      if (!own.has(name)) left -= 1;
      if (left === 0) return this.lifetime.wait_ms(at, now);
    }
    return undefined;
  }
}
