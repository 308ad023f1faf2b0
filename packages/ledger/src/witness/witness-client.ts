/** A log's side of tlog-witness: asks one witness to cosign a checkpoint. */
import { bounds, Fault } from '@remit/contracts';
import type { Hash } from '../merkle/hash.ts';
import { cosignatureTime, type Cosigned } from '../note/cosignature.ts';
import { parseSignatureLine, type VerifierKey } from '../note/signed-note.ts';
import { encodeAddCheckpoint } from './add-checkpoint.ts';

/** The consistency proof between two sizes of the log. */
export type Consistency = (first: number, second: number) => Promise<Hash[]>;

export class WitnessClient {
  readonly #url: string;
  readonly #keys: readonly VerifierKey[];
  readonly #consistency: Consistency;
  /** Size of the tree that the witness cosigned last, as far as is known. */
  #size = 0;

  /** `keys`: of this witness; one line by any of them is enough. */
  constructor(url: string, keys: readonly VerifierKey[], consistency: Consistency) {
    this.#url = `${url.replace(/\/+$/, '')}/add-checkpoint`;
    this.#keys = keys;
    this.#consistency = consistency;
  }

  /**
   * The witness's signature lines on this checkpoint, checked, one for each of its keys at most.
   * @throws Fault `witness_ahead` where it has cosigned a larger tree of this log, `witness_refuses` where it says
   * that this one does not continue what it has cosigned, `witness_failed` for everything else.
   */
  async cosign(note: string, cosigned: Cosigned): Promise<string[]> {
    const first = await this.#ask(note, cosigned);
    if (first.status !== 409) return this.#linesOf(first, cosigned);
    this.#size = sizeOf(first.body);
    if (this.#size > cosigned.checkpoint.size) throw ahead(this.#size, cosigned.checkpoint.size);
    return this.#linesOf(await this.#ask(note, cosigned), cosigned);
  }

  async #ask(note: string, { checkpoint }: Cosigned): Promise<{ status: number; body: string }> {
    // Where it has said that it is ahead there is nothing to prove to it: it says so again.
    const old_size = this.#size > checkpoint.size ? 0 : this.#size;
    const proof = old_size === 0 ? [] : await this.#consistency(old_size, checkpoint.size);
    try {
      const response = await fetch(this.#url, {
        method: 'POST',
        redirect: 'error',
        body: encodeAddCheckpoint({ old_size, proof, checkpoint: note }),
        signal: AbortSignal.timeout(bounds.witness_request_ms),
      });
      return { status: response.status, body: await limitedText(response) };
    } catch (cause) {
      throw new Fault('witness_failed', 'the witness does not answer', { cause });
    }
  }

  #linesOf({ status, body }: { status: number; body: string }, cosigned: Cosigned): string[] {
    if (status === 422 || status === 403) throw refuses(status, body);
    if (status !== 200) throw new Fault('witness_failed', `the witness answers with status ${status}`);
    const lines = body.split('\n').slice(0, -1);
    // Not all that are right: it could make so many that no note has room for them.
    const right = this.#keys.flatMap((key) => lines.find((line) => isRight(line, cosigned, key)) ?? []);
    if (right.length === 0) throw new Fault('witness_failed', 'the witness answers without its signature');
    this.#size = cosigned.checkpoint.size;
    return right;
  }
}

function isRight(line: string, cosigned: Cosigned, key: VerifierKey): boolean {
  const signature = parseSignatureLine(line);
  return signature !== undefined && cosignatureTime(cosigned, signature, key) !== undefined;
}

/** @throws Error where it is longer than an answer can be. */
async function limitedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > bounds.witness_body_bytes_max) throw new Error('the answer is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function sizeOf(body: string): number {
  const size = Number(/^(0|[1-9]\d{0,15})\n$/.exec(body)?.[1]);
  if (Number.isSafeInteger(size)) return size;
  throw new Fault('witness_failed', 'the witness does not say which tree it has cosigned last');
}

function ahead(cosigned: number, size: number): Fault {
  return new Fault(
    'witness_ahead',
    `the witness has cosigned a tree of ${cosigned} records of this log, which has ${size}`,
    { remedy: 'Records are missing at the end: restore the data folder from a copy.' },
  );
}

function refuses(status: number, body: string): Fault {
  return new Fault(
    'witness_refuses',
    `the witness does not cosign this checkpoint (${status}: ${body.trim().slice(0, 200)})`,
    { remedy: 'If it has cosigned this log before, the log was changed: run `remit audit verify`.' },
  );
}
