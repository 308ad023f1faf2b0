/** Values that only examples hold: JSON for arguments, times, spans of time, the context of a call. */
import { contextSchema } from '@remit/contracts';
import type { Context, JsonObject, JsonValue } from '@remit/contracts';
import type { Reader, Reading } from '../document/reading.ts';
import type { Tree } from '../document/tree.ts';

export const readJsonObject: Reader<JsonObject> = (tree, reading) =>
  tree.kind === 'mapping' ? (jsonOf(tree) as JsonObject) : refuse(tree, reading, 'a mapping');

export const readJson: Reader<JsonValue> = (tree) => jsonOf(tree);

function jsonOf(tree: Tree): JsonValue {
  switch (tree.kind) {
    case 'scalar':
      return tree.value;
    case 'sequence':
      return tree.items.map(jsonOf);
    case 'mapping':
      return Object.fromEntries([...tree.entries.values()].map(({ key, value }) => [key, jsonOf(value)]));
  }
}

export const readContext: Reader<Context> = (tree, reading) => {
  const read = tree.kind === 'mapping' ? contextSchema.safeParse(jsonOf(tree)).data : undefined;
  return read ?? refuse(tree, reading, 'a mapping of texts, such as `conversation_id`');
};

const UNITS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `90s`, `15m`, `24h`, `7d`, in milliseconds. */
export const readSpan: Reader<number> = (tree, reading) => {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(tree.kind === 'scalar' ? String(tree.value) : '') ?? [];
  if (count === undefined) return refuse(tree, reading, 'a span of time, like `90s`, `15m`, `24h` or `7d`');
  return Number(count) * UNITS[unit as keyof typeof UNITS];
};

const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})$/;

/** RFC 3339, in UTC. */
export const readTime: Reader<string> = (tree, reading) => {
  const text = tree.kind === 'scalar' ? String(tree.value) : '';
  const time = TIME.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time)
    ? refuse(tree, reading, 'a time with its zone, like `2026-03-02T10:00:00Z`')
    : new Date(time).toISOString();
};

function refuse(tree: Tree, reading: Reading, expected: string): undefined {
  reading.findings.error('invalid_value', `\`${reading.path}\` has to be ${expected}`, tree.spot);
  return undefined;
}
