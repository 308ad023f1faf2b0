/** Counts calls, or sums their amounts: a total, and when each part of it is over. */
import { bounds, decimalOf, decimalText, unitsAt, type Decimal, type Reservation } from '@remit/contracts';
import type { Counter, CounterRefusal, Lifetime, Share, Use } from './counter.ts';

/** Uses from `first` to `at`, which are over together: never before the last of them is. */
interface Slot {
  first: number;
  at: number;
  /** At the tally's scale. */
  units: bigint;
  /** Those of them that belong to calls which are not over. */
  open: bigint;
}

/** `[first, at, units]`, oldest first. */
export type SavedSlot = [first: number, at: number, units: string];

const one: Decimal = { units: 1n, scale: 0 };

export class Tally implements Counter {
  readonly lifetime: Lifetime;
  readonly #share: Share;
  readonly #slots: Slot[] = [];
  #total = 0n;
  /** Decimal places of `units`: those of the finest amount so far. */
  #scale = 0;

  constructor(lifetime: Lifetime, share: Share) {
    this.lifetime = lifetime;
    this.#share = share;
  }

  get isEmpty(): boolean {
    return this.#slots.length === 0;
  }

  expire(now: number): void {
    const horizon = this.lifetime.horizon(now);
    let over = 0;
    while (over < this.#slots.length && this.#slots[over]!.at <= horizon) {
      this.#total -= this.#slots[over]!.units;
      over += 1;
    }
    this.#drop(0, over);
  }

  refusal(reservation: Reservation, now: number): CounterRefusal | undefined {
    const { units, max } = this.#measure(reservation);
    if (this.#total + units <= max) return undefined;
    const used = this.#used(reservation);
    const wait_ms = units > max ? undefined : this.#wait_ms(this.#total + units - max, now);
    return wait_ms === undefined ? { used } : { used, retry_after_ms: wait_ms };
  }

  add(reservation: Reservation, at: number): Use {
    const { units } = this.#measure(reservation);
    const scale = this.#scale;
    const slot = this.#slotFor(at, this.lifetime.grain_ms(isExact(reservation)));
    slot.units += units;
    slot.open += units;
    this.#total += units;
    return { settle: (sent) => this.#settle(slot, { units, scale }, sent) };
  }

  /** For the snapshot: what counts without the calls that are not over. */
  save(): { scale: number; slots: SavedSlot[] } {
    const settled = this.#slots.filter(({ units, open }) => units > open);
    const slots = settled.map(({ first, at, units, open }): SavedSlot => [first, at, String(units - open)]);
    return { scale: this.#scale, slots };
  }

  load(scale: number, slots: readonly SavedSlot[]): void {
    this.#scale = scale;
    for (const [first, at, units] of slots) {
      this.#slots.push({ first, at, units: BigInt(units), open: 0n });
      this.#total += BigInt(units);
      this.#share.uses += 1;
    }
  }

  #settle(slot: Slot, amount: Decimal, sent: boolean): void {
    const units = unitsAt(amount, this.#scale);
    slot.open -= units;
    if (sent && this.lifetime.kind !== 'open') return;
    const index = this.#slots.lastIndexOf(slot);
    if (index < 0) return;
    slot.units -= units;
    this.#total -= units;
    if (slot.units === 0n) this.#drop(index, 1);
  }

  /** Amount and cap of a reservation in units of one scale, which grows where it has to. */
  #measure({ sum, max }: Reservation): { units: bigint; max: bigint } {
    const amount = sum === undefined ? one : (decimalOf(sum) ?? one);
    const cap = decimalOf(max)!;
    const scale = Math.max(this.#scale, amount.scale, cap.scale);
    if (scale > this.#scale) this.#rescale(scale);
    return { units: unitsAt(amount, scale), max: unitsAt(cap, scale) };
  }

  #rescale(scale: number): void {
    const rescaled = (units: bigint): bigint => unitsAt({ units, scale: this.#scale }, scale);
    for (const slot of this.#slots) {
      slot.units = rescaled(slot.units);
      slot.open = rescaled(slot.open);
    }
    this.#total = rescaled(this.#total);
    this.#scale = scale;
  }

  /** The slot that a use at this instant goes to; neighbours share one where not all can have their own. */
  #slotFor(at: number, grain_ms: number): Slot {
    let index = this.#slots.length;
    // From the end, since uses mostly come in order: only a restored one may be older than the last.
    while (index > 0 && this.#slots[index - 1]!.at > at) index -= 1;
    const later = this.#slots[index];
    if (later !== undefined && later.at - at <= grain_ms) {
      later.first = Math.min(later.first, at);
      return later;
    }
    const last = this.#slots[index - 1];
    const isFull = this.#share.uses >= bounds.limit_uses_per_agent_max && this.#slots.length > 0;
    if (last !== undefined && (at - last.first <= grain_ms || isFull)) {
      last.at = at;
      return last;
    }
    const slot = { first: at, at, units: 0n, open: 0n };
    this.#slots.splice(index, 0, slot);
    this.#share.uses += 1;
    return slot;
  }

  #drop(from: number, count: number): void {
    if (count === 0) return;
    this.#slots.splice(from, count);
    this.#share.uses -= count;
  }

  #wait_ms(missing: bigint, now: number): number | undefined {
    let freed = 0n;
    for (const { at, units } of this.#slots) {
      freed += units;
      if (freed >= missing) return this.lifetime.wait_ms(at, now);
    }
    return undefined;
  }

  #used({ sum, max }: Reservation): string {
    if (sum === undefined) return 'is used up';
    const total = decimalText({ units: this.#total, scale: this.#scale });
    return `has no room for this call: ${total} of ${decimalText(decimalOf(max)!)} are used, and it would add ${sum}`;
  }
}

/** True where every use can be remembered by itself. */
function isExact({ sum, max }: Reservation): boolean {
  return sum === undefined && max <= bounds.limit_uses_per_counter_max;
}
