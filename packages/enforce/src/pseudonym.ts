/** Names that stand for values: the same for the same value and class, and nothing to turn back without the key. */
import { createHmac, hkdfSync } from 'node:crypto';
import type { Pseudonym } from '@remit/inspect';

const CHARACTERS = 32;

/** `secret` is at least 32 random bytes that never leave the machine; the key is derived from it (RFC 5869). */
export function pseudonymsUnder(secret: Uint8Array): Pseudonym {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'remit pseudonyms', 32));
  return (label, value) => {
    const digest = createHmac('sha256', key).update(`${label}\0${value}`).digest('hex');
    return `${nameOf(label)}:${digest.slice(0, CHARACTERS)}`;
  };
}

function nameOf(label: string): string {
  return (
    label
      .toLowerCase()
      .replace(/[^a-z]+/g, '_')
      .slice(0, 64) || 'value'
  );
}
