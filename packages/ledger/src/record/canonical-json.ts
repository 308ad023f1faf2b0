/**
 * RFC 8785 (JSON Canonicalization Scheme). Our own rather than the `canonicalize` package because it
 * runs once for every record on the caller's thread: docs/decisions/log-format-and-commit-unit.md
 * has the measurement, the tests compare the two on the published vectors and on random values.
 */
import { bounds, Fault } from '@remit/contracts';

// eslint-disable-next-line no-control-regex -- RFC 8785 section 3.2.2.2 escapes them
const needsEscape = /[\u0000-\u001f"\\\ud800-\udfff]/;

/**
 * The canonical text of a plain JSON value. Properties that are `undefined` are left out.
 * @throws Fault `record_invalid` for what RFC 8785 has no form for: NaN and infinities (3.2.2.3),
 * lone surrogates (3.2.2.2), values that are not JSON; and past `json_depth_max`.
 */
export function canonicalJson(value: unknown): string {
  if (!isInOrder(value, 0)) return canonical(value, 0);
  // Of a value in canonical order JSON.stringify makes the canonical text, in less than half the time.
  const text = JSON.stringify(value);
  return text.includes(escapedSurrogate) ? canonical(value, 0) : text;
}

/** How JSON.stringify begins what it makes of a lone surrogate (and of text that only looks like it). */
const escapedSurrogate = '\\ud';

/** Plain JSON whose objects all have their keys in canonical order; anything doubtful is not. */
function isInOrder(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return Number.isFinite(value);
    case 'object':
      if (value === null) return true;
      if (depth >= bounds.json_depth_max) return false;
      return Array.isArray(value) ? isArrayInOrder(value, depth + 1) : isObjectInOrder(value, depth + 1);
    case 'bigint':
    case 'function':
    case 'symbol':
    case 'undefined':
      return false;
  }
}

function isArrayInOrder(values: readonly unknown[], depth: number): boolean {
  // Not `every`, which passes over what is missing.
  for (const value of values) if (!isInOrder(value, depth)) return false;
  return true;
}

function isObjectInOrder(object: object, depth: number): boolean {
  // Others may have a `toJSON`, or properties that only one of the two ways sees.
  if (Object.getPrototypeOf(object) !== Object.prototype) return false;
  let last = '';
  for (const key in object) {
    if (key < last) return false;
    last = key;
    const value = (object as Record<string, unknown>)[key];
    if (value !== undefined && !isInOrder(value, depth)) return false;
  }
  return true;
}

function canonical(value: unknown, depth: number): string {
  switch (typeof value) {
    case 'string':
      return canonicalString(value);
    case 'number':
      // ECMAScript's own Number-to-String, as 3.2.2.3 demands; `-0` becomes `0`.
      if (!Number.isFinite(value)) throw invalid(`the number ${String(value)}`);
      return String(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      if (depth >= bounds.json_depth_max) throw invalid(`nesting deeper than ${bounds.json_depth_max}`);
      return Array.isArray(value) ? canonicalArray(value, depth + 1) : canonicalObject(value, depth + 1);
    case 'bigint':
    case 'function':
    case 'symbol':
    case 'undefined':
      throw invalid(`a ${typeof value}`);
  }
}

/** A string in canonical form, quotes included. */
export function canonicalString(value: string): string {
  if (!needsEscape.test(value)) return `"${value}"`;
  if (!value.isWellFormed()) throw invalid('a string with a lone surrogate');
  return JSON.stringify(value);
}

function canonicalArray(values: readonly unknown[], depth: number): string {
  let text = '[';
  for (let index = 0; index < values.length; index += 1) {
    if (index > 0) text += ',';
    text += canonical(values[index], depth);
  }
  return text + ']';
}

function canonicalObject(object: object, depth: number): string {
  let text = '{';
  for (const key of sortedKeys(object)) {
    const value = (object as Record<string, unknown>)[key];
    if (value === undefined) continue;
    if (text.length > 1) text += ',';
    text += `${canonicalString(key)}:${canonical(value, depth)}`;
  }
  return text + '}';
}

/** Own keys by UTF-16 code units (3.2.3), which is how `<` and `sort` compare strings. */
function sortedKeys(object: object): string[] {
  const keys = Object.keys(object);
  for (let index = 1; index < keys.length; index += 1) {
    if (keys[index]! < keys[index - 1]!) return keys.sort();
  }
  return keys;
}

function invalid(what: string): Fault {
  return new Fault('record_invalid', `a record cannot hold ${what}`, {
    remedy: 'Put it into the payload as text, or leave it out.',
  });
}
