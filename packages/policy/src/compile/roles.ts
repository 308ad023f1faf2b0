/** Which roles an agent has, with all that those inherit. */
import { meant } from '../document/meant.ts';
import type { Findings } from '../diagnostics.ts';
import type { Word } from '../document/reading.ts';
import type { AgentDocument, RoleDocument } from '../document/remit.ts';

export class Roles {
  readonly #roles: ReadonlyMap<string, RoleDocument>;
  readonly #findings: Findings;

  constructor(roles: ReadonlyMap<string, RoleDocument>, findings: Findings) {
    this.#roles = roles;
    this.#findings = findings;
    for (const role of roles.values()) this.#checkInheritance(role);
  }

  /** Each role once. A role without a document is reported. */
  of(agent: AgentDocument): RoleDocument[] {
    const found = new Map<string, RoleDocument>();
    for (const word of agent.roles) {
      if (this.#roles.size === 0) this.#noRoles(word);
      else this.#collect(word, found);
    }
    return [...found.values()];
  }

  #collect(word: Word, found: Map<string, RoleDocument>): void {
    const role = this.#roles.get(word.text);
    if (role === undefined) return this.#unknown(word);
    if (found.has(role.name.text)) return;
    found.set(role.name.text, role);
    for (const inherited of role.inherit)
      if (this.#roles.has(inherited.text)) this.#collect(inherited, found);
  }

  /** Where no role is defined at all, the word cannot be a slip for one: it is only a label. */
  #noRoles(word: Word): void {
    const message = `role \`${word.text}\` has no document, so it gives and forbids nothing`;
    this.#findings.note(
      'role_without_document',
      message,
      word.spot,
      `define it with a document \`role: ${word.text}\``,
    );
  }

  #unknown(word: Word): void {
    const remedy = meant(word.text, this.#roles.keys()) ?? `define it with a document \`role: ${word.text}\``;
    this.#findings.error('unknown_role', `there is no role \`${word.text}\``, word.spot, remedy);
  }

  #checkInheritance(role: RoleDocument): void {
    for (const word of role.inherit) {
      if (!this.#roles.has(word.text)) this.#unknown(word);
      else if (this.#reaches(word.text, role.name.text, new Set())) {
        this.#findings.error(
          'role_cycle',
          `role \`${role.name.text}\` inherits itself through \`${word.text}\``,
          word.spot,
        );
      }
    }
  }

  #reaches(from: string, goal: string, seen: Set<string>): boolean {
    if (from === goal) return true;
    if (seen.has(from)) return false;
    seen.add(from);
    return (this.#roles.get(from)?.inherit ?? []).some((word) => this.#reaches(word.text, goal, seen));
  }
}
