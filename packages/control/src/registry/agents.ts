/**
 * The registry of agents: keys and states. In memory, so that identifying an agent costs no I/O;
 * loaded from the store and written through.
 */
import { bounds, Fault, type RecordMeta } from '@remit/contracts';
import type { AgentDirectory, AgentIdentity, AgentStatus } from '@remit/enforce';
import type { CompiledPolicy } from '@remit/policy';
import type { Transaction } from 'kysely';
import type { Recording } from '../administrative-record.ts';
import type { Changes, Step, Unchanged } from '../changes.ts';
import type { Actor } from '../ports.ts';
import type { Store } from '../store/database.ts';
import type { Tables } from '../store/tables.ts';
import { agentKeyPrefix, looksLikeSecret, newSecret, secretDigest } from './secret.ts';
import { nextStatus, type StatusChange } from './states.ts';

export interface RegisteredAgent {
  name: string;
  status: AgentStatus;
  /** RFC 3339. */
  registered_at: string;
  keys: readonly { id: string; issued_at: string }[];
}

export interface AgentRegistryDeps extends Recording {
  store: Store;
  changes: Changes;
}

type AgentRow = Tables['agents'];

export class AgentRegistry implements AgentDirectory {
  readonly #deps: AgentRegistryDeps;
  readonly #agents = new Map<string, RegisteredAgent>();
  readonly #byDigest = new Map<string, AgentIdentity>();

  private constructor(deps: AgentRegistryDeps) {
    this.#deps = deps;
  }

  static async open(deps: AgentRegistryDeps): Promise<AgentRegistry> {
    const registry = new AgentRegistry(deps);
    for (const row of await deps.store.selectFrom('agents').selectAll().execute()) {
      registry.#agents.set(row.name, { ...row, keys: [] });
    }
    for (const row of await deps.store.selectFrom('agent_keys').selectAll().orderBy('issued_at').execute()) {
      registry.#holdKey(row.agent, row.id, row.issued_at, row.digest);
    }
    return registry;
  }

  authenticate(key: string): AgentIdentity | undefined {
    return looksLikeSecret(key, agentKeyPrefix) ? this.#byDigest.get(secretDigest(key)) : undefined;
  }

  holds({ agent, key_id }: AgentIdentity): boolean {
    return this.#agents.get(agent)?.keys.some(({ id }) => id === key_id) ?? false;
  }

  status(agent: string): AgentStatus | undefined {
    return this.#agents.get(agent)?.status;
  }

  /** By name. */
  list(): RegisteredAgent[] {
    return [...this.#agents.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** @throws Fault `agent_not_found` */
  find(name: string): RegisteredAgent {
    const agent = this.#agents.get(name);
    if (agent) return agent;
    throw new Fault('agent_not_found', `There is no agent \`${name}\`.`, {
      remedy: 'See the agents with `remit agents list`.',
    });
  }

  /** Registers every agent that the policy names and nobody registered yet; call it before activation. */
  async registerPolicy(policy: CompiledPolicy, by: Actor): Promise<void> {
    const names = [...policy.agents.keys()];
    for (let start = 0; start < names.length; start += bounds.agents_registered_at_once) {
      const batch = names.slice(start, start + bounds.agents_registered_at_once);
      await this.#deps.changes.make(by, () => this.#registerUnknown(batch, policy.version));
    }
  }

  /** @throws Fault `agent_exists` */
  async add(name: string, by: Actor): Promise<RegisteredAgent> {
    await this.#deps.changes.make(by, () => {
      if (this.#agents.has(name)) throw new Fault('agent_exists', `Agent \`${name}\` is registered already.`);
      return this.#registration([name], {});
    });
    return this.find(name);
  }

  /** The key is in the answer and nowhere else. @throws Fault `agent_not_found`, `agent_retired` */
  issueKey(name: string, by: Actor): Promise<{ agent: string; key: string; key_id: string }> {
    const { changes, newId } = this.#deps;
    return changes.make(by, () => {
      if (this.find(name).status === 'retired') throw retired(name);
      const [key, key_id, issued_at] = [newSecret(agentKeyPrefix), newId('key'), this.#now()];
      const digest = secretDigest(key);
      return {
        events: [{ event: 'agent_key_issued', meta: { agent: name, key_id } }],
        store: (transaction) =>
          transaction
            .insertInto('agent_keys')
            .values({ id: key_id, agent: name, digest, issued_at })
            .execute(),
        apply: () => {
          this.#holdKey(name, key_id, issued_at, digest);
          return { agent: name, key, key_id };
        },
      };
    });
  }

  /** @throws Fault `agent_not_found`, `key_not_found` */
  revokeKey(name: string, key_id: string, by: Actor): Promise<void> {
    return this.#deps.changes.make(by, () => {
      if (!this.find(name).keys.some((key) => key.id === key_id)) {
        throw new Fault('key_not_found', `Agent \`${name}\` has no key \`${key_id}\`.`, {
          remedy: 'See its keys with `remit agents show`.',
        });
      }
      return {
        events: [{ event: 'agent_key_revoked', meta: { agent: name, key_id } }],
        store: (transaction) => transaction.deleteFrom('agent_keys').where('id', '=', key_id).execute(),
        apply: () => this.#dropKeys(name, (id) => id === key_id),
      };
    });
  }

