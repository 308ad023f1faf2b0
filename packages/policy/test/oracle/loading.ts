/** Plain policies written down, loaded, and asked. */
import type { Decision, ToolsLock } from '@remit/contracts';
import { decide, loadWorkspace } from '@remit/policy';
import type { CompiledPolicy } from '@remit/policy';
import { active, call as actionOf, mustLoad, tool } from '../support-desk.ts';
import { written } from './expression.ts';
import { classes, tools } from './plain.ts';
import type { PlainCall, PlainPolicy } from './plain.ts';

const properties = { n: { type: 'integer' }, s: { type: 'string' } };

const lock: ToolsLock = {
  version: 1,
  servers: Object.fromEntries(
    ['crm', 'web'].map((server) => {
      const names = Object.keys(tools).filter((key) => key.startsWith(`${server}/`));
      return [server, { tools: names.map((key) => tool(key.slice(server.length + 1), { properties })) }];
    }),
  ),
};

/** The workspace document and all others, as values that YAML can hold. */
export function documentsOf({ mode, keep_tier_4_blocked, actions, documents }: PlainPolicy): object[] {
  const workspace = {
    workspace: 'w',
    mode,
    keep_tier_4_blocked,
    servers: { crm: { command: ['crm'] }, web: { command: ['web'] } },
    tools: Object.fromEntries(Object.entries(tools).map(([name, effect]) => [name, { effect }])),
    actions: Object.fromEntries(
      Object.entries(actions).map(([name, { tool: of, when }]) => [
        name,
        { tool: of, ...(when && { when: written(when) }) },
      ]),
    ),
    data: Object.fromEntries(Object.entries(classes).map(([name, fields]) => [name, { fields }])),
  };
  return [workspace, ...documents];
}

/** JSON is YAML; several documents in a file are set apart by `---`. */
export function textOf(values: readonly unknown[]): string {
  return values.map((value) => `---\n${JSON.stringify(value)}\n`).join('');
}

export function load(texts: readonly string[]): CompiledPolicy {
  const files = texts.map((text, at) => ({ path: `${at}.yaml`, text }));
  return mustLoad(loadWorkspace(files, lock));
}

export function decided(policy: CompiledPolicy, plain: PlainCall): Decision {
  const { agent, kind, server, target, args, user, status, drifted } = plain;
  const action = actionOf(target, args as never, {
    agent,
    kind,
    server,
    tool_digest: drifted ? 'sha256:other' : `sha256:${target}`,
    ...(user !== undefined && { user }),
  });
  return decide(policy, action, { ...active, agent_status: status });
}
