/**
 * What the search rows hold of an identifier: a keyed hash, so that who reads the rows cannot tell or guess
 * it, and who knows it and has the key finds its rows (ledger.md, "How it is kept", 3).
 */
import { createHmac, type KeyObject } from 'node:crypto';
import type { ContextKey, MarkKey } from '@remit/contracts';

/** Enough that two identifiers do not meet by chance, and short: every value has one in an index. */
const blindBytes = 16;

export function blindOf(blindKey: KeyObject, key: MarkKey | ContextKey, value: string): Buffer {
  return createHmac('sha256', blindKey).update(`${key}:${value}`).digest().subarray(0, blindBytes);
}
