/**
 * JSON as it comes from the network. `JSON.parse` keeps the last of two equal keys, takes numbers
 * that do not exist (`1e999`), lone surrogates and any depth; a gateway that records one reading and
 * forwards another would be a hole. What is refused here follows I-JSON (RFC 7493, section 2).
 */
import { Fault } from './errors.ts';
import type { JsonValue } from './json.ts';

/** Keeps a byte order mark, which is no JSON. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw new Fault('invalid_utf8', 'The body is not valid UTF-8.', { cause });
  }
}

const quote = 0x22;
const backslash = 0x5c;
const colon = 0x3a;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/**
 * The value in these bytes.
 * @throws Fault `invalid_utf8`, `malformed_json`, `json_too_deep`, `duplicate_key`, `prototype_key`,
 * `number_out_of_range`, `lone_surrogate`.
 */
export function parseJson(bytes: Uint8Array, depthMax: number): JsonValue {
  const text = decode(bytes);
  const members = countWritten(bytes, depthMax);
  const value = parse(text);
  // Every member is written with one colon outside a string, so fewer members than colons means that
  // a key came twice. This costs one pass over the bytes and no memory.
  if (countRead(value) !== members) {
    throw new Fault('duplicate_key', 'An object in the body has the same key twice.');
  }
  return value;
}

function parse(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch (cause) {
    throw new Fault('malformed_json', 'The body is not JSON.', { cause });
  }
}

/** The members that the text writes down. Text that is not JSON gives any number; `parse` refuses it. */
function countWritten(bytes: Uint8Array, depthMax: number): number {
  let members = 0;
  let depth = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === quote) at = endOfString(bytes, at + 1);
    else if (byte === colon) members++;
    else if (byte === closeBrace || byte === closeBracket) depth--;
    else if (byte === openBrace || byte === openBracket) depth++;
    if (depth > depthMax) {
      throw new Fault('json_too_deep', `The body is nested deeper than ${depthMax} levels.`);
    }
  }
  return members;
}

function endOfString(bytes: Uint8Array, start: number): number {
  let at = start;
  for (let byte = bytes[at]; byte !== quote && byte !== undefined; byte = bytes[at]) {
    at += byte === backslash ? 2 : 1;
  }
  return at;
}

/** The members that the value has; refuses what has no faithful reading. Depth is already bounded. */
function countRead(value: JsonValue): number {
  if (typeof value === 'string') return wellFormed(value);
  if (typeof value === 'number') return finite(value);
  if (typeof value !== 'object' || value === null) return 0;
  let members = 0;
  if (Array.isArray(value)) {
    for (const item of value) members += countRead(item);
    return members;
  }
  for (const key in value) {
    if (key === '__proto__') {
      throw new Fault('prototype_key', 'The body has a key `__proto__`.');
    }
    wellFormed(key);
    members += 1 + countRead(value[key] as JsonValue);
  }
  return members;
}

function wellFormed(text: string): 0 {
  if (!text.isWellFormed()) throw new Fault('lone_surrogate', 'A string in the body has half a character.');
  return 0;
}

function finite(number: number): 0 {
  if (!Number.isFinite(number)) {
    throw new Fault('number_out_of_range', 'A number in the body is larger than any number can be.');
  }
  return 0;
}
