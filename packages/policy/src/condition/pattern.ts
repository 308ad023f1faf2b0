/**
 * `matches` in linear time. The function of the CEL library runs on JavaScript's own regular
 * expressions, which a short hostile text can hold up for minutes; CEL asks for RE2
 * (cel-spec, "Standard Definitions", `matches`), so RE2 it is. Patterns are literals, compiled when
 * the policy loads.
 */
import { bounds } from '@remit/contracts';
import { RE2JS } from 're2js';

export class Patterns {
  readonly #compiled = new Map<string, RE2JS>();

  /** @throws where the pattern is not RE2 syntax; the message says why. */
  prepare(pattern: string): void {
    if (this.#compiled.has(pattern)) return;
    const compiled = RE2JS.compile(pattern);
    if (compiled.programSize() > bounds.condition_pattern_program_max)
      throw new Error(`it compiles to more than ${bounds.condition_pattern_program_max} instructions`);
    this.#compiled.set(pattern, compiled);
  }

  /** Instructions of these patterns together, which are prepared. */
  programOf(patterns: readonly { text: string }[]): number {
    return patterns.reduce((sum, { text }) => sum + (this.#compiled.get(text)?.programSize() ?? 0), 0);
  }

  /** True where some part of the text matches. */
  find(text: string, pattern: string): boolean {
    const compiled = this.#compiled.get(pattern);
    if (compiled === undefined) throw new Error(`pattern \`${pattern}\` was not prepared`);
    if (text.length > bounds.condition_match_characters_max) {
      throw new Error(
        `the text is longer than the ${bounds.condition_match_characters_max} characters that a pattern may look at`,
      );
    }
    return compiled.matcher(text).find();
  }
}
