/**
 * C2SP tlog-cosignature: the statement of a cosigner that it has seen no larger tree of this log than
 * the checkpoint's, at a time, and that it continues all that it has seen before.
 */
import { sign, verify, type KeyObject } from 'node:crypto';
import type { Checkpoint } from './checkpoint.ts';
import {
  keyId,
  signatureLine,
  signatureTypes,
  type NoteSignature,
  type SignatureType,
  type VerifierKey,
} from './signed-note.ts';

const timestampBytes = 8;
const signatureBytes: Partial<Record<SignatureType, number>> = {
  [signatureTypes.ed25519Cosignature]: 64,
  [signatureTypes.mlDsa44Cosignature]: 2420,
};
/** "subtree/v1" with its newline and zero, 12 bytes. */
const subtreeLabel = Buffer.from('subtree/v1\n\0', 'latin1');

export interface Cosigner {
  name: string;
  type: typeof signatureTypes.ed25519Cosignature | typeof signatureTypes.mlDsa44Cosignature;
  signing: KeyObject;
  /** Raw. */
  public_key: Uint8Array;
}

/** What is signed: the note's text and the checkpoint that it is. */
export interface Cosigned {
  text: string;
  checkpoint: Checkpoint;
}

/** A signature line, without its newline. `time` in seconds since 1970. */
export function cosign(cosigned: Cosigned, cosigner: Cosigner, time: number): string {
  const message = messageOf(cosigned, cosigner.name, cosigner.type, BigInt(time));
  const timestamp = Buffer.alloc(timestampBytes);
  timestamp.writeBigUInt64BE(BigInt(time));
  const signature = Buffer.concat([timestamp, sign(null, message, cosigner.signing)]);
  return signatureLine(cosigner.name, keyId(cosigner.name, cosigner.public_key, cosigner.type), signature);
}

/** The time of the cosignature in seconds since 1970; undefined where it is not by `key` or not right. */
export function cosignatureTime(
  cosigned: Cosigned,
  { name, id, signature }: NoteSignature,
  key: VerifierKey,
): number | undefined {
  const length = signatureBytes[key.type];
  if (name !== key.name || !id.equals(key.id) || length === undefined) return undefined;
  if (signature.length !== timestampBytes + length) return undefined;
  const time = signature.readBigUInt64BE();
  // A cosignature without a time says less than a checkpoint needs (tlog-witness, add-checkpoint).
  if (time === 0n || time > BigInt(Number.MAX_SAFE_INTEGER)) return undefined;
  const message = messageOf(cosigned, key.name, key.type, time);
  return verify(null, message, key.key, signature.subarray(timestampBytes)) ? Number(time) : undefined;
}

function messageOf(cosigned: Cosigned, cosigner: string, type: SignatureType, time: bigint): Buffer {
  if (type !== signatureTypes.mlDsa44Cosignature) {
    return Buffer.from(`cosignature/v1\ntime ${time}\n${cosigned.text}`);
  }
  const { origin, size, root } = cosigned.checkpoint;
  return Buffer.concat([
    subtreeLabel,
    opaque(cosigner),
    uint64(time),
    opaque(origin),
    uint64(0n),
    uint64(BigInt(size)),
    Buffer.from(root, 'latin1'),
  ]);
}

/** `opaque<1..2^8-1>` of RFC 8446 section 3.4. */
function opaque(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.of(bytes.length), bytes]);
}

function uint64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
}
