/** The key that seals credentials: 32 random bytes in a file of their own, made on the first start. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { writeAtomically } from './data/atomic-file.ts';
import { cannot } from './exit-code.ts';

const key_bytes = 32;

/** @throws CommandFault `credential_key_damaged` */
export function openCredentialKey(file: string, newKey: () => Uint8Array): Uint8Array {
  if (!existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeAtomically(file, newKey(), 0o600);
  }
  const key = readFileSync(file);
  if (key.length === key_bytes) return key;
  throw cannot(
    'credential_key_damaged',
    `${file} does not hold a key.`,
    'Restore it from a copy; without it the credentials have to be set again.',
  );
}
