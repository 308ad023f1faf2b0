/** C2SP signed-note with Ed25519 keys (signature type 0x01). */
import { createHash, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { Fault } from '@remit/contracts';

const ed25519Type = 1;
/** A signature is a key id of 4 bytes and 64 bytes of Ed25519. */
const signatureBytes = 68;
/** "Verifiers SHOULD apply a maximum limit ... but MUST accept at least up to 16". */
const signaturesMax = 64;
const noteBytesMax = 1024 * 1024;
/** "MUST NOT contain any ASCII control characters (those below U+0020) other than newline." */
// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const forbidden = /[\u0000-\u0009\u000b-\u001f]/;

export interface VerifierKey {
  name: string;
  id: Buffer;
  key: KeyObject;
}

/** "Key names MUST be non-empty and MUST NOT contain any Unicode spaces or plus characters." */
export function isKeyName(name: string): boolean {
  return name !== '' && name.isWellFormed() && !/[\s+\p{Z}\p{Cc}]/u.test(name);
}

/** Text form of a public key ("Verifier keys"). */
export function encodeVerifierKey(name: string, publicKey: Uint8Array): string {
  const encoded = Buffer.concat([Buffer.of(ed25519Type), publicKey]).toString('base64');
  return `${name}+${keyId(name, publicKey).toString('hex')}+${encoded}`;
}

/** @throws Fault `verifier_key_invalid`. */
export function decodeVerifierKey(text: string): VerifierKey {
  const parts = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/.exec(text.trim());
  const bytes = Buffer.from(parts?.[3] ?? '', 'base64');
  const raw = bytes.subarray(1);
  const name = parts?.[1] ?? '';
  if (
    !isKeyName(name) ||
    bytes[0] !== ed25519Type ||
    raw.length !== 32 ||
    keyId(name, raw).toString('hex') !== parts?.[2]
  ) {
    throw new Fault(
      'verifier_key_invalid',
      `\`${text.trim().slice(0, 200)}\` is not an Ed25519 verifier key`,
    );
  }
  return { name, id: keyId(name, raw), key: publicKeyOf(raw) };
}

function keyId(name: string, publicKey: Uint8Array): Buffer {
  const digest = createHash('sha256')
    .update(`${name}\n`)
    .update(Buffer.of(ed25519Type))
    .update(publicKey)
    .digest();
  return digest.subarray(0, 4);
}

function publicKeyOf(raw: Buffer): KeyObject {
  const x = raw.toString('base64url');
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
}

/** Signs `text`, which ends in a newline. `publicKey` is the raw key that belongs to `signing`. */
export function signNote(text: string, name: string, signing: KeyObject, publicKey: Uint8Array): string {
  const signature = Buffer.concat([keyId(name, publicKey), sign(null, Buffer.from(text), signing)]);
  return `${text}\n— ${name} ${signature.toString('base64')}\n`;
}

/**
 * The note's text when at least one signature is by `key` and every one that is by it verifies;
 * otherwise undefined. Signatures by others are ignored, as the specification demands.
 */
export function openNote(note: string, key: VerifierKey): string | undefined {
  if (note.length > noteBytesMax || !note.isWellFormed() || forbidden.test(note)) return undefined;
  const split = note.lastIndexOf('\n\n');
  if (split < 0 || !note.endsWith('\n')) return undefined;
  const text = note.slice(0, split + 1);
  const lines = note.slice(split + 2, -1).split('\n');
  if (lines.length > signaturesMax) return undefined;
  const verdicts = lines.map((line) => checkLine(line, text, key));
  return verdicts.includes('wrong') || !verdicts.includes('right') ? undefined : text;
}

function checkLine(line: string, text: string, key: VerifierKey): 'right' | 'wrong' | 'unknown' {
  const parts = /^— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/u.exec(line);
  if (parts === null) return 'wrong';
  const signature = Buffer.from(parts[2]!, 'base64');
  if (signature.toString('base64') !== parts[2] || signature.length < 5) return 'wrong';
  if (parts[1] !== key.name || !signature.subarray(0, 4).equals(key.id)) return 'unknown';
  if (signature.length !== signatureBytes) return 'wrong';
  return verify(null, Buffer.from(text), key.key, signature.subarray(4)) ? 'right' : 'wrong';
}
