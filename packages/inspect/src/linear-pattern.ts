/**
 * `pattern` and `patternProperties` through RE2 (re2js), so that no pattern of a schema can take more
 * than linear time. RE2 has no lookahead; the usual one, at the very start of an anchored pattern
 * (`^(?!.*\.\.)(?=.*\d)…$`), is a conjunction of patterns and is checked as such.
 */
import { bounds } from '@remit/contracts';
import { RE2JS } from 're2js';
import { unusable } from './schema-bounds.ts';

export interface LinearPattern {
  test(text: string): boolean;
  /** Instructions that one character may cost. */
  readonly size: number;
}

/** @throws Fault `schema_unusable` for a pattern that RE2 cannot express, or that is too large. */
export function linearPattern(source: string): LinearPattern {
  if (source.length > bounds.schema_pattern_length_max) {
    throw unusable(`a pattern is longer than ${bounds.schema_pattern_length_max} characters`);
  }
  const { conditions, rest } = leadingLookaheads(source);
  const patterns = [...conditions, { source: rest, wanted: true }].map(({ source: part, wanted }) => ({
    compiled: compile(part, source),
    wanted,
  }));
  return {
    size: patterns.reduce((sum, { compiled }) => sum + compiled.programSize(), 0),
    test: (text) => patterns.every(({ compiled, wanted }) => compiled.test(text) === wanted),
  };
}

function compile(part: string, whole: string): RE2JS {
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(RE2JS.translateRegExp(part));
  } catch (cause) {
    throw unusable(`its pattern \`${whole}\` cannot be matched in linear time`, cause);
  }
  if (compiled.programSize() > bounds.schema_pattern_program_max)
    throw unusable(`its pattern \`${whole}\` is too large`);
  return compiled;
}

interface Condition {
  source: string;
  wanted: boolean;
}

/** `^(?=A)(?!B)C` matches where `^A` and `^C` do and `^B` does not. */
function leadingLookaheads(source: string): { conditions: Condition[]; rest: string } {
  const conditions: Condition[] = [];
  let rest = source;
  while (rest.startsWith('^(?=') || rest.startsWith('^(?!')) {
    const end = closingParenthesis(rest, 1);
    // An alternative after it, outside of groups, is not bound by the lookahead.
    if (end === -1 || hasOuterAlternative(rest, end + 1)) break;
    conditions.push({ source: `^(?:${rest.slice(4, end)})`, wanted: rest[3] === '=' });
    rest = `^${rest.slice(end + 1)}`;
  }
  return { conditions, rest };
}

function closingParenthesis(source: string, open: number): number {
  let depth = 0;
  for (const { at, character } of unescaped(source, open)) {
    if (character === '(') depth++;
    if (character === ')' && --depth === 0) return at;
  }
  return -1;
}

function hasOuterAlternative(source: string, from: number): boolean {
  let depth = 0;
  for (const { character } of unescaped(source, from)) {
    if (character === '(') depth++;
    else if (character === ')') depth--;
    else if (character === '|' && depth === 0) return true;
  }
  return false;
}

/** Characters that are neither escaped nor in a character class. */
function* unescaped(source: string, from: number): Generator<{ at: number; character: string }> {
  let inClass = false;
  for (let at = from; at < source.length; at++) {
    const character = source.charAt(at);
    if (character === '\\') at++;
    else if (inClass) inClass = character !== ']';
    else if (character === '[') inClass = true;
    else yield { at, character };
  }
}
