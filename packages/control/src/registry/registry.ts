/** Agents, people and credentials over one database; opened before the policy, whose loading registers agents. */
import { Changes, type ChangesDeps } from '../changes.ts';
import { sealer } from '../credentials/seal.ts';
import { Vault } from '../credentials/vault.ts';
import { openStore } from '../store/database.ts';
import { AgentRegistry } from './agents.ts';
import { PeopleRegistry } from './people.ts';

export interface Registry {
  agents: AgentRegistry;
  people: PeopleRegistry;
  credentials: Vault;
  close(): Promise<void>;
}

export interface RegistryOptions extends Omit<ChangesDeps, 'store'> {
  /** Path of the SQLite file; made where there is none. */
  file: string;
  /** 32 random bytes, kept apart from the file. */
  workspaceKey: Uint8Array;
}

/** @throws Fault `store_unavailable` */
export async function openRegistry({ file, workspaceKey, ...recording }: RegistryOptions): Promise<Registry> {
  const store = await openStore(file);
  try {
    const changes = await Changes.open({ ...recording, store });
    const deps = { ...recording, store, changes };
    return {
      agents: await AgentRegistry.open(deps),
      people: await PeopleRegistry.open(deps),
      credentials: await Vault.open({ ...deps, sealer: sealer(workspaceKey) }),
      close: () => store.destroy(),
    };
  } catch (error) {
    await store.destroy();
    throw error;
  }
}
