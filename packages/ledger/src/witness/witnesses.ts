/** All witnesses of a log: each is asked about every new checkpoint, beside everything else. */
import { Fault, type Clock } from '@remit/contracts';
import { parseCheckpoint } from '../note/checkpoint.ts';
import { splitNote } from '../note/signed-note.ts';
import type { LedgerStatus, WitnessStatus } from '../port.ts';
import type { WitnessPolicy } from './policy.ts';
import { WitnessClient, type Consistency } from './witness-client.ts';

interface Asked {
  client: WitnessClient;
  status: WitnessStatus;
  busy: boolean;
}

export class Witnesses {
  readonly #asked: Asked[];
  readonly #quorum: WitnessPolicy['quorum'];
  readonly #clock: Clock;
  readonly #cosigned: (size: number, lines: string[]) => void;

  /** `cosigned` is told of checked signature lines on the checkpoint of this size. */
  constructor(
    { witnesses, quorum }: WitnessPolicy,
    clock: Clock,
    consistency: Consistency,
    cosigned: (size: number, lines: string[]) => void,
  ) {
    this.#asked = witnesses.flatMap(({ name, key, url }) => {
      if (url === undefined) return [];
      return { client: new WitnessClient(url, [key], consistency), status: { name, size: 0 }, busy: false };
    });
    this.#quorum = quorum;
    this.#clock = clock;
    this.#cosigned = cosigned;
  }

  get status(): Pick<LedgerStatus, 'witnesses' | 'witnessed'> {
    const witnesses = this.#asked.map(({ status }) => ({ ...status }));
    if (witnesses.length === 0) return { witnesses };
    const sizes = witnesses.map(({ size }) => size).sort((left, right) => right - left);
    const witnessed = sizes.find((size) => this.#quorum(atLeast(size, witnesses))) ?? 0;
    return { witnesses, witnessed };
  }

  /** Asks those that are not still being asked about an earlier one; they get the next. */
  async publish(note: string): Promise<void> {
    const { text = '', signatures = [] } = splitNote(note) ?? {};
    const checkpoint = parseCheckpoint(text);
    if (checkpoint === undefined) throw new TypeError('not a checkpoint of this log');
    // Without what others have cosigned: a witness takes only so much.
    const own = signatures.filter(({ name }) => name === checkpoint.origin);
    const signed = `${text}\n${own.map(({ line }) => `${line}\n`).join('')}`;
    const idle = this.#asked.filter(({ busy, status }) => !busy && status.size < checkpoint.size);
    await Promise.all(idle.map((asked) => this.#ask(asked, signed, { text, checkpoint })));
  }

  async #ask(asked: Asked, note: string, cosigned: Parameters<WitnessClient['cosign']>[1]): Promise<void> {
    asked.busy = true;
    try {
      const lines = await asked.client.cosign(note, cosigned);
      const { size } = cosigned.checkpoint;
      asked.status = { name: asked.status.name, size, time: new Date(this.#clock.now()).toISOString() };
      this.#cosigned(size, lines);
    } catch (error) {
      const problem = error instanceof Fault ? error : new Fault('witness_failed', String(error));
      asked.status = { ...asked.status, problem: { code: problem.code, message: problem.message } };
    } finally {
      asked.busy = false;
    }
  }
}

/** Names of the witnesses that have cosigned a tree of so many records, or more. */
function atLeast(size: number, witnesses: readonly WitnessStatus[]): Set<string> {
  return new Set(witnesses.filter((witness) => witness.size >= size).map(({ name }) => name));
}
