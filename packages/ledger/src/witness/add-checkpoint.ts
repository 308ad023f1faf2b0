/** C2SP tlog-witness, "add-checkpoint": the body of the request. */
import { hashFromBase64, hashToBase64, type Hash } from '../merkle/hash.ts';

/** "The client MUST NOT send more than 63 consistency proof lines." */
const proofLinesMax = 63;

export interface AddCheckpoint {
  old_size: number;
  proof: readonly Hash[];
  /** The signed note. */
  checkpoint: string;
}

export function encodeAddCheckpoint({ old_size, proof, checkpoint }: AddCheckpoint): string {
  return [`old ${old_size}`, ...proof.map(hashToBase64), '', checkpoint].join('\n');
}

/** Undefined where the body does not have the form of the specification. */
export function decodeAddCheckpoint(body: string): AddCheckpoint | undefined {
  const split = body.indexOf('\n\n');
  if (split < 0) return undefined;
  const [first = '', ...lines] = body.slice(0, split).split('\n');
  const size = /^old (0|[1-9]\d{0,15})$/.exec(first)?.[1];
  const proof = lines.map(hashFromBase64);
  if (size === undefined || !Number.isSafeInteger(Number(size))) return undefined;
  if (proof.length > proofLinesMax || !proof.every((hash) => hash !== undefined)) return undefined;
  return { old_size: Number(size), proof, checkpoint: body.slice(split + 2) };
}
