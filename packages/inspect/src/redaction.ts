/** Takes denied fields out of results: what an upstream answered becomes what the agent may see. */
import { bounds, type DataRules, isJsonObject, type JsonObject, type JsonValue } from '@remit/contracts';
import { type DeniedFields, deniedFields, UNLISTED } from './denied-fields.ts';
import { pointerTo } from './json-pointer.ts';
import { changedValue, type Pseudonym } from './changed-value.ts';
import { NUMBER_MIN, type TextRules, textRules } from './text-rules.ts';
import { TOO_DEEP, withoutDeniedMembers } from './json-text.ts';

/** What was taken out under one label (the class or field that the policy names). */
export interface Removed {
  label: string;
  count: number;
  /** JSON pointers: of the removed member, or of the string that it was cut out of. Bounded. */
  pointers: string[];
}

export interface Redacted {
  /** The very same value where nothing was removed. */
  value: JsonValue;
  removed: Removed[];
}

/**
 * Removes denied fields from the result of a tool call, resource read, prompt or any other MCP
 * request: from `structuredContent` and other data by name, from text, embedded resources and strings
 * in data where they hold JSON text; and what the detectors of denied classes find in any text. Names of the protocol itself (`content`, `text`, `uri` …) stay,
 * whatever the rules say. Never throws; what is nested beyond `bounds.json_depth_max` is taken out.
 */
export function redactResult(rules: DataRules, result: JsonValue, pseudonym?: Pseudonym): Redacted {
  const redaction = Redaction.under(rules, pseudonym);
  if (redaction === undefined) return { value: result, removed: [] };
  return { value: redaction.envelope(result), removed: redaction.removed() };
}

/** The same for plain data, without any protocol around it. */
export function redactData(rules: DataRules, data: JsonValue, pseudonym?: Pseudonym): Redacted {
  const redaction = Redaction.under(rules, pseudonym);
  if (redaction === undefined) return { value: data, removed: [] };
  return { value: redaction.data(data), removed: redaction.removed() };
}

/** Keys of MCP results that hold further parts of the protocol (schema: `CallToolResult`, `PromptMessage` …). */
const PARTS = new Set(['content', 'contents', 'messages', 'resource']);

/** Keys of MCP results and content blocks themselves; their values are data. */
const PROTOCOL_NAMES = new Set(
  `_meta action annotations blob cacheScope code completion data description hasMore icons input inputRequests
  isError message mimeType model name nextCursor requestState resultType role size stopReason structuredContent
  text title toolUseId total ttlMs type uri values`.split(/\s+/),
);

/** Names of the protocol whose strings can hold anything. */
const FREE = new Set(['text', 'data', 'blob', 'message']);

/** Names of the protocol whose strings are handed back to the server, or name parts of the protocol. */
const OPAQUE = new Set(
  'cacheScope mimeType model nextCursor requestState resultType role stopReason toolUseId type'.split(' '),
);

const TEXTUAL = /^text\/|[/+](?:json|xml|yaml|x-ndjson|jsonl|javascript)\b/i;

class Redaction {
  readonly #fields: DeniedFields;
  readonly #path: (string | number)[] = [];
  readonly #removed = new Map<string, Removed>();
  readonly #found = (label: string): void => this.#note(label);
  readonly #texts: TextRules | undefined;
  readonly #pseudonym: Pseudonym | undefined;

  private constructor(fields: DeniedFields, texts: TextRules | undefined, pseudonym: Pseudonym | undefined) {
    this.#fields = fields;
    this.#texts = texts;
    this.#pseudonym = pseudonym;
  }

  /** Undefined where the rules ask for nothing. */
  static under(rules: DataRules, pseudonym: Pseudonym | undefined): Redaction | undefined {
    const fields = deniedFields(rules);
    const texts = textRules(rules);
    return fields.empty && texts === undefined ? undefined : new Redaction(fields, texts, pseudonym);
  }

  removed(): Removed[] {
    return [...this.#removed.values()];
  }

  /** A part of the protocol: its own names stay, what they hold is data. */
  envelope(value: JsonValue): JsonValue {
    if (typeof value !== 'object' || value === null) return this.data(value, '');
    if (this.#tooDeep()) return null;
    if (Array.isArray(value)) return this.#elements(value, (element) => this.envelope(element));
    return this.#members(
      value,
      (name, member) => {
        if (PARTS.has(name) && isPart(member)) return this.envelope(member);
        if (this.#fields.strict && FREE.has(name) && typeof member === 'string')
          return this.#free(name, member);
        if (name === 'blob' && typeof member === 'string') return this.#blob(member, value);
        if (OPAQUE.has(name) && typeof member === 'string') return this.#jsonText(member);
        return this.data(member, PROTOCOL_NAMES.has(name) ? '' : name);
      },
      PROTOCOL_NAMES,
    );
  }

  /** `field` is the name of the member that the value belongs to, itself or within lists. */
  data(value: JsonValue, field = ''): JsonValue {
    if (typeof value === 'string') return this.#text(value, field);
    if (typeof value === 'number')
      return this.#texts?.findsIn(value, field, this.#found) === true ? null : value;
    if (typeof value !== 'object' || value === null) return value;
    if (this.#tooDeep()) return null;
    if (Array.isArray(value)) return this.#elements(value, (element) => this.data(element, field));
    return this.#members(value, (name, member) => this.data(member, name));
  }

  /** Under a strict projection, text that is no JSON and bytes belong to no listed field. */
  #free(name: string, text: string): string {
    if (text === '' || (name !== 'blob' && hasMembersOnly(text))) return this.#text(text, '');
    this.#note(UNLISTED);
    return '';
  }

  #text(text: string, field: string): string {
    const kept = this.#jsonText(text);
    return this.#texts?.redacted(kept, field, this.#found, this.#pseudonym) ?? kept;
  }

  #jsonText(text: string): string {
    return withoutDeniedMembers(text, this.#fields, this.#found, this.#pseudonym);
  }

  /** Base64 (RFC 4648) of something that its media type calls text. */
  #blob(blob: string, { mimeType }: JsonObject): string {
    if (typeof mimeType !== 'string' || !TEXTUAL.test(mimeType)) return blob;
    const text = Buffer.from(blob, 'base64').toString('utf8');
    const kept = this.#text(text, '');
    return kept === text ? blob : Buffer.from(kept, 'utf8').toString('base64');
  }

