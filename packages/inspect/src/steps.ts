/**
 * Counts the work of checking one value against a schema. References let a small schema ask for
 * exponential work; the count ends that, whatever the schema and the value are.
 */
import { bounds, isJsonObject, type JsonObject, type JsonValue } from '@remit/contracts';
import { innerSchemas } from './schema-keywords.ts';

export class StepsExceeded extends Error {
  constructor() {
    super(`checking them takes more than ${bounds.argument_check_steps_max} steps`);
    this.name = 'StepsExceeded';
  }
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
}

/** What applying this schema to a value costs by itself, without going down into references or parts. */
export function stepsOf(schema: JsonObject): number {
  return innerSchemas(schema).reduce((sum, inner) => sum + ownSteps(inner), ownSteps(schema));
}

function ownSteps(schema: JsonObject): number {
  return 1 + sizeOf(schema.enum) + sizeOf(schema.required) + sizeOf(schema.const);
}

function sizeOf(value: JsonValue | undefined): number {
  if (typeof value !== 'object' || value === null) return 0;
  return Array.isArray(value) ? value.length : Object.keys(value).length;
}

/** How often the parts of a schema are applied to this value: once for each element or member. */
export function repetitions(value: unknown): number {
  if (Array.isArray(value)) return value.length + 1;
  return isJsonObject(value) ? Object.keys(value).length + 1 : 1;
}
