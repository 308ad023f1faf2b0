/**
 * Readers turn trees into typed values and say, with line and column, what is wrong. A reader that
 * has reported an error returns undefined.
 */
import { meant } from './meant.ts';
import type { JsonObject } from '@remit/contracts';
import type { Findings, Spot } from '../diagnostics.ts';
import { describe, describeAs, schemaOf } from './described.ts';
import type { Mapping, Tree } from './tree.ts';

/** A word that somebody wrote, with its place and its path in the document. */
export interface Word {
  text: string;
  spot: Spot;
  /** Like `access.tools.deny[1]`. */
  path: string;
  style: 'plain' | 'quoted' | 'block';
}

/** What was read, and where it stands. */
export interface Placed<Value> {
  value: Value;
  path: string;
  spot: Spot;
}

export interface Reading {
  findings: Findings;
  /** Path of what is being read, empty for the document itself. */
  path: string;
}

export type Reader<Value> = (tree: Tree, reading: Reading) => Value | undefined;

function within(reading: Reading, step: string): Reading {
  return { findings: reading.findings, path: reading.path === '' ? step : `${reading.path}.${step}` };
}

function wrongType(tree: Tree, reading: Reading, expected: string): undefined {
  reading.findings.error('invalid_value', `\`${reading.path}\` has to be ${expected}`, tree.spot);
  return undefined;
}

export const readWord: Reader<Word> = (tree, reading) => {
  if (tree.kind !== 'scalar' || typeof tree.value !== 'string' || tree.value.trim() === '') {
    return wrongType(tree, reading, 'text');
  }
  return { text: tree.value, spot: tree.spot, path: reading.path, style: tree.style };
};
describe(readWord, () => ({ type: 'string', pattern: '\\S' }));

export const readBoolean: Reader<boolean> = (tree, reading) =>
  tree.kind === 'scalar' && typeof tree.value === 'boolean'
    ? tree.value
    : wrongType(tree, reading, '`true` or `false`');
describe(readBoolean, () => ({ type: 'boolean' }));

export const readPositive: Reader<number> = (tree, reading) =>
  tree.kind === 'scalar' &&
  typeof tree.value === 'number' &&
  Number.isSafeInteger(tree.value) &&
  tree.value > 0
    ? tree.value
    : wrongType(tree, reading, 'a whole number above zero');
describe(readPositive, () => ({ type: 'integer', minimum: 1 }));

export function oneOf<Choice extends string>(choices: readonly Choice[]): Reader<Choice> {
  const reader: Reader<Choice> = (tree, reading) => {
    const found = tree.kind === 'scalar' ? choices.find((choice) => choice === tree.value) : undefined;
    if (found !== undefined) return found;
    const hint = tree.kind === 'scalar' ? meant(String(tree.value), choices) : undefined;
    const listed = choices.map((choice) => `\`${choice}\``).join(', ');
    reading.findings.error(
      'invalid_value',
      `\`${reading.path}\` has to be one of ${listed}`,
      tree.spot,
      hint,
    );
    return undefined;
  };
  return describe(reader, () => ({ enum: [...choices] }));
}

export function listOf<Item>(readItem: Reader<Item>): Reader<Item[]> {
  const reader: Reader<Item[]> = (tree, reading) => {
    if (tree.kind !== 'sequence') return wrongType(tree, reading, 'a list');
    const { findings, path } = reading;
    return tree.items.flatMap((item, index) => readItem(item, { findings, path: `${path}[${index}]` }) ?? []);
  };
  return describe(reader, () => ({ type: 'array', items: schemaOf(readItem) }));
}

/** Keeps where the value stands. */
export function placed<Value>(read: Reader<Value>): Reader<Placed<Value>> {
  const reader: Reader<Placed<Value>> = (tree, reading) => {
    const value = read(tree, reading);
    return value === undefined ? undefined : { value, path: reading.path, spot: tree.spot };
  };
  return describe(reader, () => schemaOf(read));
}

