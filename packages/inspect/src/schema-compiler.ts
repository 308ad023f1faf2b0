/** Ajv, set up for schemas that nobody has vetted. */
import { Fault, isJsonObject, type JsonObject, type JsonValue } from '@remit/contracts';
import {
  Ajv,
  type KeywordDefinition,
  type KeywordErrorDefinition,
  type Options,
  type ValidateFunction,
} from 'ajv';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { boundedFormats } from './formats.ts';
import { type LinearPattern, linearPattern } from './linear-pattern.ts';
import { assertSchemaWithinBounds, dialect, unusable } from './schema-bounds.ts';
import { holdsSchemas, innerSchemas, mapSchemas } from './schema-keywords.ts';
import { type Cost, costOf, type Steps } from './steps.ts';

/** Keywords with a meaning for validity that hold no schemas. Others (`$async`, vendor words) are left out. */
const ASSERTIONS: ReadonlySet<string> = new Set(
  `$anchor $dynamicAnchor $dynamicRef $id $recursiveAnchor $recursiveRef $ref $schema const dependentRequired enum
  exclusiveMaximum exclusiveMinimum format maxContains maxItems maxLength maxProperties maximum minContains minItems
  minLength minProperties minimum multipleOf pattern required type uniqueItems`.split(/\s+/),
);

/** Our own keyword, put into every schema that can cause further work. */
const STEPS = 'remit-steps';

/** @throws Fault `schema_unusable`. */
export function compileSchema(schema: JsonObject, steps: Steps): ValidateFunction {
  assertSchemaWithinBounds(schema);
  const ajv = newAjv(schema, steps);
  try {
    return ajv.compile(counted(schema));
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw unusable(error instanceof Error ? error.message : String(error), error);
  }
}

function newAjv(schema: JsonObject, steps: Steps): Ajv {
  const options: Options = {
    strict: false,
    logger: false,
    validateSchema: false,
    meta: false,
    ownProperties: true,
    inlineRefs: false,
    formats: boundedFormats,
    code: { regExp: countedPatterns(steps) },
  };
  const ajv = newAjvOf(dialect(schema), options);
  ajv.addKeyword({
    keyword: STEPS,
    before: '$ref',
    errors: false,
    validate: (cost: Cost, value: unknown) => {
      steps.takeFor(cost, value);
      return true;
    },
  });
  replaceKeyword(ajv, {
    keyword: 'uniqueItems',
    type: 'array',
    schemaType: 'boolean',
    validate: uniqueItems,
    error: UNIQUE,
  });
  replaceKeyword(ajv, {
    keyword: 'multipleOf',
    type: 'number',
    schemaType: 'number',
    validate: multipleOf,
    error: MULTIPLE,
  });
  return ajv;
}

function replaceKeyword(ajv: Ajv, definition: KeywordDefinition & { keyword: string }): void {
  ajv.removeKeyword(definition.keyword);
  ajv.addKeyword(definition);
}

function newAjvOf(name: ReturnType<typeof dialect>, options: Options): Ajv {
  if (name === '2020-12') return new Ajv2020(options);
  return name === '2019-09' ? new Ajv2019(options) : new Ajv(options);
}

/** A copy with known keywords alone, and the count of steps where a schema leads to more work. */
function counted(schema: JsonObject): JsonObject {
  const entries: [string, JsonValue][] = [];
  for (const [keyword, value] of Object.entries(schema)) {
    if (holdsSchemas(keyword)) entries.push([keyword, mapSchemas(keyword, value, counted)]);
    else if (ASSERTIONS.has(keyword)) entries.push([keyword, value]);
  }
  if (innerSchemas(schema).length > 0 || refers(schema)) entries.push([STEPS, { ...costOf(schema) }]);
  return Object.fromEntries(entries);
}

function refers(schema: JsonObject): boolean {
  return '$ref' in schema || '$dynamicRef' in schema || '$recursiveRef' in schema;
}

/** Matching counts too: a step for every character and 64 instructions of the pattern. */
function countedPatterns(steps: Steps): NonNullable<NonNullable<Options['code']>['regExp']> {
  const engine = (source: string) => {
    const pattern: LinearPattern = linearPattern(source);
    const cost = Math.ceil(pattern.size / 64);
    return {
      test(text: string) {
        steps.take(text.length * cost);
        return pattern.test(text);
      },
      // Ajv takes two patterns for one where their texts are the same.
      toString: () => source,
    };
  };
  return Object.assign(engine, { code: 'linearPattern' });
}

const UNIQUE: KeywordErrorDefinition = { message: 'must NOT have duplicate items' };

/** Ajv compares every two elements; this is linear. Containers are equal where their sorted JSON is. */
function uniqueItems(wanted: boolean, items: unknown[]): boolean {
  if (!wanted) return true;
  const containers = items.filter((item) => typeof item === 'object' && item !== null);
  const scalars = new Set(items.filter((item) => typeof item !== 'object' || item === null));
  const forms = new Set(containers.map((item) => JSON.stringify(item, sorted)));
  return scalars.size + forms.size === items.length;
}

function sorted(_: string, value: unknown): unknown {
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const MULTIPLE: KeywordErrorDefinition = { message: ({ schema }) => `must be multiple of ${String(schema)}` };

/** Decimal fractions as people mean them: 19.99 is a multiple of 0.01, though its binary form is not. */
function multipleOf(step: number, value: number): boolean {
  const quotient = value / step;
  return Math.abs(quotient - Math.round(quotient)) <= Math.max(1, Math.abs(quotient)) * 2 ** -50;
}
