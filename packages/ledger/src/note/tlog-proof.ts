/** C2SP tlog-proof: a receipt for one record, that whoever has the log's key checks offline (offline/receipt.ts). */
import { hashToBase64, type Hash } from '../merkle/hash.ts';

const firstLine = 'c2sp.org/tlog-proof@v1';

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
