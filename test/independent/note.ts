/** C2SP signed-note, tlog-checkpoint and tlog-cosignature (Ed25519), read from the specifications alone. */
import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { sha256 } from './merkle.ts';

export interface Key {
  name: string;
  id: Buffer;
  type: number;
  key: KeyObject;
}

/** `<name>+<hash>+<keydata>`; the hash is the first four bytes of SHA-256(name, newline, type, key). */
export function parseKey(text: string): Key {
  const at = text.indexOf('+');
  const name = text.slice(0, at);
  const [hash = '', ...data] = text.slice(at + 1).split('+');
  const bytes = Buffer.from(data.join('+'), 'base64');
  const id = sha256(Buffer.from(`${name}\n`), bytes).subarray(0, 4);
  if (id.toString('hex') !== hash) throw new Error(`the key hash of ${name} is wrong`);
  // RFC 8410: SubjectPublicKeyInfo of an Ed25519 key is this prefix and the key.
  const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), bytes.subarray(1)]);
  return { name, id, type: bytes[0]!, key: createPublicKey({ key: der, format: 'der', type: 'spki' }) };
}

export interface Checkpoint {
  origin: string;
  size: number;
  root: Buffer;
}

/** @throws where the note is none, or the key has not signed it. */
export function openCheckpoint(note: string, key: Key): Checkpoint {
  const end = note.lastIndexOf('\n\n');
  const text = note.slice(0, end + 1);
  const lines = note.slice(end + 2).split('\n');
  if (end < 0 || lines.pop() !== '') throw new Error('not a note');
  const own = lines.flatMap((line) => {
    const [dash, name, signature = ''] = line.split(' ');
    const bytes = Buffer.from(signature, 'base64');
    if (dash !== '\u2014' || name !== key.name || bytes.toString('base64') !== signature) return [];
    return bytes.subarray(0, 4).equals(key.id) ? [bytes.subarray(4)] : [];
  });
  if (own.length === 0 || !own.every((signature) => isRight(text, signature, key))) {
    throw new Error(`no right signature by ${key.name}`);
  }
  const [origin = '', size = '', root = ''] = text.split('\n');
  if (!/^(0|[1-9][0-9]*)$/.test(size)) throw new Error('the size is no decimal');
  return { origin, size: Number(size), root: Buffer.from(root, 'base64') };
}

function isRight(text: string, signature: Buffer, { type, key }: Key): boolean {
  if (type === 1) return signature.length === 64 && verify(null, Buffer.from(text), key, signature);
  if (type !== 4 || signature.length !== 72) return false;
  const message = `cosignature/v1\ntime ${signature.readBigUInt64BE()}\n${text}`;
  return verify(null, Buffer.from(message), key, signature.subarray(8));
}
