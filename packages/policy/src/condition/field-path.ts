/** A place in the arguments, as limits name it: `args.amount`, `args.?note`, `args.order["total price"]`. */
import type { JsonObject, JsonValue } from '@remit/contracts';
import { isJsonObject } from '@remit/contracts';
import type { Shape } from './shape.ts';

export interface FieldPath {
  /** As written. */
  text: string;
  names: readonly string[];
  /** True where some step is `.?`: a call without it is counted as nothing. */
  optional: boolean;
}

const STEP = /\.(\??)([A-Za-z_][A-Za-z0-9_]*)|\["((?:[^"\\]|\\["\\])+)"\]/y;

/** Undefined where the text is no such place. */
export function parseFieldPath(text: string): FieldPath | undefined {
  if (!text.startsWith('args')) return undefined;
  const names: string[] = [];
  let optional = false;
  STEP.lastIndex = 'args'.length;
  while (STEP.lastIndex < text.length) {
    const step = STEP.exec(text);
    if (step === null) return undefined;
    names.push(step[2] ?? step[3]!.replaceAll(/\\(.)/g, '$1'));
    optional ||= step[1] === '?';
  }
  return names.length === 0 ? undefined : { text, names, optional };
}

/** The value there; undefined where there is none, or where it is null. Nothing inherited counts. */
export function valueAt(args: JsonObject, path: FieldPath): JsonValue | undefined {
  let value: JsonValue = args;
  for (const name of path.names) {
    if (!isJsonObject(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name]!;
  }
  return value === null ? undefined : value;
}

/** What a schema says of such a place: its shape, `open` where anything may be there, `absent` where nothing can. */
export function placeIn(shape: Shape, path: FieldPath): Shape | 'open' | 'absent' {
  let current = shape;
  for (const name of path.names) {
    if (current.kind === 'any') return 'open';
    const next = current.kind === 'object' ? current.fields.get(name) : undefined;
    if (next === undefined) return 'absent';
    current = next;
  }
  return current;
}
