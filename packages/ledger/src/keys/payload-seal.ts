/**
 * Payloads: sealed with AES-256-GCM in blocks, under a key that belongs to the segment; a block is what is
 * sealed by one call, because a cipher for each payload costs several times what it does to the bytes
 * (docs/decisions/log-format-and-commit-unit.md). What a record holds of its payload is a salted
 * commitment, so that neither the payload nor a guess at it can be checked without the salt, which is
 * sealed with it.
 */
import { createCipheriv, createDecipheriv, hash, type KeyObject } from 'node:crypto';

export const saltBytes = 32;
export const tagBytes = 16;
const nonceBytes = 12;
const algorithm = 'aes-256-gcm';

/** Which block of which group: the nonce, so never used twice under one key. */
export interface BlockNumber {
  /** Counts the groups that one process has tried to write. */
  counter: bigint;
  /** Counts the blocks of one group. */
  block: number;
}

/** Writes ciphertext ‖ tag to `target` at `offset`; returns its length. */
export function sealBlock(
  plain: Uint8Array,
  key: KeyObject,
  number: BlockNumber,
  target: Buffer,
  offset: number,
): number {
  const cipher = createCipheriv(algorithm, key, nonceOf(number));
  const sealed = cipher.update(plain);
  cipher.final();
  sealed.copy(target, offset);
  cipher.getAuthTag().copy(target, offset + sealed.length);
  return sealed.length + tagBytes;
}

/** The plain bytes, or undefined where the block, its place or the key are not those that it was sealed with. */
export function openBlock(sealed: Uint8Array, key: KeyObject, number: BlockNumber): Buffer | undefined {
  const end = sealed.length - tagBytes;
  if (end < 0) return undefined;
  const decipher = createDecipheriv(algorithm, key, nonceOf(number));
  decipher.setAuthTag(sealed.subarray(end));
  const plain = decipher.update(sealed.subarray(0, end));
  try {
    decipher.final();
  } catch {
    // GCM says no more than "unable to authenticate"; the callers name what and where.
    return undefined;
  }
  return plain;
}

/** The commitment of a record to its payload; `plain` is salt ‖ payload. */
export function commitmentTo(plain: Uint8Array): string {
  return hash('sha256', plain, 'base64url');
}

/** Whether a payload was taken out: its salt, which is never zero by chance, and all of its bytes are zero. */
export function isCleared(plain: Uint8Array): boolean {
  return plain.every((byte) => byte === 0);
}

function nonceOf({ counter, block }: BlockNumber): Buffer {
  const nonce = Buffer.alloc(nonceBytes);
  nonce.writeUInt32BE(block, 0);
  nonce.writeBigUInt64BE(counter, nonceBytes - 8);
  return nonce;
}
