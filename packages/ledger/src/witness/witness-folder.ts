/** What a witness keeps: its keys, and for each log the checkpoint that it has cosigned last. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { Fault } from '@remit/contracts';
import { z } from 'zod';
import { machineFileSystem } from '../disk/file-system.ts';
import { replaceFile } from '../disk/replace-file.ts';
import { refuseOpen } from '../keys/key-file.ts';
import type { Cosigner } from '../note/cosignature.ts';
import { encodeVerifierKey, isKeyName, signatureTypes } from '../note/signed-note.ts';
import { lockFolder } from '../writer/lock.ts';
import type { WitnessStore } from './witness.ts';

const keyFileName = 'witness-keys.json';
const jwk = z.record(z.string(), z.string());
/** Private keys as JWK (RFC 8037; for ML-DSA the draft "ML-DSA for JOSE"). */
const keyFileSchema = z.strictObject({
  version: z.literal(1),
  name: z.string(),
  ed25519: jwk,
  ml_dsa_44: jwk,
});
const originHashPattern = /^[0-9a-f]{64}$/;

export interface WitnessFolder extends WitnessStore {
  cosigners: Cosigner[];
  /** What logs and verifiers are configured with: the keys in text form. */
  verifier_keys: string[];
  close(): void;
}

/**
 * Opens the folder, made with mode 0700 and new keys where it does not exist. `name` names the witness
 * in its cosignatures, for good. @throws Fault `ledger_locked`, `key_file_*`,
 * `options_invalid`.
 */
export function openWitnessFolder(folder: string, name: string): WitnessFolder {
  if (!isKeyName(name)) throw new Fault('options_invalid', `\`${name}\` cannot name a witness`);
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const unlock = lockFolder(folder);
  try {
    const cosigners = openKeys(path.join(folder, keyFileName), name);
    return {
      cosigners,
      verifier_keys: cosigners.map(({ public_key, type }) => encodeVerifierKey(name, public_key, type)),
      last: (originHash) => readIfThere(noteFile(folder, originHash)),
      put: (originHash, note) =>
        replaceFile(machineFileSystem, noteFile(folder, originHash), Buffer.from(note)),
      close: unlock,
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

function noteFile(folder: string, originHash: string): string {
  // It becomes the name of a file.
  if (!originHashPattern.test(originHash))
    throw new TypeError('a hash of an origin is 64 hexadecimal digits');
  return path.join(folder, `${originHash}.checkpoint`);
}

function readIfThere(file: string): string | undefined {
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : undefined;
}

function openKeys(file: string, name: string): Cosigner[] {
  if (!fs.existsSync(file)) {
    refuseNewKeys(file);
    writeKeys(file, name);
  }
  const keys = readKeys(file);
  if (keys.name !== name) {
    throw new Fault('options_invalid', `the witness in this folder is named \`${keys.name}\``, {
      place: { file },
      remedy: 'Call it by that name: who trusts its keys knows them under it.',
    });
  }
  return [
    cosigner(name, signatureTypes.ed25519Cosignature, keys.ed25519, 'x'),
    cosigner(name, signatureTypes.mlDsa44Cosignature, keys.ml_dsa_44, 'pub'),
  ];
}

/** With new keys it is another witness, and nobody who trusts the old ones would hear of it. */
function refuseNewKeys(file: string): void {
  if (!fs.readdirSync(path.dirname(file)).some((name) => name.endsWith('.checkpoint'))) return;
  throw new Fault(
    'key_file_missing',
    `the witness has cosigned before, but its key file \`${file}\` is missing`,
    {
      place: { file },
      remedy: 'Put the key file back, or begin a new witness in an empty folder.',
    },
  );
}

/** `member` of the public JWK holds the raw key. */
function cosigner(name: string, type: Cosigner['type'], signing: KeyObject, member: string): Cosigner {
  const exported = createPublicKey(signing).export({ format: 'jwk' }) as Record<string, string>;
  return { name, type, signing, public_key: Buffer.from(exported[member]!, 'base64url') };
}

function writeKeys(file: string, name: string): void {
  const ed25519 = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  const mlDsa = generateKeyPairSync('ml-dsa-44').privateKey.export({ format: 'jwk' });
  const content = { version: 1, name, ed25519, ml_dsa_44: mlDsa };
  replaceFile(machineFileSystem, file, Buffer.from(`${JSON.stringify(content, undefined, 2)}\n`));
}

function readKeys(file: string): { name: string; ed25519: KeyObject; ml_dsa_44: KeyObject } {
  refuseOpen(file);
  try {
    const { name, ed25519, ml_dsa_44 } = keyFileSchema.parse(JSON.parse(fs.readFileSync(file, 'utf8')));
    return { name, ed25519: privateKey(ed25519, 'ed25519'), ml_dsa_44: privateKey(ml_dsa_44, 'ml-dsa-44') };
  } catch (cause) {
    throw new Fault('key_file_damaged', `the witness's key file \`${file}\` is damaged`, {
      place: { file },
      remedy: 'Restore it from a copy; with new keys it is another witness.',
      cause,
    });
  }
}

function privateKey(key: z.infer<typeof jwk>, type: 'ed25519' | 'ml-dsa-44'): KeyObject {
  const read = createPrivateKey({ key, format: 'jwk' });
  if (read.asymmetricKeyType !== type) throw new TypeError(`this is no key of ${type}`);
  return read;
}
