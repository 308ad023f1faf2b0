/**
 * A schema that accepts whatever the given one accepts, after denied fields have been taken out. Each
 * keyword that could fail because something is missing, shorter or equal now is loosened or left out;
 * `not`, `if` and `oneOf` say that something else does *not* hold, which no longer follows.
 */
import { type DataRules, isJsonObject, type JsonObject, type JsonValue } from '@remit/contracts';
import { type DeniedFields, deniedFields } from './denied-fields.ts';
import { redactData } from './redaction.ts';
import { mapSchemas } from './schema-keywords.ts';

/** Keywords that a redacted value may fail, and that only say more about values. */
const DROPPED: ReadonlySet<string> = new Set(
  `else if maxContains maxLength minLength minProperties not oneOf pattern then unevaluatedItems
  unevaluatedProperties uniqueItems`.split(/\s+/),
);

/** Formats of strings that hold no quotation mark, hence no JSON text that could be cut. */
const FORMATS_KEPT: ReadonlySet<string> = new Set(
  'date date-time duration email hostname ipv4 ipv6 time uuid'.split(' '),
);

export function loosenedSchema(schema: JsonObject, rules: DataRules): JsonObject {
  return new Loosening(rules).schema(schema);
}

/** A number in which a detector found something is null. */
function orNull(type: JsonValue): JsonValue {
  const types = Array.isArray(type) ? type : [type];
  const isNumber = types.some((name) => name === 'number' || name === 'integer');
  return isNumber && !types.includes('null') ? [...types, 'null'] : type;
}

class Loosening {
  readonly #rules: DataRules;
  readonly #fields: DeniedFields;

  constructor(rules: DataRules) {
    this.#rules = rules;
    this.#fields = deniedFields(rules);
  }

  schema(schema: JsonObject): JsonObject {
    const kept = Object.entries(schema)
      .filter(([keyword]) => !DROPPED.has(keyword))
      .map(([keyword, value]) => [keyword, this.#keyword(keyword, value)] as const)
      .filter((entry): entry is [string, JsonValue] => entry[1] !== undefined);
    const loosened: JsonObject = Object.fromEntries(kept);
    const alternatives = this.#alternatives(schema);
    if (alternatives.length === 0) return loosened;
    const all = Array.isArray(loosened.allOf) ? loosened.allOf : [];
    return { ...loosened, allOf: [...all, ...alternatives] };
  }

  #keyword(keyword: string, value: JsonValue): JsonValue | undefined {
    switch (keyword) {
      case 'type':
        return this.#rules.detected === undefined ? value : orNull(value);
      case 'required':
        return this.#names(value);
      case 'properties':
      case 'dependentRequired':
      case 'dependentSchemas':
      case 'dependencies':
        return this.#byName(keyword, value);
      case 'const':
        return redactData(this.#rules, value).value;
      case 'enum':
        return Array.isArray(value) ? value.map((item) => redactData(this.#rules, item).value) : value;
      case 'format':
        // What a detector found in a string is replaced by words.
        if (this.#rules.detected !== undefined) return undefined;
        return typeof value === 'string' && FORMATS_KEPT.has(value) ? value : undefined;
      default:
        return mapSchemas(keyword, value, (inner) => this.schema(inner));
    }
  }

  /** What is left of `oneOf` and of `if`: at least one of the branches holds. */
  #alternatives(schema: JsonObject): JsonObject[] {
    const branches = [
      schema.oneOf,
      schema.if !== undefined ? [schema.then ?? true, schema.else ?? true] : undefined,
    ];
    return branches
      .filter((branch): branch is JsonValue[] => Array.isArray(branch))
      .map((branch) => ({ anyOf: mapSchemas('anyOf', branch, (inner) => this.schema(inner)) }));
  }

  #byName(keyword: string, value: JsonValue): JsonValue {
    if (!isJsonObject(value)) return value;
    const kept = Object.fromEntries(Object.entries(value).filter(([name]) => !this.#denied(name)));
    const loosened = mapSchemas(keyword, kept, (inner) => this.schema(inner));
    if (!isJsonObject(loosened)) return loosened;
    return Object.fromEntries(Object.entries(loosened).map(([name, inner]) => [name, this.#names(inner)]));
  }

  /** A list of names without the denied ones; anything else as it is. */
  #names(value: JsonValue): JsonValue {
    return Array.isArray(value)
      ? value.filter((name) => typeof name !== 'string' || !this.#denied(name))
      : value;
  }

  #denied(name: string): boolean {
    return this.#fields.label(name) !== undefined && this.#fields.change(name) === undefined;
  }
}
