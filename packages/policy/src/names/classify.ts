/**
 * What a tool does, guessed from its name, description and schema, where nobody has said it. A guess
 * is shown for review, and never makes a decision milder: what is in doubt counts as a change.
 */
import { foldFieldName, isJsonObject, sensitivities } from '@remit/contracts';
import type { JsonValue, Sensitivity, ToolDefinition } from '@remit/contracts';
import { sensitivityOfField } from '../data/classes.ts';

import type { ToolEffect } from '../document/tools.ts';
import {
  changeArguments,
  changingVerbs,
  destructiveVerbs,
  determiners,
  lightVerbs,
  moneyVerbs,
  outsideNouns,
  outwardVerbs,
  programArguments,
  readingObjects,
  readingVerbs,
} from './lexicon.ts';

export interface Guess {
  effect: ToolEffect;
  external: boolean;
  reversible: boolean;
  /** Undefined where no argument or answer has the name of a known class of data. */
  sensitivity: Sensitivity | undefined;
}

type Kind = 'read' | 'change' | 'destroy' | 'outward';

/** Characters of a description that are read; what matters stands at its beginning. */
const DESCRIPTION_LENGTH_MAX = 2000;
const SCHEMA_DEPTH_MAX = 6;
const SCHEMA_FIELDS_MAX = 500;

/** The same definition gives the same guess; texts in it are only compared with word lists. */
export function guess(definition: ToolDefinition): Guess {
  const description = (definition.description ?? '').slice(0, DESCRIPTION_LENGTH_MAX);
  const args = argumentsOf(definition);
  const effect = effectOf(definition.name, description, args);
  const fields = [definition.inputSchema, definition.outputSchema ?? {}].flatMap(fieldsOf);
  return {
    effect,
    external: effect === 'external' || reachesOut(definition.name, args),
    reversible: effect === 'read' || (effect === 'write' && !isFinal(definition.name, description)),
    sensitivity: mostSensitive(fields),
  };
}

function isFinal(name: string, description: string): boolean {
  return FINAL.test(description) || wordsOf(name).some((word) => moneyVerbs.has(word));
}

/** Names of the tool's own arguments, in lower case. */
function argumentsOf({ inputSchema }: ToolDefinition): string[] {
  const { properties } = inputSchema;
  return isJsonObject(properties) ? Object.keys(properties).map((name) => name.toLowerCase()) : [];
}

