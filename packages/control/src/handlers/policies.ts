import type { CompiledPolicy, LoadResult } from '@remit/policy';
import type { policyRoutes } from '../api/policies.ts';
import { actorOf } from '../server/caller.ts';
import type { ControlDeps } from '../server/deps.ts';
import type { Handlers } from './handler.ts';
import { present } from './present.ts';
import { toolDrift } from './tool-drift.ts';

export function policyHandlers(deps: ControlDeps): Handlers<keyof typeof policyRoutes> {
  const { policy, agents, explain } = deps;
  const loaded = ({ policy: active, diagnostics }: LoadResult) => ({
    active: active !== undefined,
    version: policy.current().version,
    diagnostics,
  });
  return {
    showPolicy: () => {
      const { at, activated, diagnostics } = policy.lastLoad();
      return {
        active: summarize(policy.current()),
        last_load: { at, activated, diagnostics: [...diagnostics] },
      };
    },
    reloadPolicy: async ({ caller }) => loaded(await policy.reload(actorOf(caller))),
    explainDecision: ({ body }) => {
      const question = { agent: body.agent, tool: body.tool, arguments: body.arguments ?? {} };
      const explanation = explain({ ...question, ...present({ user: body.user }) });
      return { agent: body.agent, ...present({ agent_status: agents.status(body.agent) }), ...explanation };
    },
    diffTools: () => ({ tools: toolDrift(deps) }),
    acceptTools: async ({ body, caller }) => loaded(await policy.acceptTools(body.tools, actorOf(caller))),
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
