import { Fault } from '@remit/contracts';
import type { CompiledPolicy } from '@remit/policy';
import type { Agent, agentRoutes } from '../api/agents.ts';
import { actorOf } from '../server/caller.ts';
import type { ControlDeps } from '../server/deps.ts';
import type { RegisteredAgent } from '../registry/agents.ts';
import type { StatusChange } from '../registry/states.ts';
import type { Call, Handlers } from './handler.ts';
import { present } from './present.ts';

export function agentHandlers({ agents, policy }: ControlDeps): Handlers<keyof typeof agentRoutes> {
  const show = (agent: RegisteredAgent): Agent => describe(agent, policy.current());
  const change =
    (to: StatusChange) =>
    async ({ parameters, body, caller }: Call<'suspendAgent'>) =>
      show(await agents.changeStatus(parameters.name, to, body.reason, actorOf(caller)));
  return {
    listAgents: () => ({ agents: agents.list().map(show) }),
    showAgent: ({ parameters }) => show(agents.find(parameters.name)),
    addAgent: async ({ body, caller }) => {
      requireFirstStep(policy.current());
      return show(await agents.add(body.name, actorOf(caller)));
    },
    issueAgentKey: ({ parameters, caller }) => agents.issueKey(parameters.name, actorOf(caller)),
    revokeAgentKey: ({ parameters, caller }) =>
      agents.revokeKey(parameters.name, parameters.key_id, actorOf(caller)),
    suspendAgent: change('suspend'),
    resumeAgent: change('resume'),
    quarantineAgent: change('quarantine'),
    retireAgent: change('retire'),
  };
}

/** The registry's side and policy's side of one agent. */
function describe(agent: RegisteredAgent, policy: CompiledPolicy): Agent {
  const profile = policy.agents.get(agent.name);
  const { owner, team, purpose, risk, mode, place } = profile ?? {};
  return {
    ...agent,
    keys: [...agent.keys],
    in_policy: profile !== undefined,
    ...present({ owner, team, purpose, risk, mode, place }),
  };
}

/** policy.md "Observe mode": only a workspace that does not name its agents takes others. */
function requireFirstStep({ workspace, agents }: CompiledPolicy): void {
  if (workspace.mode === 'observe' && agents.size === 0) return;
  throw new Fault(
    'agent_not_in_policy',
    'The policy names the agents of this workspace, so one that it does not name could do nothing.',
    {
      remedy: 'Write an `agent:` document for it; loading the policy registers it.',
    },
  );
}
