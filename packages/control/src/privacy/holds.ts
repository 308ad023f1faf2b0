/**
 * Legal holds: what neither an erasure nor a retention may touch. A fold of `hold_added` and `hold_released`;
 * what is held names people, so it is sealed.
 */
import { bounds, Fault, type RecordPayload } from '@remit/contracts';
import type { Ledger, PayloadQuery } from '@remit/ledger';
import { administrativeRecord, type Recording } from '../administrative-record.ts';
import { holdSchema, type Hold } from '../api/privacy.ts';
import { present } from '../handlers/present.ts';
import type { Actor } from '../ports.ts';

export interface HoldsDeps extends Recording {
  ledger: Pick<Ledger, 'append' | 'records'>;
}

export type HoldTerms = Omit<Hold, 'id' | 'placed_at'>;

export class Holds {
  readonly #deps: HoldsDeps;
  readonly #holds = new Map<string, Hold>();

  private constructor(deps: HoldsDeps) {
    this.#deps = deps;
  }

  static async open(deps: HoldsDeps): Promise<Holds> {
    const holds = new Holds(deps);
    for await (const { event, meta, payload } of deps.ledger.records({
      events: ['hold_added', 'hold_released'],
    })) {
      if (event === 'hold_released') holds.#holds.delete(String(meta['hold']));
      if (event === 'hold_added' && payload !== undefined) holds.#take(payload);
    }
    return holds;
  }

  list(): Hold[] {
    return [...this.#holds.values()];
  }

  /** In the words of the ledger. What places a hold is held with it: without its record nobody would know of it. */
  forQuery(): PayloadQuery['holds'] {
    return this.list().flatMap(({ id, placed_at, subject, conversation, agent, since, until }) => [
      { id, selector: present({ subject, conversation, agent, since, until }) },
      { id, selector: { events: ['hold_added'], since: placed_at, until: after(placed_at) } },
    ]);
  }

  /** @throws Fault `hold_on_nothing`, `too_many_holds`, `ledger_unavailable` */
  async add(terms: HoldTerms, by: Actor): Promise<Hold> {
    const { clock, newId, ledger } = this.#deps;
    if (Object.keys(terms).every((key) => key === 'reason')) {
      throw new Fault('hold_on_nothing', 'A hold has to say what it holds.', {
        remedy: 'Give a subject, a conversation, an agent, a time, or several of them.',
      });
    }
    if (this.#holds.size >= bounds.legal_holds_max) {
      throw new Fault('too_many_holds', `There are ${bounds.legal_holds_max} legal holds already.`, {
        remedy: 'Release those that are over.',
      });
    }
    const hold: Hold = { ...terms, id: newId('hold'), placed_at: new Date(clock.now()).toISOString() };
    const payload: RecordPayload = { hold };
    const record = administrativeRecord(this.#deps, by, {
      event: 'hold_added',
      meta: { hold: hold.id },
      payload,
    });
    await ledger.append([{ ...record, time: hold.placed_at }]);
    this.#holds.set(hold.id, hold);
    return hold;
  }

  /** @throws Fault `hold_not_found`, `ledger_unavailable` */
  async release(id: string, by: Actor): Promise<void> {
    if (!this.#holds.has(id)) {
      throw new Fault('hold_not_found', `There is no legal hold \`${id}\`.`, {
        remedy: 'See them with `remit audit hold list`.',
      });
    }
    const event = { event: 'hold_released', meta: { hold: id } } as const;
    await this.#deps.ledger.append([administrativeRecord(this.#deps, by, event)]);
    this.#holds.delete(id);
  }

  #take(payload: RecordPayload): void {
    const hold = holdSchema.parse(payload['hold']);
    this.#holds.set(hold.id, hold);
  }
}

function after(time: string): string {
  return new Date(Date.parse(time) + 1).toISOString();
}
