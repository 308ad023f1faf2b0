/** Keys and tokens that Remit gives out: 256 random bits, kept only as their SHA-256. */
import { hash, randomBytes } from 'node:crypto';

export const agentKeyPrefix = 'remit_';
export const personTokenPrefix = 'remit_person_';

const longest = personTokenPrefix.length + 43;

export function newSecret(prefix: string): string {
  return prefix + randomBytes(32).toString('base64url');
}

/**
 * What is stored and looked up. A fast hash is enough for 256 random bits; and since only digests
 * are compared, the time of a look-up says nothing about the secret.
 */
export function secretDigest(secret: string): string {
  return hash('sha256', secret, 'hex');
}

/** False for what cannot be one of ours; saves hashing whatever a stranger sends. */
export function looksLikeSecret(text: string, prefix: string): boolean {
  return text.length <= longest && text.length === prefix.length + 43 && text.startsWith(prefix);
}
