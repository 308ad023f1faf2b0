/** Credentials of upstream servers. A value goes in and is put in at the last hop; nobody reads it back. */
import { Fault } from '@remit/contracts';
import type { Recording } from '../administrative-record.ts';
import type { Changes } from '../changes.ts';
import type { Actor } from '../ports.ts';
import type { Store } from '../store/database.ts';
import type { Sealer } from './seal.ts';

export interface Credential {
  name: string;
  /** RFC 3339. */
  set_at: string;
}

/** For the gateway alone, which puts the value in where server settings say `secret:NAME`. */
export interface Credentials {
  /** @throws Fault `credential_not_found`, `credential_unreadable` */
  resolve(name: string): string;
}

export interface VaultDeps extends Recording {
  store: Store;
  changes: Changes;
  sealer: Sealer;
}

interface Kept extends Credential {
  sealed: Uint8Array;
}

export class Vault implements Credentials {
  readonly #deps: VaultDeps;
  /** Sealed also in memory: a heap dump shows no value that is not in use. */
  readonly #kept = new Map<string, Kept>();

  private constructor(deps: VaultDeps) {
    this.#deps = deps;
  }

  static async open(deps: VaultDeps): Promise<Vault> {
    const vault = new Vault(deps);
    for (const row of await deps.store.selectFrom('credentials').selectAll().execute())
      vault.#kept.set(row.name, row);
    return vault;
  }

  resolve(name: string): string {
    return this.#deps.sealer.open(name, this.#find(name).sealed);
  }

  /** By name, without values. */
  list(): Credential[] {
    return [...this.#kept.values()]
      .map(({ name, set_at }) => ({ name, set_at }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  set(name: string, value: string, by: Actor): Promise<Credential> {
    const { changes, sealer, clock } = this.#deps;
    return changes.make(by, () => {
      const kept = { name, sealed: sealer.seal(name, value), set_at: new Date(clock.now()).toISOString() };
      const { sealed, set_at } = kept;
      return {
        events: [{ event: 'credential_set', meta: { credential: name, replaced: this.#kept.has(name) } }],
        store: (transaction) =>
          transaction
            .insertInto('credentials')
            .values(kept)
            .onConflict((conflict) => conflict.column('name').doUpdateSet({ sealed, set_at }))
            .execute(),
        apply: () => {
          this.#kept.set(name, kept);
          return { name, set_at };
        },
      };
    });
  }

  /** @throws Fault `credential_not_found` */
  remove(name: string, by: Actor): Promise<void> {
    return this.#deps.changes.make(by, () => {
      this.#find(name);
      return {
        events: [{ event: 'credential_removed', meta: { credential: name } }],
        store: (transaction) => transaction.deleteFrom('credentials').where('name', '=', name).execute(),
        apply: () => void this.#kept.delete(name),
      };
    });
  }

  #find(name: string): Kept {
    const kept = this.#kept.get(name);
    if (kept) return kept;
    throw new Fault('credential_not_found', `There is no credential \`${name}\`.`, {
      remedy: `Set it with \`remit credentials set ${name}\`, the value from stdin.`,
    });
  }
}
