/**
 * Room for the events that clients may come back for: of one agent, and of all agents together. Where it is
 * used up the oldest events go, whichever session they belong to.
 */

/** An event that takes room; its log lets go of it when it is told to. */
export interface Budgeted {
  readonly length: number;
  /** True once its log has let go of it. */
  gone: boolean;
  /** The log lets go of this one, which is its oldest. */
  drop(): void;
}

/** Places of events that are gone, above which the order is put straight once they are the most. */
const goneMax = 1024;

export class ReplayBudget {
  readonly #lengthMax: number;
  /** The budget that this one is a part of. */
  readonly #whole: ReplayBudget | undefined;
  /** In the order in which they came, from `#oldest` on, some of them gone. */
  #order: Budgeted[] = [];
  #oldest = 0;
  #gone = 0;
  #length = 0;

  constructor(lengthMax: number, whole?: ReplayBudget) {
    this.#lengthMax = lengthMax;
    this.#whole = whole;
  }

  add(event: Budgeted): void {
    this.#order.push(event);
    this.#length += event.length;
    this.#whole?.add(event);
    this.#makeRoom();
  }

  /** The log has let go of it, by itself or because it was told to. */
  released(event: Budgeted): void {
    this.#length -= event.length;
    this.#gone += 1;
    this.#putStraight();
    this.#whole?.released(event);
  }

  #makeRoom(): void {
    while (this.#length > this.#lengthMax) {
      const event = this.#order[this.#oldest];
      if (event === undefined) return;
      if (!event.gone) event.drop();
      else {
        this.#oldest += 1;
        this.#gone -= 1;
      }
    }
  }

  #putStraight(): void {
    const empty = this.#oldest + this.#gone;
    if (empty < goneMax || empty < this.#order.length / 2) return;
    this.#order = this.#order.slice(this.#oldest).filter(({ gone }) => !gone);
    this.#oldest = 0;
    this.#gone = 0;
  }
}
