/** Reports as text for people. */
import { titled } from '../recorded/name.ts';
import { table } from '../terminal/table.ts';
import type { AgentReadiness, Refusal } from './readiness.ts';
import type { AgentVisibility } from './visibility.ts';

export function describeVisibility(agents: readonly AgentVisibility[]): string[] {
  return agents.flatMap((agent) => [
    `agent ${agent.agent}${agent.in_policy ? '' : ' (no policy speaks of it)'}`,
    `  ${agent.calls} calls on behalf of ${agent.people} people; implied risk ${agent.implied_risk ?? 'unknown'}${
      agent.declared_risk === undefined ? '' : `, declared ${agent.declared_risk}`
    }`,
    ...indented(toolRows(agent)),
    ...(agent.suggestion.tools.length + agent.suggestion.access.length === 0
      ? []
      : ['  suggested remit:', ...suggested(agent)]),
    '',
  ]);
}

function toolRows({ tools }: AgentVisibility): string[] {
  if (tools.length === 0) return [];
  const rows = tools.map(({ kind, tool, calls, not_run, effect, high_risk }) => [
    titled(kind, tool),
    String(calls),
    String(not_run),
    effect ?? '-',
    high_risk ?? '-',
  ]);
  return table(['used', 'calls', 'not run', 'effect', 'high risk'], rows);
}

function suggested({ suggestion: { document, actions } }: AgentVisibility): string[] {
  const lines = document.trimEnd().split('\n');
  const extra = actions === '' ? [] : ['# into the workspace document:', ...actions.trimEnd().split('\n')];
  return [...lines, ...extra].map((line) => `    ${line}`);
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}

export function describeReadiness(agents: readonly AgentReadiness[]): string[] {
  return agents.flatMap((agent) => [
    `agent ${agent.agent} (${agent.mode} mode): ${agent.ready ? 'ready' : 'NOT ready'}, ${agent.calls} calls`,
    ...agent.refused.flatMap((refusal) => describeRefusal('refused', refusal)),
    ...agent.held.flatMap((refusal) => describeRefusal('held for a person', refusal)),
  ]);
}

function describeRefusal(what: string, { kind, tool, count, code, reason, example }: Refusal): string[] {
  const why = code === undefined ? '' : ` (${code})`;
  return [
    `  ${count} × ${titled(kind, tool)} would have been ${what}${why}`,
    `      ${reason}`,
    `      see: remit audit show ${example}`,
  ];
}