const FINAL =
  /\b(?:permanent(?:ly)?|irreversibl[ey]|(?:cannot|can't|can not) be (?:undone|reversed|recovered))\b/i;
const TAKES_AWAY = /\b(?:destructive|overwrit(?:e|es|ing)|wipes?|deletes? all|removes? all)\b/i;
const READ_ONLY = /\bread[- ]only\b|\bdoes not (?:modify|change)\b|\bwithout (?:modifying|changing)\b/i;
const NEGATED = /\b(?:non|not|never|without|un)[- ]?(?:destructive|overwrit\w*)\b/gi;

function effectOf(name: string, description: string, args: readonly string[]): ToolEffect {
  const named = wordsOf(name).flatMap((word) => kindOf(word) ?? []);
  const told = kindsTold(description);
  const takesAway = TAKES_AWAY.test(description.replaceAll(NEGATED, ''));
  const kinds = [...(named.length > 0 ? strictestNamed(named) : []), ...told];
  if (args.some((name) => programArguments.has(name)) && !READ_ONLY.test(description)) kinds.push('destroy');
  if (kinds.includes('destroy') || takesAway || FINAL.test(description)) return 'destructive';
  if (kinds.includes('outward')) return 'external';
  if (args.some((name) => changeArguments.has(name))) return 'write';
  return isReading(kinds) ? 'read' : 'write';
}

function isReading(kinds: readonly Kind[]): boolean {
  return kinds.length > 0 && kinds.every((kind) => kind === 'read');
}

/**
 * A name says what it does with its first verb (`get_update_status` gets); what destroys counts
 * wherever it stands (`bulk_user_delete`).
 */
function strictestNamed(kinds: readonly Kind[]): Kind[] {
  if (kinds[0] === 'read') return ['read'];
  return kinds.includes('destroy') ? ['destroy'] : [kinds[0]!];
}

function kindOf(word: string): Kind | undefined {
  if (readingVerbs.has(word)) return 'read';
  if (destructiveVerbs.has(word)) return 'destroy';
  if (outwardVerbs.has(word)) return 'outward';
  return changingVerbs.has(word) || moneyVerbs.has(word) ? 'change' : undefined;
}

/** `kubectlGet_pods-v2` → kubectl, get, pods, v2. */
function wordsOf(name: string): string[] {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
}

/**
 * Verbs with which clauses of the first sentence begin: "List, create, or delete a branch." That a
 * later clause reads says something only where no other verb does.
 */
function kindsTold(description: string): Kind[] {
  const [sentence = '', ...later] = sentencesOf(description);
  const clauses = clausesOf(sentence);
  const kinds = later.flatMap(kindsAdded);
  const readings: Kind[] = [];
  let enumerates = true;
  for (const [at, [first = '', next = '', ...rest]] of clauses.entries()) {
    const kind = kindOfVerb(infinitive(first), [next, ...rest]);
    const isVerb = at === 0 || enumerates || determiners.has(next);
    if (kind !== undefined && isVerb && (at === 0 || kind !== 'read')) kinds.push(kind);
    else if (kind === 'read') readings.push(kind);
    enumerates &&= next === '';
  }
  return kinds.length > 0 ? kinds : readings;
}

function sentencesOf(description: string): string[] {
  return description
    .replaceAll(/\s+/g, ' ')
    .trim()
    .split(/(?<=[.!?])\s/);
}

/** "Deletes the old ones." tells what the tool does as well; "Delete them first." speaks to its user. */
function kindsAdded(sentence: string): Kind[] {
  const [, verb = ''] = /^([A-Z][a-z]+s)\s/.exec(sentence) ?? [];
  const kind = kindOf(infinitive(verb.toLowerCase()));
  return kind === 'destroy' || kind === 'outward' ? [kind] : [];
}

/** The words of each clause; without what stands in brackets. */
function clausesOf(sentence: string): string[][] {
  return sentence
    .slice(0, 400)
    .toLowerCase()
    .replaceAll(/\([^()]*\)/g, ' ')
    .split(/[,;:|]|\s(?:and|or|then|to)\s|\s[–—-]\s/)
    .map((clause) => clause.trim().replace(/^(?:(?:and|or|then|to|[a-z]+ly)\s)+/, ''))
    .map((clause) => clause.split(/[^a-z]+/).filter((word) => word !== ''));
}

function kindOfVerb(verb: string, object: readonly string[]): Kind | undefined {
  const light = lightVerbs.has(verb);
  return light && object.slice(0, 5).some((word) => readingObjects.has(word)) ? undefined : kindOf(verb);
}

/** `deletes` → delete, `fetches` → fetch, `copies` → copy; other words stay. */
function infinitive(word: string): string {
  if (kindOf(word) !== undefined) return word;
  const candidates = [word.replace(/s$/, ''), word.replace(/es$/, ''), word.replace(/ies$/, 'y')];
  return candidates.find((candidate) => kindOf(candidate) !== undefined) ?? word;
}

function reachesOut(name: string, args: readonly string[]): boolean {
  return [...wordsOf(name), ...args.flatMap(wordsOf)].some((word) => outsideNouns.has(word));
}

/** Names of the properties anywhere in a schema, in lower case; bounded. */
function fieldsOf(schema: JsonValue): string[] {
  const fields: string[] = [];
  const visit = (value: JsonValue, depth: number): void => {
    if (depth > SCHEMA_DEPTH_MAX || fields.length >= SCHEMA_FIELDS_MAX) return;
    if (Array.isArray(value)) return value.forEach((item) => visit(item, depth + 1));
    if (!isJsonObject(value)) return;
    const { properties } = value;
    if (isJsonObject(properties)) fields.push(...Object.keys(properties).map((name) => name.toLowerCase()));
    for (const inner of Object.values(value)) visit(inner, depth + 1);
  };
  visit(schema, 0);
  return fields.slice(0, SCHEMA_FIELDS_MAX);
}

function mostSensitive(fields: readonly string[]): Sensitivity | undefined {
  const ranks = fields.map((field) => sensitivityOfField(foldFieldName(field)));
  return sensitivities.findLast((sensitivity) => ranks.includes(sensitivity));
}
