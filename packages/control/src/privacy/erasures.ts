/**
 * Erasing a person: asked for by an administrator, agreed to by a second one where there is one, then carried
 * out. Until then the request itself names the person, sealed; the erasure takes it out with all else.
 */
import { hash, randomBytes } from 'node:crypto';
import { bounds, Fault } from '@remit/contracts';
import { Mentions, type Ledger } from '@remit/ledger';
import { administrativeRecord, type Recording } from '../administrative-record.ts';
import type { Erasure } from '../api/privacy.ts';
import type { Actor } from '../ports.ts';
import type { PeopleRegistry } from '../registry/people.ts';
import type { Holds } from './holds.ts';

/** What else holds data of people, outside of the ledger: provided by the composition root. */
export interface RestoredState {
  /** Keeps what later starts would otherwise read from the payloads, before they go. */
  keep(): Promise<void>;
  /** Forgets whatever names the person, and keeps it no longer. */
  forget(person: Mentions): Promise<void>;
}

export interface ErasuresDeps extends Recording {
  ledger: Pick<Ledger, 'append' | 'records' | 'payloads'>;
  people: Pick<PeopleRegistry, 'list' | 'administrators'>;
  holds: Pick<Holds, 'forQuery'>;
  state: RestoredState;
}

export interface WaitingErasure {
  id: string;
  subject: string;
  asked_by: string;
  asked_at: string;
}

export class Erasures {
  readonly #deps: ErasuresDeps;
  readonly #waiting = new Map<string, WaitingErasure>();
  /** Those that are being carried out, so that two people who agree at once do it once. */
  readonly #running = new Set<string>();

  private constructor(deps: ErasuresDeps) {
    this.#deps = deps;
  }

  static async open(deps: ErasuresDeps): Promise<Erasures> {
    const erasures = new Erasures(deps);
    const since = new Date(deps.clock.now() - bounds.erasure_waiting_ms).toISOString();
    for await (const { id, time, event, meta, payload } of deps.ledger.records({
      events: ['erasure_requested', 'erasure'],
      since,
    })) {
      if (event === 'erasure') erasures.#waiting.delete(String(meta['request']));
      if (event === 'erasure_requested' && typeof payload?.['subject'] === 'string')
        erasures.#waiting.set(id, {
          id,
          subject: payload['subject'],
          asked_by: String(meta['by']),
          asked_at: time,
        });
    }
    return erasures;
  }

  /** Those that somebody else still has to agree to. */
  list(): WaitingErasure[] {
    const oldest = this.#deps.clock.now() - bounds.erasure_waiting_ms;
    for (const [id, { asked_at }] of this.#waiting)
      if (Date.parse(asked_at) < oldest) this.#waiting.delete(id);
    return [...this.#waiting.values()];
  }

  /** @throws Fault `subject_is_registered`, `payloads_held`, `too_many_erasures`, `ledger_unavailable` */
  async request(subject: string, by: Actor): Promise<Erasure> {
    this.#refuseRegistered(subject);
    if (this.list().length >= bounds.erasures_waiting_max) {
      throw new Fault('too_many_erasures', 'Too many erasures wait for a second administrator.', {
        remedy: 'See them with `remit audit erase --list`.',
      });
    }
    const event = { event: 'erasure_requested', meta: {}, payload: { subject } } as const;
    const record = administrativeRecord(this.#deps, by, event);
    await this.#deps.ledger.append([record]);
    const waiting = { id: record.id, subject, asked_by: by.id, asked_at: record.time };
    this.#waiting.set(record.id, waiting);
    const needsSecond = this.#deps.people.administrators().some(({ id }) => id !== by.id);
    return needsSecond ? { id: record.id, status: 'waiting' } : this.#carryOut(waiting, by);
  }

  /** @throws Fault `erasure_not_found`, `erasure_by_requester`, and as `request` */
  async confirm(id: string, by: Actor): Promise<Erasure> {
    const waiting = this.list().find((one) => one.id === id);
    if (waiting === undefined || this.#running.has(id)) {
      throw new Fault('erasure_not_found', `No erasure \`${id}\` waits for anybody.`, {
        remedy: 'See those that do with `remit audit erase --list`.',
      });
    }
    if (waiting.asked_by === by.id) {
      throw new Fault('erasure_by_requester', 'Whoever asks for an erasure cannot agree to it as well.', {
        remedy: 'Ask another administrator.',
      });
    }
    return this.#carryOut(waiting, by);
  }

  async #carryOut({ id, subject, asked_by }: WaitingErasure, by: Actor): Promise<Erasure> {
    const { state, ledger, holds } = this.#deps;
    this.#refuseRegistered(subject);
    const salt = randomBytes(32).toString('base64url');
    const commitment = hash('sha256', salt + subject, 'base64url');
    this.#running.add(id);
    try {
      await state.keep();
      const { events, payloads } = await ledger.payloads.clear({
        event: 'erasure',
        query: { any: [{ subject }], holds: holds.forQuery() },
        meta: {
          by: asked_by,
          ...(by.id !== asked_by && { agreed_by: by.id }),
          request: id,
          subject_commitment: commitment,
        },
        held: 'refuse',
        record_nothing: true,
      });
      this.#waiting.delete(id);
      await state.forget(new Mentions(subject));
      return { id, status: 'done', events, payloads, commitment, salt };
    } finally {
      this.#running.delete(id);
    }
  }

  /** Who may sign in is in the registry, and would be recorded again with the next thing that they do. */
  #refuseRegistered(subject: string): void {
    const mentions = new Mentions(subject);
    if (!this.#deps.people.list().some(({ name }) => mentions.in(name))) return;
    throw new Fault('subject_is_registered', 'This is a person who may sign in to Remit.', {
      remedy: 'Remove them first: `remit people remove NAME`.',
    });
  }
}