/** One item, or a list of them. */
export function oneOrMore<Item>(readItem: Reader<Item>): Reader<Item[]> {
  const readList = listOf(readItem);
  const reader: Reader<Item[]> = (tree, reading) => {
    if (tree.kind === 'sequence') return readList(tree, reading);
    const item = readItem(tree, reading);
    return item === undefined ? undefined : [item];
  };
  describeAs(reader, readItem, readList);
  return reader;
}

/**
 * A mapping whose keys are names that people choose.
 * @param like what the values are described by, where that is another reader
 */
export function namesTo<Value>(
  readValue: (tree: Tree, reading: Reading, name: Word) => Value | undefined,
  like: object = readValue,
): Reader<Map<string, Value>> {
  const reader: Reader<Map<string, Value>> = (tree, reading) => {
    if (tree.kind !== 'mapping') return wrongType(tree, reading, 'a mapping of names');
    const values = new Map<string, Value>();
    for (const { key, keySpot, value } of tree.entries.values()) {
      const inside = within(reading, key);
      const read = readValue(value, inside, { text: key, spot: keySpot, path: inside.path, style: 'plain' });
      if (read !== undefined) values.set(key, read);
    }
    return values;
  };
  return describe(reader, () => ({ type: 'object', additionalProperties: schemaOf(like) }));
}

export interface Shape<Value> {
  /** What the mapping is, for messages: "an agent document". */
  what: string;
  keys: { [Key in keyof Value]-?: Reader<Value[Key]> };
  /** Keys of the language that this version does not enforce yet: refused, never ignored. */
  later?: readonly string[];
  required?: readonly (keyof Value & string)[];
}

/** A mapping with known keys. Unknown ones are errors, with the nearest known key. */
export function shaped<Value extends object>(shape: Shape<Value>): Reader<Partial<Value>> {
  const reader: Reader<Partial<Value>> = (tree, reading) => {
    if (tree.kind !== 'mapping') return wrongType(tree, reading, 'a mapping');
    const result: Partial<Value> = {};
    for (const entry of tree.entries.values()) {
      if (!Object.hasOwn(shape.keys, entry.key)) {
        reportUnknownKey(shape, entry.key, entry.keySpot, reading);
        continue;
      }
      const key = entry.key as keyof Value & string;
      const value = shape.keys[key](entry.value, within(reading, key));
      if (value !== undefined) result[key] = value;
    }
    reportMissingKeys(shape, tree, reading);
    return result;
  };
  return describe(reader, () => schemaOfShape(shape));
}

function schemaOfShape<Value>({ what, keys, required = [] }: Shape<Value>): JsonObject {
  const properties = Object.entries<object>(keys).map(([key, read]) => [key, schemaOf(read)] as const);
  return {
    title: what.replaceAll('`', ''),
    type: 'object',
    properties: Object.fromEntries(properties),
    additionalProperties: false,
    ...(required.length > 0 && { required: [...required] }),
  };
}

function reportUnknownKey<Value>(shape: Shape<Value>, key: string, spot: Spot, reading: Reading): void {
  if (shape.later?.includes(key)) {
    const message = `\`${key}\` in ${shape.what} is not supported yet, so it would not be enforced`;
    reading.findings.error('not_supported_yet', message, spot, 'remove it');
    return;
  }
  const known = [...Object.keys(shape.keys), ...(shape.later ?? [])];
  reading.findings.error('unknown_key', `unknown key \`${key}\` in ${shape.what}`, spot, meant(key, known));
}

function reportMissingKeys<Value>(shape: Shape<Value>, tree: Mapping, reading: Reading): void {
  for (const key of shape.required ?? []) {
    if (tree.entries.has(key)) continue;
    reading.findings.error(
      'missing_key',
      `\`${key}\` is missing in ${shape.what}`,
      tree.spot,
      `add \`${key}:\``,
    );
  }
}
