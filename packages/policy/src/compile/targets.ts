/** Rules of one agent for one kind of thing, indexed by exact name. */
import { accessAreas } from '../document/access.ts';
import type { AccessArea } from '../document/access.ts';
import { globMatches, globsMeet } from '../names/glob.ts';
import type { Rule } from './rule.ts';

export type RuleIndexes = Readonly<Record<AccessArea, RuleIndex>>;

/** Rules of an agent, indexed for each area. */
export function indexesOf(rules: readonly Rule[]): RuleIndexes {
  const byArea = Map.groupBy(rules, (rule) => rule.area);
  const index = (area: AccessArea) => [area, new RuleIndex(byArea.get(area) ?? [])];
  return Object.fromEntries(accessAreas.map(index)) as RuleIndexes;
}

export class RuleIndex {
  readonly #exact = new Map<string, Rule[]>();
  readonly #globs: Rule[] = [];

  constructor(rules: readonly Rule[]) {
    for (const rule of rules) {
      if (rule.match.kind === 'glob') this.#globs.push(rule);
      if (rule.match.kind !== 'exact') continue;
      const known = this.#exact.get(rule.match.name);
      if (known === undefined) this.#exact.set(rule.match.name, [rule]);
      else known.push(rule);
    }
  }

  /** Rules that match, by one of the names that it goes by, or by a pattern. */
  matching(names: readonly string[], server: string, target: string): Rule[] {
    const exact = names.flatMap((name) => this.#exact.get(name) ?? []);
    return [
      ...exact,
      ...this.#globs.filter(
        ({ match }) =>
          match.kind === 'glob' && globMatches(match.server, server) && globMatches(match.target, target),
      ),
    ];
  }

  /** Rules that match something that the pattern matches too. */
  meeting(server: string, pattern: string): Rule[] {
    const exact = [...this.#exact]
      .filter(([name]) => globMatches(pattern, name))
      .flatMap(([, rules]) => rules);
    return [
      ...exact,
      ...this.#globs.filter(
        ({ match }) =>
          match.kind === 'glob' && globMatches(match.server, server) && globsMeet(match.target, pattern),
      ),
    ];
  }

  /** True where something of this server could match a rule that grants. */
  grantsOn(server: string): boolean {
    const grants = (rule: Rule): boolean => rule.says !== 'deny' && rule.says !== 'blocked';
    const exact = [...this.#exact].some(
      ([name, rules]) => rules.some(grants) && (name.startsWith(`${server}/`) || !name.includes('/')),
    );
    return (
      exact ||
      this.#globs.some(
        (rule) => grants(rule) && rule.match.kind === 'glob' && globMatches(rule.match.server, server),
      )
    );
  }
}
