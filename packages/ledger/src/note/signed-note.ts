/**
 * C2SP signed-note. Keys of logs are Ed25519 (signature type 0x01); those of cosigners say more with their
 * signature and are checked in cosignature.ts.
 */
import { createHash, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { Fault } from '@remit/contracts';

export const signatureTypes = { ed25519: 0x01, ed25519Cosignature: 0x04, mlDsa44Cosignature: 0x06 } as const;
export type SignatureType = (typeof signatureTypes)[keyof typeof signatureTypes];

/** Bytes of the public key of each type. */
const publicKeyBytes: Record<SignatureType, number> = { 0x01: 32, 0x04: 32, 0x06: 1312 };
const keyIdBytes = 4;
const ed25519SignatureBytes = 64;
/** "Verifiers SHOULD apply a maximum limit ... but MUST accept at least up to 16". */
const signaturesMax = 64;
const noteBytesMax = 1024 * 1024;
/** "MUST NOT contain any ASCII control characters (those below U+0020) other than newline." */
// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const forbidden = /[\u0000-\u0009\u000b-\u001f]/;

export interface VerifierKey {
  name: string;
  type: SignatureType;
  id: Buffer;
  key: KeyObject;
  /** As it is written. */
  text: string;
}

/** One signature line of a note. */
export interface NoteSignature {
  name: string;
  /** Of the key, 4 bytes. */
  id: Buffer;
  signature: Buffer;
  /** The line as it stands, without its newline. */
  line: string;
}

/** tlog-cosignature has room for so much of the names of a cosigner and of a log: `opaque<1..2^8-1>`. */
const keyNameBytesMax = 255;

/** "Key names MUST be non-empty and MUST NOT contain any Unicode spaces or plus characters." */
export function isKeyName(name: string): boolean {
  if (name === '' || Buffer.byteLength(name) > keyNameBytesMax) return false;
  return name.isWellFormed() && !/[\s+\p{Z}\p{Cc}]/u.test(name);
}

/** Text form of a public key ("Verifier keys"). */
export function encodeVerifierKey(
  name: string,
  publicKey: Uint8Array,
  type: SignatureType = signatureTypes.ed25519,
): string {
  const encoded = Buffer.concat([Buffer.of(type), publicKey]).toString('base64');
  return `${name}+${keyId(name, publicKey, type).toString('hex')}+${encoded}`;
}

/** A key of a log, or of a cosigner. @throws Fault `verifier_key_invalid`. */
export function decodeVerifierKey(text: string): VerifierKey {
  const parts = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/.exec(text.trim());
  const bytes = Buffer.from(parts?.[3] ?? '', 'base64');
  const [name, raw, type] = [parts?.[1] ?? '', bytes.subarray(1), signatureTypeOf(bytes[0])];
  if (
    type === undefined ||
    !isKeyName(name) ||
    raw.length !== publicKeyBytes[type] ||
    keyId(name, raw, type).toString('hex') !== parts?.[2]
  ) {
    throw new Fault(
      'verifier_key_invalid',
      `\`${text.trim().slice(0, 200)}\` is not a verifier key with Ed25519 or ML-DSA-44`,
      { remedy: 'Write it as the log or the witness prints it: name, key id and key, joined by plus signs.' },
    );
  }
  return { name, type, id: keyId(name, raw, type), key: publicKeyOf(raw, type), text: text.trim() };
}

function signatureTypeOf(byte: number | undefined): SignatureType | undefined {
  return Object.values(signatureTypes).find((type) => type === byte);
}

export function keyId(name: string, publicKey: Uint8Array, type: SignatureType): Buffer {
  const digest = createHash('sha256').update(`${name}\n`).update(Buffer.of(type)).update(publicKey).digest();
  return digest.subarray(0, keyIdBytes);
}

function publicKeyOf(raw: Buffer, type: SignatureType): KeyObject {
  const encoded = raw.toString('base64url');
  return type === signatureTypes.mlDsa44Cosignature
    ? createPublicKey({ key: { kty: 'AKP', alg: 'ML-DSA-44', pub: encoded }, format: 'jwk' })
    : createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: encoded }, format: 'jwk' });
}

/** Signs `text`, which ends in a newline. `publicKey` is the raw key that belongs to `signing`. */
export function signNote(text: string, name: string, signing: KeyObject, publicKey: Uint8Array): string {
  const id = keyId(name, publicKey, signatureTypes.ed25519);
  return `${text}\n${signatureLine(name, id, sign(null, Buffer.from(text), signing))}\n`;
}

export function signatureLine(name: string, id: Uint8Array, signature: Uint8Array): string {
  return `— ${name} ${Buffer.concat([id, signature]).toString('base64')}`;
}

/**
 * The note's text when at least one signature is by one of `keys` and every one that is by one of them
 * verifies; otherwise undefined. Signatures by others are ignored, as the specification demands.
 */
export function openNote(note: string, ...keys: readonly VerifierKey[]): string | undefined {
  const parts = splitNote(note);
  if (parts === undefined) return undefined;
  const known = parts.signatures.flatMap((signature) =>
    keys.filter((key) => isBy(signature, key)).map((key) => isRight(signature, parts.text, key)),
  );
  return known.length > 0 && !known.includes(false) ? parts.text : undefined;
}

/** The text of a note whose signatures nobody has looked at; undefined where it has none. */
export function noteText(note: string): string | undefined {
  if (note.length > noteBytesMax || !note.isWellFormed() || forbidden.test(note)) return undefined;
  const split = note.lastIndexOf('\n\n');
  return split < 0 || !note.endsWith('\n') ? undefined : note.slice(0, split + 1);
}

/** Text and signatures of a note, none of them checked; undefined where it is not one. */
export function splitNote(note: string): { text: string; signatures: NoteSignature[] } | undefined {
  const text = noteText(note);
  if (text === undefined) return undefined;
  const lines = note.slice(text.length + 1, -1).split('\n');
  if (lines.length > signaturesMax) return undefined;
  const signatures = lines.map(parseSignatureLine);
  if (!signatures.every((signature) => signature !== undefined)) return undefined;
  return { text, signatures };
}

export function parseSignatureLine(line: string): NoteSignature | undefined {
  const parts = /^— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/u.exec(line);
  if (parts === null) return undefined;
  const bytes = Buffer.from(parts[2]!, 'base64');
  if (bytes.toString('base64') !== parts[2] || bytes.length <= keyIdBytes) return undefined;
  return { name: parts[1]!, id: bytes.subarray(0, keyIdBytes), signature: bytes.subarray(keyIdBytes), line };
}

export function isBy({ name, id }: NoteSignature, key: VerifierKey): boolean {
  return name === key.name && id.equals(key.id);
}

function isRight({ signature }: NoteSignature, text: string, key: VerifierKey): boolean {
  if (key.type !== signatureTypes.ed25519 || signature.length !== ed25519SignatureBytes) return false;
  return verify(null, Buffer.from(text), key.key, signature);
}
