/**
 * Payloads: sealed with AES-256-GCM under a random key of their own; the keys of one group are
 * wrapped together under a key that belongs to the segment. What the record holds of a payload is a
 * salted commitment, so that neither the payload nor a guess at it can be checked without the salt,
 * which is sealed with it.
 */
import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hash,
  type DecipherGCM,
  type KeyObject,
} from 'node:crypto';

export const keyBytes = 32;
export const saltBytes = 32;
export const tagBytes = 16;
const nonceBytes = 12;
const algorithm = 'aes-256-gcm';

/** A payload key seals exactly one payload, so that its nonce is unique whatever it is. */
const payloadNonce = Buffer.alloc(nonceBytes);

/** `plain` is salt ‖ payload. Writes ciphertext ‖ tag to `target` at `offset`; returns its length. */
export function sealPayload(plain: Uint8Array, key: Uint8Array, target: Buffer, offset: number): number {
  // A key object costs less than a raw key, which Node would turn into one in a slower way.
  const cipher = createCipheriv(algorithm, createSecretKey(key), payloadNonce);
  const sealed = cipher.update(plain);
  cipher.final();
  sealed.copy(target, offset);
  cipher.getAuthTag().copy(target, offset + sealed.length);
  return sealed.length + tagBytes;
}

/** Salt ‖ payload, or undefined where the sealed bytes or the key are not the ones that were written. */
export function openPayload(sealed: Uint8Array, key: Uint8Array): Buffer | undefined {
  return open(sealed, createSecretKey(key), payloadNonce);
}

/** The commitment of a record to its payload; `plain` is salt ‖ payload. */
export function commitmentTo(plain: Uint8Array): string {
  return hash('sha256', plain, 'base64url');
}

/** Wraps the keys of one group. `counter` never repeats under one wrapping key: it counts groups of one process. */
export function wrapKeys(keys: Uint8Array, wrapping: KeyObject, counter: number): Buffer {
  const cipher = createCipheriv(algorithm, wrapping, wrapNonce(counter));
  const wrapped = cipher.update(keys);
  cipher.final();
  return Buffer.concat([wrapped, cipher.getAuthTag()]);
}

/** Undefined where the table was changed or belongs to another key. */
export function unwrapKeys(wrapped: Uint8Array, wrapping: KeyObject, counter: number): Buffer | undefined {
  return open(wrapped, wrapping, wrapNonce(counter));
}

function wrapNonce(counter: number): Buffer {
  const nonce = Buffer.alloc(nonceBytes);
  nonce.writeBigUInt64BE(BigInt(counter), nonceBytes - 8);
  return nonce;
}

function open(sealed: Uint8Array, key: KeyObject, nonce: Buffer): Buffer | undefined {
  const end = sealed.length - tagBytes;
  if (end < 0) return undefined;
  const decipher: DecipherGCM = createDecipheriv(algorithm, key, nonce);
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
