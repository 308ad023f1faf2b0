/** C2SP signed-note and tlog-checkpoint, checked without `node:crypto`: logs sign with Ed25519. */
import { ed25519 } from '@noble/curves/ed25519.js';
import { base64, bytesOfBase64, bytesOfText, concat, latin1 } from './bytes.ts';
import { hashFromBase64, hashOf, type Hash } from './hashes.ts';

const logKeyType = 0x01;
const cosignerKeyType = 0x04;
const keyIdBytes = 4;
const publicKeyBytes = 32;
const signatureBytes = 64;
const timestampBytes = 8;
const noteLengthMax = 1024 * 1024;
const signaturesMax = 64;
// eslint-disable-next-line no-control-regex -- signed-note, "Format": no control characters but newline
const forbidden = /[\u0000-\u0009\u000b-\u001f]/;

/** A key of a log (Ed25519) or of a witness (Ed25519 cosignatures, tlog-cosignature). */
export interface OfflineKey {
  name: string;
  witness: boolean;
  /** One character per byte. */
  id: string;
  public_key: Uint8Array;
  /** As it was written. */
  text: string;
}

/** Undefined where the text is no such key ("Verifier keys"). */
export function readKey(text: string): OfflineKey | undefined {
  const parts = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/u.exec(text);
  const bytes = bytesOfBase64(parts?.[3] ?? '');
  const [name = '', idHex = ''] = parts?.slice(1) ?? [];
  if (bytes === undefined || bytes.length !== 1 + publicKeyBytes) return undefined;
  if (bytes[0] !== logKeyType && bytes[0] !== cosignerKeyType) return undefined;
  const id = hashOf(concat(bytesOfText(`${name}\n`), bytes)).slice(0, keyIdBytes);
  const written = (idHex.match(/../g) ?? []).map((pair) => String.fromCharCode(parseInt(pair, 16))).join('');
  if (id !== written) return undefined;
  return { name, witness: bytes[0] === cosignerKeyType, id, public_key: bytes.subarray(1), text };
}

export interface OfflineCheckpoint {
  origin: string;
  size: number;
  root: Hash;
  /** Those of the keys asked about that have signed it, by the text of the key. */
  signed_by: string[];
}

/**
 * Undefined where the note is no checkpoint, or one of the keys' signatures on it is wrong. Whether `signed_by` is
 * enough is the caller's to decide.
 */
export function readCheckpoint(note: string, keys: readonly OfflineKey[]): OfflineCheckpoint | undefined {
  const parts = splitNote(note);
  const checkpoint = parts && parseCheckpoint(parts.text);
  if (parts === undefined || checkpoint === undefined) return undefined;
  const signed_by: string[] = [];
  for (const line of parts.lines) {
    const known = keys.filter((key) => key.name === line.name && line.signature.startsWith(key.id));
    for (const key of known) {
      if (!isRight(parts.text, line.signature.slice(keyIdBytes), key)) return undefined;
      signed_by.push(key.text);
    }
  }
  return { ...checkpoint, signed_by: [...new Set(signed_by)] };
}

function splitNote(note: string): { text: string; lines: { name: string; signature: string }[] } | undefined {
  if (note.length > noteLengthMax || !note.isWellFormed() || forbidden.test(note)) return undefined;
  const split = note.lastIndexOf('\n\n');
  if (split < 0 || !note.endsWith('\n')) return undefined;
  const lines = note
    .slice(split + 2, -1)
    .split('\n')
    .map(parseSignatureLine);
  if (lines.length > signaturesMax || !lines.every((line) => line !== undefined)) return undefined;
  return { text: note.slice(0, split + 1), lines };
}

function parseSignatureLine(line: string): { name: string; signature: string } | undefined {
  const parts = /^— ([^\s+]+) (\S+)$/u.exec(line);
  const bytes = bytesOfBase64(parts?.[2] ?? '');
  if (parts === null || bytes === undefined || bytes.length <= keyIdBytes) return undefined;
  return { name: parts[1]!, signature: latin1(bytes) };
}

function parseCheckpoint(text: string): Omit<OfflineCheckpoint, 'signed_by'> | undefined {
  const [origin = '', size = '', root = '', ...rest] = text.split('\n');
  if (origin === '' || rest.pop() !== '' || rest.includes('')) return undefined;
  const hash = hashFromBase64(root);
  if (!/^(?:0|[1-9]\d{0,15})$/.test(size) || hash === undefined) return undefined;
  return Number.isSafeInteger(Number(size)) ? { origin, size: Number(size), root: hash } : undefined;
}

function isRight(text: string, signature: string, key: OfflineKey): boolean {
  const bytes = Uint8Array.from(signature, (character) => character.charCodeAt(0));
  if (!key.witness) return bytes.length === signatureBytes && verify(bytes, bytesOfText(text), key);
  if (bytes.length !== timestampBytes + signatureBytes) return false;
  // tlog-cosignature, "Format": the time in seconds, big-endian, and what is signed begins with it.
  const time = new DataView(bytes.buffer).getBigUint64(0);
  const message = bytesOfText(`cosignature/v1\ntime ${time}\n${text}`);
  return time > 0n && verify(bytes.subarray(timestampBytes), message, key);
}

function verify(signature: Uint8Array, message: Uint8Array, key: OfflineKey): boolean {
  return ed25519.verify(signature, message, key.public_key, { zip215: false });
}

/** For messages: how a key is told from others. */
export function describeKey({ name, id }: OfflineKey): string {
  return `${name} (${base64(Uint8Array.from(id, (character) => character.charCodeAt(0)))})`;
}
