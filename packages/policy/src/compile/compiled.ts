/** A compiled policy as this package sees it: the port's fields, and what `decide` needs. */
import { Fault } from '@remit/contracts';
import type { Sink, ToolsLock } from '@remit/contracts';
import type { AgentProfile, CompiledPolicy } from '../port.ts';
import type { DataClasses } from '../data/rules.ts';
import type { LockedTool } from '../names/tool.ts';
import type { AgentPolicy } from './agent.ts';

export interface CompiledParts {
  version: string;
  workspace: CompiledPolicy['workspace'];
  keepTier4Blocked: boolean;
  lock: ToolsLock | undefined;
  tools: ReadonlyMap<string, LockedTool>;
  agentPolicies: ReadonlyMap<string, AgentPolicy>;
  classes: DataClasses;
}

export class Compiled implements CompiledPolicy {
  readonly version: string;
  readonly workspace: CompiledPolicy['workspace'];
  readonly agents: ReadonlyMap<string, AgentProfile>;
  readonly lock: ToolsLock;
  /** False where there was no `tools.lock`: names were not checked, and no tool is known. */
  readonly locked: boolean;
  readonly keepTier4Blocked: boolean;
  readonly tools: ReadonlyMap<string, LockedTool>;
  readonly agentPolicies: ReadonlyMap<string, AgentPolicy>;
  readonly classes: DataClasses;
  /** Folded name of a person → groups that they are in. */
  readonly #groups: ReadonlyMap<string, readonly string[]>;

  constructor(parts: CompiledParts) {
    this.version = parts.version;
    this.workspace = parts.workspace;
    this.lock = parts.lock ?? { version: 1, servers: {} };
    this.locked = parts.lock !== undefined;
    this.keepTier4Blocked = parts.keepTier4Blocked;
    this.tools = parts.tools;
    this.agentPolicies = parts.agentPolicies;
    this.classes = parts.classes;
    this.agents = new Map([...parts.agentPolicies].map(([name, agent]) => [name, agent.profile]));
    this.#groups = groupsOfPeople(parts.workspace.groups);
  }

  /** The groups of the workspace that list this person. */
  groupsOf(person: string): readonly string[] {
    return this.#groups.get(foldName(person)) ?? [];
  }

  /** A server's own environment, else the workspace's. */
  environmentOf(server: string): string | undefined {
    return this.workspace.servers.get(server)?.environment ?? this.workspace.environment;
  }

  /** Who sees what is sent to a server, where no tool says otherwise. */
  sinkOf(server: string): Sink {
    const { sink, trust } = this.workspace.servers.get(server) ?? {};
    return sink ?? (trust === 'trusted' || trust === 'internal' ? 'internal' : 'external');
  }

  /** The first step of adoption: servers, observe mode, and no agent documents (policy.md, "Observe mode"). */
  get observesEveryone(): boolean {
    return this.agents.size === 0 && this.workspace.servers.size > 0 && this.workspace.mode === 'observe';
  }
}

/** @throws Fault `not_a_policy` for an object that `loadWorkspace` did not make. */
export function internals(policy: CompiledPolicy): Compiled {
  if (policy instanceof Compiled) return policy;
  throw new Fault('not_a_policy', 'the policy was not made by `loadWorkspace`', {
    remedy: 'load it with `loadWorkspace`',
  });
}

function groupsOfPeople(groups: ReadonlyMap<string, readonly string[]>): Map<string, string[]> {
  const byPerson = new Map<string, string[]>();
  for (const [group, people] of groups) {
    for (const person of new Set(people.map(foldName)))
      byPerson.set(person, [...(byPerson.get(person) ?? []), group]);
  }
  return byPerson;
}

/** Spellings that people would take for one name are one name: width, compatibility forms, case. */
function foldName(name: string): string {
  return name.normalize('NFKC').toLowerCase().normalize('NFC');
}