  #elements(array: JsonValue[], redacted: (element: JsonValue) => JsonValue): JsonValue[] {
    let copy: JsonValue[] | undefined;
    for (let index = 0; index < array.length; index++) {
      const element = array[index] as JsonValue;
      if (typeof element === 'number' && (element < NUMBER_MIN || this.#texts === undefined)) continue;
      this.#path.push(index);
      const kept = redacted(element);
      this.#path.pop();
      if (kept === element) continue;
      copy ??= array.slice();
      copy[index] = kept;
    }
    return copy ?? array;
  }

  #members(
    object: JsonObject,
    redacted: (name: string, member: JsonValue) => JsonValue,
    stay?: ReadonlySet<string>,
  ): JsonObject {
    const names = Object.keys(object);
    let changed: Map<string, JsonValue | undefined> | undefined;
    for (const name of names) {
      const member = object[name] as JsonValue;
      const kept = this.#member(name, member, redacted, stay);
      if (kept === member) continue;
      changed ??= new Map();
      changed.set(name, kept);
    }
    return changed ? withChanges(object, names, changed) : object;
  }

  #member(
    name: string,
    member: JsonValue,
    redacted: (name: string, member: JsonValue) => JsonValue,
    stay: ReadonlySet<string> | undefined,
  ): JsonValue | undefined {
    const label = stay && (stay.has(name) || PARTS.has(name)) ? undefined : this.#fields.label(name);
    if (label === undefined && isPlainScalar(member)) return member;
    this.#path.push(name);
    if (label !== undefined) this.#note(label);
    const kept = label === undefined ? redacted(name, member) : this.#changed(name, member, label);
    this.#path.pop();
    return kept;
  }

  /** Only text can be changed; anything else of a class that the agent may not see as it is goes. */
  #changed(name: string, member: JsonValue, label: string): JsonValue | undefined {
    const change = this.#fields.change(name);
    if (change === undefined || typeof member !== 'string') return undefined;
    return changedValue(member, label, change, this.#pseudonym);
  }

  #tooDeep(): boolean {
    if (this.#path.length <= bounds.json_depth_max) return false;
    this.#note(TOO_DEEP);
    return true;
  }

  #note(label: string): void {
    let removed = this.#removed.get(label);
    if (!removed) this.#removed.set(label, (removed = { label, count: 0, pointers: [] }));
    removed.count++;
    if (removed.pointers.length >= bounds.removed_places_max) return;
    removed.pointers.push(this.#path.reduce<string>(pointerTo, ''));
  }
}

function isPlainScalar(member: JsonValue): boolean {
  return typeof member === 'boolean' || (typeof member === 'number' && member < NUMBER_MIN);
}

/** JSON in which every value belongs to a member: an object, or arrays of them. */
function hasMembersOnly(text: string): boolean {
  const belongs = (value: JsonValue): boolean =>
    Array.isArray(value) ? value.every(belongs) : isJsonObject(value);
  try {
    return belongs(JSON.parse(text) as JsonValue);
  } catch {
    return false; // no JSON, or nested deeper than can be looked at
  }
}

/** An elicitation's answer has its form's fields in `content`: that is data, no content block. */
function isPart(member: JsonValue): boolean {
  return Array.isArray(member) || (isJsonObject(member) && isBlock(member));
}

function isBlock(member: JsonObject): boolean {
  return typeof member.type === 'string' || typeof member.uri === 'string';
}

/** `Object.fromEntries` defines properties, so `__proto__` stays a plain name. */
function withChanges(
  object: JsonObject,
  names: string[],
  changed: ReadonlyMap<string, JsonValue | undefined>,
): JsonObject {
  const entries: [string, JsonValue][] = [];
  for (const name of names) {
    const member = changed.has(name) ? changed.get(name) : (object[name] as JsonValue);
    if (member !== undefined) entries.push([name, member]);
  }
  return Object.fromEntries(entries);
}
