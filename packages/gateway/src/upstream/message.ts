/**
 * From the bytes of an upstream server to one JSON value, or to the reason why they are none. Every
 * byte is hostile: invalid UTF-8, depth and credentials that come back are dealt with here, once.
 */
import { isUtf8 } from 'node:buffer';
import { isJsonObject } from '@remit/contracts';
import type { JsonValue } from '@remit/contracts';
import type { Credentials } from './credentials.ts';

export type Decoded =
  | { ok: true; value: JsonValue }
  /** `id`: the request that the bytes seem to answer, where that could be read. */
  | { ok: false; problem: string; id: number | undefined };

export function decodeMessage(bytes: Buffer, credentials: Credentials, depth_max: number): Decoded {
  const valid = isUtf8(bytes);
  const text = credentials.redact(bytes.toString('utf8'));
  const value = parse(text);
  if (value === undefined) return { ok: false, problem: 'it is not JSON', id: undefined };
  if (!valid) return { ok: false, problem: 'it is not valid UTF-8', id: answeredId(value) };
  if (isDeeperThan(value, depth_max)) {
    return { ok: false, problem: `it is nested deeper than ${depth_max} levels`, id: answeredId(value) };
  }
  // Escapes (`\/`, `\u0061`) can spell a credential in many ways; all of them are read now.
  return { ok: true, value: text.includes('\\') ? credentials.redactValue(value) : value };
}

/** The id that a response carries, if it is one that Remit gives out. */
export function answeredId(value: JsonValue): number | undefined {
  return isJsonObject(value) && typeof value['id'] === 'number' ? value['id'] : undefined;
}

function parse(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    // The parser's words quote the input; the caller reports what is wrong without them.
    return undefined;
  }
}

/** Recursion is safe: it ends one level below `levels`. */
function isDeeperThan(value: JsonValue, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  if (Array.isArray(value)) return value.some((item) => isDeeperThan(item, levels - 1));
  for (const key in value) {
    if (isDeeperThan(value[key] ?? null, levels - 1)) return true;
  }
  return false;
}
