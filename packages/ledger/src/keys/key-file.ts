/**
 * The workspace's secrets: the key from which those that seal payloads and blind
 * identifiers are derived, and the key that signs checkpoints. One file, mode 0600, apart from the data where the
 * operator says so (a copy of the data alone then opens nothing).
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  hkdfSync,
  type KeyObject,
} from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { Fault } from '@remit/contracts';
import { z } from 'zod';
import type { FileSystem } from '../disk/file-system.ts';
import { replaceFile } from '../disk/replace-file.ts';

const keyFileSchema = z.strictObject({
  version: z.literal(1),
  /** 32 bytes, base64. */
  workspace_key: z.base64(),
  /** Ed25519 seed of RFC 8032, 32 bytes, base64. */
  signing_seed: z.base64(),
  /** SHA-256 of both, hex: tells a damaged file from a foreign one. */
  check: z.string(),
});

/** The key that seals the payloads of a segment, from what its header says of it. */
export type PayloadKey = (sealing: { salt: string }) => KeyObject;

export interface WorkspaceKeys {
  signing: KeyObject;
  /** Raw Ed25519 public key, 32 bytes. */
  signing_public: Buffer;
  /** A key for one purpose, derived with HKDF-SHA-256 (RFC 5869). */
  derive(purpose: string, salt: Uint8Array): KeyObject;
  payloadKey: PayloadKey;
}

export type RandomBytes = (length: number) => Uint8Array;

/** Reads the key file, or creates it on the first start. @throws Fault `key_file_*`. */
export function openKeyFile(
  file: string,
  random: RandomBytes,
  disk: FileSystem,
  create: boolean,
): WorkspaceKeys {
  if (!fs.existsSync(file)) {
    if (!create) {
      throw new Fault('key_file_missing', `the ledger has records, but its key file \`${file}\` is missing`, {
        place: { file },
        remedy: 'Put the key file back: without it payloads cannot be opened and nothing can be signed.',
      });
    }
    writeKeyFile(file, random, disk);
  }
  return readKeyFile(file);
}

export function readKeyFile(file: string): WorkspaceKeys {
  const content = parseKeyFile(file);
  const secret = Buffer.from(content.workspace_key, 'base64');
  const seed = Buffer.from(content.signing_seed, 'base64');
  // Compared as text too: the last character of base64 has bits that say nothing.
  const isSpelled =
    secret.toString('base64') === content.workspace_key && seed.toString('base64') === content.signing_seed;
  if (!isSpelled || secret.length !== 32 || seed.length !== 32 || checkOf(secret, seed) !== content.check) {
    throw damaged(file, 'its check value does not match');
  }
  const signing = ed25519FromSeed(seed);
  const derive = (purpose: string, salt: Uint8Array): KeyObject =>
    createSecretKey(Buffer.from(hkdfSync('sha256', secret, salt, `remit ledger ${purpose}`, 32)));
  return {
    signing,
    signing_public: rawPublicKey(signing),
    derive,
    payloadKey: ({ salt }) => derive('payload keys', Buffer.from(salt, 'base64')),
  };
}

/** @throws Fault `key_file_open` where others than its owner can read the file. */
export function refuseOpen(file: string): void {
  if ((fs.statSync(file).mode & 0o077) === 0) return;
  throw new Fault('key_file_open', `the key file \`${file}\` can be read by others than its owner`, {
    place: { file },
    remedy: `Run \`chmod 600 ${file}\`.`,
  });
}

function parseKeyFile(file: string): z.infer<typeof keyFileSchema> {
  refuseOpen(file);
  try {
    return keyFileSchema.parse(JSON.parse(fs.readFileSync(file, 'utf8')));
  } catch (error) {
    throw damaged(file, 'it is not a key file of version 1', error);
  }
}

function writeKeyFile(file: string, random: RandomBytes, disk: FileSystem): void {
  const secret = Buffer.from(random(32));
  const seed = Buffer.from(random(32));
  const content: z.infer<typeof keyFileSchema> = {
    version: 1,
    workspace_key: secret.toString('base64'),
    signing_seed: seed.toString('base64'),
    check: checkOf(secret, seed),
  };
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  replaceFile(disk, file, Buffer.from(JSON.stringify(content, undefined, 2) + '\n'));
}

function checkOf(secret: Buffer, seed: Buffer): string {
  return createHash('sha256').update(secret).update(seed).digest('hex');
}

function damaged(file: string, why: string, cause?: unknown): Fault {
  return new Fault('key_file_damaged', `the key file \`${file}\` is damaged: ${why}`, {
    place: { file },
    remedy: 'Restore it from a copy.',
    cause,
  });
}

/** RFC 8410 section 7: the PKCS #8 prefix of an Ed25519 seed. */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

function ed25519FromSeed(seed: Buffer): KeyObject {
  return createPrivateKey({ key: Buffer.concat([pkcs8Prefix, seed]), format: 'der', type: 'pkcs8' });
}

function rawPublicKey(signing: KeyObject): Buffer {
  // The last 32 bytes of the SubjectPublicKeyInfo (RFC 8410 section 4) are the key itself.
  return createPublicKey(signing).export({ format: 'der', type: 'spki' }).subarray(-32);
}
