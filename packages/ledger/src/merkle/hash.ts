/**
 * The two hashes of RFC 6962 section 2.1. Inside the ledger a hash is a string of 32 characters, one
 * per byte (Latin-1, which `node:crypto` calls `binary`): Node's one-shot `hash` is three times as fast with string output as with
 * buffers, and the writer needs two per record.
 */
import { hash } from 'node:crypto';

/** A SHA-256 value, one character per byte. */
export type Hash = string;

export const hashBytes = 32;

/** `bytes` has to start with the leaf prefix 0x00. */
export function hashPrefixedLeaf(bytes: Uint8Array): Hash {
  return hash('sha256', bytes, 'binary');
}

/** Hash of a leaf: SHA-256(0x00 ‖ record). */
export function hashLeaf(record: Uint8Array): Hash {
  const prefixed = new Uint8Array(record.length + 1);
  prefixed.set(record, 1);
  return hashPrefixedLeaf(prefixed);
}

const node = Buffer.alloc(1 + 2 * hashBytes);
node[0] = 1;

/** Hash of an inner node: SHA-256(0x01 ‖ left ‖ right). */
export function hashNode(left: Hash, right: Hash): Hash {
  node.write(left, 1, 'latin1');
  node.write(right, 1 + hashBytes, 'latin1');
  return hash('sha256', node, 'binary');
}

/** Root of the tree without leaves: SHA-256 of nothing. */
export const emptyRoot: Hash = hash('sha256', '', 'binary');

export function hashToBase64(value: Hash): string {
  return Buffer.from(value, 'latin1').toString('base64');
}

/** Undefined where the text is not the base64 of 32 bytes, in its one canonical spelling. */
export function hashFromBase64(text: string): Hash | undefined {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== hashBytes || bytes.toString('base64') !== text) return undefined;
  return bytes.toString('latin1');
}
