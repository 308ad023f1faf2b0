/** People: who may look, approve and administer. In memory, loaded from the store and written through. */
import { Fault } from '@remit/contracts';
import type { Recording } from '../administrative-record.ts';
import type { Changes } from '../changes.ts';
import { administratorsGroup, viewersGroup, type Person } from '../api/people.ts';
import type { Actor } from '../ports.ts';
import type { Store } from '../store/database.ts';
import { looksLikeSecret, newSecret, personTokenPrefix, secretDigest } from './secret.ts';

export interface PeopleRegistryDeps extends Recording {
  store: Store;
  changes: Changes;
}

export class PeopleRegistry {
  readonly #deps: PeopleRegistryDeps;
  readonly #byId = new Map<string, Person>();
  readonly #byDigest = new Map<string, Person>();

  private constructor(deps: PeopleRegistryDeps) {
    this.#deps = deps;
  }

  /** @throws Fault `store_unavailable` where a row cannot be read. */
  static async open(deps: PeopleRegistryDeps): Promise<PeopleRegistry> {
    const registry = new PeopleRegistry(deps);
    for (const row of await deps.store.selectFrom('people').selectAll().execute()) {
      const { id, name, added_at } = row;
      const groups = JSON.parse(row.groups) as string[];
      registry.#hold({ id, name, groups, added_at }, row.token_digest);
    }
    return registry;
  }

  authenticate(token: string): Person | undefined {
    return looksLikeSecret(token, personTokenPrefix) ? this.#byDigest.get(secretDigest(token)) : undefined;
  }

  /** By random id; undefined for one who is not, or no longer, registered. */
  get(id: string): Person | undefined {
    return this.#byId.get(id);
  }

  /** By name. */
  list(): Person[] {
    return [...this.#byId.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** The groups of the person of that name; none for one who is not registered. */
  groupsOf(name: string): readonly string[] {
    return this.#named(name)?.groups ?? [];
  }

  hasAdministrator(): boolean {
    return this.administrators().length > 0;
  }

  administrators(): Person[] {
    return [...this.#byId.values()].filter((person) => person.groups.includes(administratorsGroup));
  }

  /**
   * The token is in the answer and nowhere else.
   * @throws Fault `person_exists`, `groups_contradict`, `needs_administrator`
   */
  add(name: string, groups: readonly string[], by: Actor): Promise<Person & { token: string }> {
    const { changes, newId, clock } = this.#deps;
    return changes.make(by, () => {
      this.#mayChange(by);
      this.#refuseUnfit(name, groups);
      const person: Person = {
        id: newId('per'),
        name: name.normalize('NFC'),
        groups: [...new Set(groups)].sort(),
        added_at: new Date(clock.now()).toISOString(),
      };
      const token = newSecret(personTokenPrefix);
      const token_digest = secretDigest(token);
      const row = {
        ...person,
        folded_name: foldName(name),
        groups: JSON.stringify(person.groups),
        token_digest,
      };
      return {
        events: [
          {
            event: 'person_added',
            meta: { person: person.id, groups: person.groups },
            payload: { name: person.name },
          },
        ],
        store: (transaction) => transaction.insertInto('people').values(row).execute(),
        apply: () => {
          this.#hold(person, token_digest);
          return { ...person, token };
        },
      };
    });
  }

  /** @throws Fault `person_not_found`, `last_administrator`, `needs_administrator` */
  remove(name: string, by: Actor): Promise<void> {
    return this.#deps.changes.make(by, () => {
      this.#mayChange(by);
      const person = this.#named(name);
      if (!person) {
        throw new Fault('person_not_found', 'There is no person of that name.', {
          remedy: 'See the names with `remit people list`.',
        });
      }
      this.#keepLastAdministrator(person);
      return {
        events: [{ event: 'person_removed', meta: { person: person.id }, payload: { name: person.name } }],
        store: (transaction) => transaction.deleteFrom('people').where('id', '=', person.id).execute(),
        apply: () => this.#drop(person),
      };
    });
  }

  /** Asked again when the change's turn has come: an administrator may have been added or removed since. */
  #mayChange(by: Actor): void {
    const administrators = this.administrators();
    if (administrators.length === 0 || administrators.some((person) => person.id === by.id)) return;
    throw needsAdministrator();
  }

  #refuseUnfit(name: string, groups: readonly string[]): void {
    if (this.#named(name)) throw new Fault('person_exists', 'A person of that name is registered already.');
    if (groups.includes(viewersGroup) && groups.some((group) => group !== viewersGroup)) {
      throw new Fault(
        'groups_contradict',
        `Whoever is in \`${viewersGroup}\` may only look, so no other group goes with it.`,
        {
          remedy: `Leave out \`${viewersGroup}\`, or name it alone.`,
        },
      );
    }
  }

  #keepLastAdministrator(person: Person): void {
    const administrators = this.administrators();
    if (administrators.length !== 1 || administrators[0]?.id !== person.id) return;
    throw new Fault('last_administrator', 'This is the last administrator.', {
      remedy: `Add another person with the group \`${administratorsGroup}\` first.`,
    });
  }

  #named(name: string): Person | undefined {
    const folded = foldName(name);
    return [...this.#byId.values()].find((person) => foldName(person.name) === folded);
  }

  #hold(person: Person, digest: string): void {
    this.#byId.set(person.id, person);
    this.#byDigest.set(digest, person);
  }

  #drop(person: Person): void {
    this.#byId.delete(person.id);
    for (const [digest, holder] of this.#byDigest) if (holder.id === person.id) this.#byDigest.delete(digest);
  }
}

/** Two spellings that people would take for one name are one name: width, compatibility forms, case. */
export function foldName(name: string): string {
  return name.normalize('NFKC').toLowerCase().normalize('NFC');
}

export function needsAdministrator(): Fault {
  return new Fault('needs_administrator', 'Only an administrator may add or remove people.', {
    remedy: 'Use the token of a person in the group `administrators` (REMIT_TOKEN).',
  });
}
