/** C2SP tlog-proof: a receipt for one record that can be checked offline. */
import { hashFromBase64, hashToBase64, type Hash } from '../merkle/hash.ts';
import { verifyInclusion } from '../merkle/proof.ts';
import { openCheckpoint, type Checkpoint } from './checkpoint.ts';
import type { VerifierKey } from './signed-note.ts';

const firstLine = 'c2sp.org/tlog-proof@v1';
/** A tree of 2^64 leaves has proofs of 64 hashes. */
const proofLengthMax = 64;

export interface Receipt {
  index: number;
  proof: readonly Hash[];
  /** Opaque to the format: here the record that is proved, so that the receipt stands alone. */
  extra?: Uint8Array;
  /** The signed note, verbatim. */
  checkpoint: string;
}

export function encodeReceipt({ index, proof, extra, checkpoint }: Receipt): string {
  const lines = [firstLine];
  if (extra !== undefined) lines.push(`extra ${Buffer.from(extra).toString('base64')}`);
  lines.push(`index ${index}`, ...proof.map(hashToBase64), '', checkpoint);
  return lines.join('\n');
}

/** Undefined where the text does not have the form of the specification ("Format"). */
export function decodeReceipt(text: string): Receipt | undefined {
  const split = text.indexOf('\n\n');
  if (split < 0) return undefined;
  const lines = text.slice(0, split).split('\n');
  if (lines.shift() !== firstLine) return undefined;
  const extra = lines[0]?.startsWith('extra ') === true ? lines.shift()!.slice('extra '.length) : undefined;
  const index = /^index (0|[1-9]\d{0,15})$/.exec(lines.shift() ?? '')?.[1];
  const proof = lines.map(hashFromBase64);
  if (index === undefined || proof.length > proofLengthMax || proof.includes(undefined)) return undefined;
  const receipt: Receipt = {
    index: Number(index),
    proof: proof.filter((hash) => hash !== undefined),
    checkpoint: text.slice(split + 2),
  };
  if (extra === undefined) return receipt;
  const bytes = Buffer.from(extra, 'base64');
  return bytes.toString('base64') === extra ? { ...receipt, extra: bytes } : undefined;
}

/** The checkpoint that vouches for the leaf, or undefined ("Verifying a tlog proof"). */
export function verifyReceipt(text: string, leaf: Hash, key: VerifierKey): Checkpoint | undefined {
  const receipt = decodeReceipt(text);
  if (receipt === undefined) return undefined;
  const checkpoint = openCheckpoint(receipt.checkpoint, key);
  if (checkpoint === undefined || checkpoint.origin !== key.name) return undefined;
  const included = verifyInclusion(
    BigInt(receipt.index),
    BigInt(checkpoint.size),
    leaf,
    receipt.proof,
    checkpoint.root,
  );
  return included ? checkpoint : undefined;
}