  /** In effect for the agent's next call. @throws Fault `agent_not_found`, `agent_retired` */
  changeStatus(
    name: string,
    change: StatusChange,
    reason: string | undefined,
    by: Actor,
  ): Promise<RegisteredAgent> {
    return this.#deps.changes.make(by, (): Step<RegisteredAgent> | Unchanged<RegisteredAgent> => {
      const agent = this.find(name);
      if (agent.status === 'retired' && change !== 'retire') throw retired(name);
      const { status, event } = nextStatus(change);
      if (agent.status === status) return { unchanged: agent };
      return {
        events: [{ event, meta: { agent: name }, ...(reason !== undefined && { payload: { reason } }) }],
        store: (transaction) => storeStatus(transaction, name, status),
        apply: () => this.#applyStatus(agent, status),
      };
    });
  }

  #registerUnknown(names: readonly string[], policy_version: string): Step<void> | Unchanged<void> {
    const unknown = names.filter((name) => !this.#agents.has(name));
    return unknown.length === 0 ? { unchanged: undefined } : this.#registration(unknown, { policy_version });
  }

  #registration(names: readonly string[], meta: RecordMeta): Step<void> {
    const rows = names.map((name) => ({ name, status: 'active', registered_at: this.#now() }) as const);
    return {
      events: names.map((name) => ({ event: 'agent_registered', meta: { agent: name, ...meta } })),
      store: (transaction) => insert(transaction, rows),
      apply: () => rows.forEach((row) => this.#hold({ ...row, keys: [] })),
    };
  }

  #applyStatus(agent: RegisteredAgent, status: AgentStatus): RegisteredAgent {
    if (status === 'retired') this.#dropKeys(agent.name, () => true);
    return this.#hold({ ...this.find(agent.name), status });
  }

  #hold(agent: RegisteredAgent): RegisteredAgent {
    this.#agents.set(agent.name, agent);
    return agent;
  }

  #holdKey(name: string, id: string, issued_at: string, digest: string): void {
    const agent = this.find(name);
    this.#hold({ ...agent, keys: [...agent.keys, { id, issued_at }] });
    this.#byDigest.set(digest, { agent: name, key_id: id });
  }

  #dropKeys(name: string, drop: (id: string) => boolean): void {
    const agent = this.find(name);
    for (const [digest, identity] of this.#byDigest) {
      if (identity.agent === name && drop(identity.key_id)) this.#byDigest.delete(digest);
    }
    this.#hold({ ...agent, keys: agent.keys.filter((key) => !drop(key.id)) });
  }

  #now(): string {
    return new Date(this.#deps.clock.now()).toISOString();
  }
}

async function insert(transaction: Transaction<Tables>, rows: readonly AgentRow[]): Promise<void> {
  for (const row of rows) await transaction.insertInto('agents').values(row).execute();
}

async function storeStatus(
  transaction: Transaction<Tables>,
  name: string,
  status: AgentStatus,
): Promise<void> {
  await transaction.updateTable('agents').set({ status }).where('name', '=', name).execute();
  if (status === 'retired') await transaction.deleteFrom('agent_keys').where('agent', '=', name).execute();
}

function retired(name: string): Fault {
  return new Fault('agent_retired', `Agent \`${name}\` is retired, which cannot be undone.`, {
    remedy: 'Register an agent under another name.',
  });
}
