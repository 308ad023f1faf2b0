/** C2SP tlog-proof, checked without `node:crypto`: is this record in the log that the key belongs to? */
import { verifyInclusion } from '../merkle/check-proof.ts';
import { bytesOfBase64 } from './bytes.ts';
import { hashFromBase64, hashLeaf, hashNode, type Hash } from './hashes.ts';
import { readCheckpoint, type OfflineCheckpoint, type OfflineKey } from './note.ts';

const firstLine = 'c2sp.org/tlog-proof@v1';
/** A tree of 2^64 leaves has proofs of 64 hashes. */
const proofLengthMax = 64;

export interface VerifiedReceipt {
  index: number;
  /** What stands in the log at this index. */
  record: Uint8Array;
  checkpoint: OfflineCheckpoint;
}

/** `record` where the receipt does not hold it (`extra`). Undefined where the receipt proves nothing. */
export function verifyReceipt(
  text: string,
  key: OfflineKey,
  record?: Uint8Array,
): VerifiedReceipt | undefined {
  const receipt = parse(text);
  const leaf = record ?? receipt?.extra;
  if (receipt === undefined || leaf === undefined) return undefined;
  const checkpoint = readCheckpoint(receipt.checkpoint, [key]);
  if (checkpoint?.origin !== key.name || checkpoint.signed_by.length === 0) return undefined;
  const included = isIncluded(receipt.index, checkpoint, hashLeaf(leaf), receipt.proof);
  return included ? { index: receipt.index, record: leaf, checkpoint } : undefined;
}

export function isIncluded(
  index: number,
  { size, root }: Pick<OfflineCheckpoint, 'size' | 'root'>,
  leaf: Hash,
  proof: readonly Hash[],
): boolean {
  return verifyInclusion(hashNode, BigInt(index), BigInt(size), leaf, proof, root);
}

interface Parsed {
  index: number;
  proof: Hash[];
  extra: Uint8Array | undefined;
  checkpoint: string;
}

function parse(text: string): Parsed | undefined {
  const split = text.indexOf('\n\n');
  const lines = text.slice(0, Math.max(split, 0)).split('\n');
  if (lines.shift() !== firstLine) return undefined;
  const extraLine =
    lines[0]?.startsWith('extra ') === true ? lines.shift()!.slice('extra '.length) : undefined;
  const extra = extraLine === undefined ? undefined : bytesOfBase64(extraLine);
  const index = Number(/^index (0|[1-9]\d{0,15})$/.exec(lines.shift() ?? '')?.[1] ?? NaN);
  const proof = lines.map(hashFromBase64);
  if ((extraLine !== undefined && extra === undefined) || !Number.isSafeInteger(index)) return undefined;
  if (proof.length > proofLengthMax || !proof.every((hash) => hash !== undefined)) return undefined;
  return { index, proof, extra, checkpoint: text.slice(split + 2) };
}
