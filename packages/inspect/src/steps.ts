/**
 * Counts the work of checking one value against a schema. References let a small schema ask for
 * exponential work; the count ends that, whatever the schema and the value are.
 */
import { bounds, isJsonObject, type JsonObject, type JsonValue } from '@remit/contracts';
import { innerSchemas } from './schema-keywords.ts';

class StepsExceeded extends Error {
  constructor() {
    super(`checking them takes more than ${bounds.argument_check_steps_max} steps`);
    this.name = 'StepsExceeded';
  }
}

/** What applying a schema costs by itself, without going down into references. */
export interface Cost {
  /** Once for the value. */
  once: number;
  /** For each element or member of it. */
  each: number;
}

export class Steps {
  #left = 0;

  start(): void {
    this.#left = bounds.argument_check_steps_max;
  }

  take(steps: number): void {
    this.#left -= steps;
    if (this.#left < 0) throw new StepsExceeded();
  }

  takeFor({ once, each }: Cost, value: unknown): void {
    this.take(each === 0 ? once : once + each * membersOf(value));
  }
}

/** Keywords whose schema is applied to each element or member of a value. */
const EACH = [
  'additionalItems',
  'additionalProperties',
  'contains',
  'items',
  'patternProperties',
  'propertyNames',
  'unevaluatedItems',
  'unevaluatedProperties',
];

export function costOf(schema: JsonObject): Cost {
  const each = Object.fromEntries(Object.entries(schema).filter(([keyword]) => EACH.includes(keyword)));
  const sum = (parts: JsonObject[]) => parts.reduce((total, part) => total + ownCost(part), 0);
  return { once: ownCost(schema) + sum(innerSchemas(schema)), each: sum(innerSchemas(each)) };
}

function ownCost(schema: JsonObject): number {
  return 1 + sizeOf(schema.enum) + sizeOf(schema.required) + sizeOf(schema.const);
}

function sizeOf(value: JsonValue | undefined): number {
  if (typeof value !== 'object' || value === null) return 0;
  return Array.isArray(value) ? value.length : Object.keys(value).length;
}

function membersOf(value: unknown): number {
  if (Array.isArray(value)) return value.length;
  return isJsonObject(value) ? Object.keys(value).length : 0;
}
