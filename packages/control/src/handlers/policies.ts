import { formatDiff, type CompiledPolicy, type LoadResult } from '@remit/policy';
import type { documentsStates, policyRoutes, versionStates } from '../api/policies.ts';
import type { PolicyHolder } from '../ports.ts';
import { actorOf } from '../server/caller.ts';
import type { ControlDeps } from '../server/deps.ts';
import type { Call, Handlers } from './handler.ts';
import { present } from './present.ts';
import { toolDrift } from './tool-drift.ts';

export function policyHandlers(deps: ControlDeps): Handlers<keyof typeof policyRoutes> {
  const { policy, agents, explain } = deps;
  const decide =
    (verdict: 'approve' | 'reject') =>
    async ({ parameters: { version }, body, caller }: Call<'approvePolicy'>) => {
      await policy[verdict](version, actorOf(caller), body.note);
      return standing(policy);
    };
  return {
    showPolicy: () => {
      const { at, activated, diagnostics } = policy.lastLoad();
      return { ...standing(policy), last_load: { at, activated, diagnostics: [...diagnostics] } };
    },
    reloadPolicy: async ({ caller }) => loaded(policy, await policy.reload(actorOf(caller))),
    listPolicyVersions: async () => ({
      versions: (await policy.versions()).map((kept) => ({
        ...kept,
        state: stateOfVersion(policy, kept.version),
      })),
    }),
    showPolicyVersion: ({ parameters: { version } }) => describe(policy, version),
    approvePolicy: decide('approve'),
    rejectPolicy: decide('reject'),
    rollBackPolicy: async ({ parameters: { version }, caller }) => {
      await policy.rollBack(version, actorOf(caller));
      return standing(policy);
    },
    explainDecision: ({ body }) => {
      const question = { agent: body.agent, tool: body.tool, arguments: body.arguments ?? {} };
      const explanation = explain({ ...question, ...present({ user: body.user }) });
      return { agent: body.agent, ...present({ agent_status: agents.status(body.agent) }), ...explanation };
    },
    diffTools: () => ({ tools: toolDrift(deps) }),
    acceptTools: async ({ body, caller }) =>
      loaded(policy, await policy.acceptTools(body.tools, actorOf(caller))),
  };
}

export function summarize({ version, workspace, agents }: CompiledPolicy) {
  const { name, mode, environment, servers } = workspace;
  return {
    version,
    workspace: name,
    mode,
    agents: agents.size,
    servers: servers.size,
    ...present({ environment }),
  };
}

function standing(policy: PolicyHolder) {
  const { in_force } = policy.standing();
  return {
    active: summarize(policy.current()),
    documents: { state: stateOfDocuments(policy), ...present({ version: policy.documents() }) },
    candidates: candidates(policy),
    ...present({ in_force }),
  };
}

function candidates(policy: PolicyHolder) {
  return policy.standing().candidates.map(({ terms, proposed_by, approved_by, ...rest }) => ({
    ...rest,
    terms: { who: [...terms.who], count: terms.count },
    proposed_by: [...proposed_by],
    approved_by: [...approved_by],
  }));
}

/** What the documents on disk are to the policy that decides. */
export function stateOfDocuments(policy: PolicyHolder): (typeof documentsStates)[number] {
  const version = policy.documents();
  if (version === undefined) return 'invalid';
  if (version === policy.current().version) return 'in_force';
  return policy.standing().candidates.some((one) => one.version === version) ? 'waiting' : 'set_aside';
}

function stateOfVersion(policy: PolicyHolder, version: string): (typeof versionStates)[number] {
  const { in_force, set_aside } = policy.standing();
  if (version === in_force) return 'in_force';
  if (policy.standing().candidates.some((one) => one.version === version)) return 'waiting';
  return version === set_aside ? 'set_aside' : 'kept';
}

function loaded(policy: PolicyHolder, { policy: active, diagnostics }: LoadResult) {
  const waiting = stateOfDocuments(policy) === 'waiting' ? policy.documents() : undefined;
  return {
    active: active !== undefined,
    version: policy.current().version,
    diagnostics,
    ...present({ candidate: waiting }),
  };
}

async function describe(holder: PolicyHolder, version: string) {
  const { policy, documents, changes } = await holder.version(version);
  const candidate = candidates(holder).find((one) => one.version === version);
  return {
    version,
    state: stateOfVersion(holder, version),
    agents: policy.agents.size,
    servers: [...policy.workspace.servers.keys()],
    documents,
    changes: { ...changes },
    difference: formatDiff(changes),
    ...present({ candidate }),
  };
}
