/**
 * An evidence bundle: records with their proofs, the checkpoint that they are under, and the keys, in one file of
 * JSON lines (docs/decisions/evidence.md). First the head, then a line for each record, last how many there were.
 */
import { z } from 'zod';

export const evidenceFormat = 'remit-evidence/1';
/** A record of 64 KiB, its proof, and a payload of 16 MiB in base64. */
export const evidenceLineBytesMax = 32 * 1024 * 1024;

export const evidenceHeadSchema = z.object({
  format: z.literal(evidenceFormat),
  /** How to check it, for people. */
  instructions: z.array(z.string()),
  made_at: z.string(),
  /** What was asked for; the whole log where it is empty. */
  filter: z.string(),
  origin: z.string(),
  /** Of the log and of its witnesses, as C2SP signed-note writes keys. Only worth as much as the bundle itself. */
  log_keys: z.array(z.string()),
  witness_keys: z.array(z.string()),
  /** The signed note, with cosignatures. */
  checkpoint: z.string(),
});
export type EvidenceHead = z.infer<typeof evidenceHeadSchema>;

export const evidenceRecordSchema = z.object({
  index: z.number().int().nonnegative(),
  /** The canonical JSON that the leaf is the hash of. */
  record: z.string(),
  /** Salt ‖ JSON, base64, where it can still be read. */
  payload: z.string().optional(),
  /** Inclusion proof, base64, from the leaf's sibling up. */
  proof: z.array(z.string()).max(64),
});
export type EvidenceRecord = z.infer<typeof evidenceRecordSchema>;

export const evidenceEndSchema = z.object({ records: z.number().int().nonnegative() });

export const evidenceInstructions: readonly string[] = [
  'This file holds records of an audit log and proofs that they are in it. Check it with',
  '  remit audit verify --bundle FILE --key KEY',
  'where KEY is the verifier key of the log that you were given apart from this file.',
  'By hand, from the public specifications:',
  '1. `checkpoint` is a signed note (c2sp.org/signed-note, c2sp.org/tlog-checkpoint): check its signature with the',
  '   key of the log, and cosignatures (c2sp.org/tlog-cosignature) with the keys of witnesses that you trust.',
  '2. For each line with a `record`: the leaf hash is SHA-256 of a zero byte and the UTF-8 of `record` (RFC 6962,',
  '   section 2.1). `proof` has to lead from it at `index` to the root in the checkpoint (RFC 9162, section 2.1.3.2).',
  '3. Where there is a `payload`: base64 decoded it is 32 bytes of salt and JSON; the SHA-256 of all of it, in base64url',
  '   without padding, is the member `payload` of the record. Without one the payload was erased or not readable.',
  '4. The last line says how many records there are. That all records that match the filter are here is shown only',
  '   where they are all of the log: indexes 0 to the size in the checkpoint, each once.',
];
