/**
 * A witness (C2SP tlog-witness): cosigns a checkpoint of a log that it knows where it continues the last one
 * that it has cosigned, and only then. It keeps one checkpoint for each log.
 */
import { createHash } from 'node:crypto';
import type { Clock } from '@remit/contracts';
import { emptyRoot } from '../merkle/hash.ts';
import { verifyConsistency } from '../merkle/proof.ts';
import { parseCheckpoint, type Checkpoint } from '../note/checkpoint.ts';
import { cosign, type Cosigner } from '../note/cosignature.ts';
import { isBy, noteText, openNote, splitNote, type VerifierKey } from '../note/signed-note.ts';
import { decodeAddCheckpoint, type AddCheckpoint } from './add-checkpoint.ts';

/** Where a witness keeps what it must not forget. */
export interface WitnessStore {
  /** The note that was cosigned last, with the cosignatures; undefined where there is none. */
  last(originHash: string): string | undefined;
  /** Durable when it returns; throws otherwise. */
  put(originHash: string, note: string): void;
}

export interface WitnessAnswer {
  status: 200 | 400 | 403 | 404 | 409 | 422;
  content_type: 'text/plain; charset=utf-8' | 'text/x.tlog.size';
  body: string;
}

export class Witness {
  readonly #logs: readonly VerifierKey[];
  readonly #cosigners: readonly Cosigner[];
  readonly #store: WitnessStore;
  readonly #clock: Clock;

  /** `logs`: keys whose name is the log's origin. `cosigners`: this witness's own, one for each kind of signature. */
  constructor(
    logs: readonly VerifierKey[],
    cosigners: readonly Cosigner[],
    store: WitnessStore,
    clock: Clock,
  ) {
    this.#logs = logs;
    this.#cosigners = cosigners;
    this.#store = store;
    this.#clock = clock;
  }

  /**
   * Answers the body of an `add-checkpoint` request. Runs to its end without a pause, so that two requests
   * never compare themselves with the same last checkpoint. @throws the store's error: nothing is cosigned then.
   */
  addCheckpoint(body: string): WitnessAnswer {
    const request = decodeAddCheckpoint(body);
    if (request === undefined) return refusal(400, 'the body is not an add-checkpoint request');
    const text = noteText(request.checkpoint);
    const checkpoint = text === undefined ? undefined : parseCheckpoint(text);
    if (text === undefined || checkpoint === undefined) return refusal(400, 'there is no checkpoint in it');
    const keys = this.#logs.filter((key) => key.name === checkpoint.origin);
    if (keys.length === 0) return refusal(404, 'unknown log');
    if (openNote(request.checkpoint, ...keys) === undefined) return refusal(403, 'invalid signature');
    return this.#compare(request, checkpoint) ?? this.#cosign(request.checkpoint, text, checkpoint);
  }

  /** The note that was cosigned last for the log with this hash of its origin ("Monitor Retrieval Mechanism"). */
  checkpoint(originHash: string): string | undefined {
    const known = this.#logs.some(({ name }) => hashOfOrigin(name) === originHash);
    return known ? this.#store.last(originHash) : undefined;
  }

  /** What is wrong with the checkpoint beside the last one, in the order of the specification. */
  #compare({ old_size, proof }: AddCheckpoint, checkpoint: Checkpoint): WitnessAnswer | undefined {
    if (old_size > checkpoint.size) return refusal(400, 'the old size is larger than the checkpoint');
    const last = this.#last(checkpoint.origin);
    if (old_size !== last.size) {
      return { status: 409, content_type: 'text/x.tlog.size', body: `${last.size}\n` };
    }
    if (checkpoint.size === 0 && checkpoint.root !== emptyRoot) {
      return refusal(422, 'the tree without leaves has another root');
    }
    if (!continues(last, checkpoint, proof)) return refusal(422, 'the consistency proof does not verify');
    return undefined;
  }

  #last(origin: string): Checkpoint {
    const note = this.#store.last(hashOfOrigin(origin));
    if (note === undefined) return { origin, size: 0, root: emptyRoot };
    const checkpoint = parseCheckpoint(noteText(note) ?? '');
    // Without knowing what it has cosigned it must not cosign anything.
    if (checkpoint === undefined) throw new Error(`the last checkpoint of ${origin} cannot be read`);
    return checkpoint;
  }

  #cosign(note: string, text: string, checkpoint: Checkpoint): WitnessAnswer {
    const time = Math.floor(this.#clock.now() / 1000);
    const lines = this.#cosigners.map((cosigner) => `${cosign({ text, checkpoint }, cosigner, time)}\n`);
    const keys = this.#logs.filter(({ name }) => name === checkpoint.origin);
    const { signatures } = splitNote(note)!;
    const logLines = keys
      .flatMap((key) => signatures.find((one) => isBy(one, key)) ?? [])
      .map(({ line }) => `${line}\n`);
    this.#store.put(hashOfOrigin(checkpoint.origin), `${text}\n${[...logLines, ...lines].join('')}`);
    return { status: 200, content_type: 'text/plain; charset=utf-8', body: lines.join('') };
  }
}

function continues(last: Checkpoint, next: Checkpoint, proof: AddCheckpoint['proof']): boolean {
  if (last.size === 0) return proof.length === 0 && (next.size > 0 || next.root === last.root);
  return verifyConsistency(BigInt(last.size), BigInt(next.size), proof, last.root, next.root);
}

/** SHA-256 of the origin, lower-case hex: the log's place in a witness. */
export function hashOfOrigin(origin: string): string {
  return createHash('sha256').update(origin).digest('hex');
}

function refusal(status: WitnessAnswer['status'], reason: string): WitnessAnswer {
  return { status, content_type: 'text/plain; charset=utf-8', body: `${reason}\n` };
}
