/** A difference between two policies as Markdown, to be pasted into a review. */
import type { DecidedAs, DecisionChange, LimitChange, PolicyDiff } from './diff.ts';

/** Several lines, without a newline at the end. */
export function formatDiff(diff: PolicyDiff): string {
  const { workspace, agents, tools, data, controls, decisions, limits, compared } = diff;
  const changed = new Set(decisions.map(({ agent, tool }) => JSON.stringify([agent, tool]))).size;
  const blocks = [
    [`Decisions change for ${changed} of ${compared} pairs of agent and tool.`],
    [
      ...named('agents added', agents.added),
      ...named('agents removed', agents.removed),
      ...named('tools added', tools.added),
      ...named('tools removed', tools.removed),
      ...named('tools defined otherwise', tools.redefined),
    ],
    workspace.map(
      ({ key, before = 'nothing', after = 'nothing' }) => `- ${code(key)}: ${code(before)} → ${code(after)}`,
    ),
    ...[...Map.groupBy(decisions, ({ agent }) => agent)].map(([agent, changes]) => [
      `**${agent}**`,
      '',
      ...changes.flatMap(describe),
    ]),
    limits.flatMap(describeLimits),
    data.flatMap(({ agent, denied, no_longer_denied }) => [
      ...named(`data that ${agent} may no longer see or send`, denied),
      ...named(`data that ${agent} may now see and send`, no_longer_denied),
    ]),
    controls.flatMap(({ agent, added, removed }) => [
      ...named(`controls of ${agent} that end`, removed),
      ...named(`controls of ${agent} that begin`, added),
    ]),
  ];
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

function named(what: string, names: readonly string[]): string[] {
  return names.length === 0 ? [] : [`- ${what}: ${names.map(code).join(', ')}`];
}

function describe({
  tool,
  before,
  after,
  changed,
  tried,
  example,
  conditions,
  rule,
}: DecisionChange): string[] {
  const { arguments: args, user } = example;
  const whose = user === undefined ? '' : ` on behalf of ${user}`;
  const some = changed === tried ? '' : `, for some calls, such as ${code(JSON.stringify(args))}${whose}`;
  const depends =
    changed === tried || conditions.length === 0
      ? []
      : [`  - conditions: ${conditions.map(code).join('; ')}`];
  const decides = rule === undefined ? [] : [`  - rule: ${code(rule.name)} (${rule.file}:${rule.line})`];
  return [`- ${code(tool)}: ${decided(before)} → **${decided(after)}**${some}`, ...decides, ...depends];
}

function describeLimits({ agent, tools, added, removed }: LimitChange): string[] {
  const on = tools.length > 3 ? `${tools.length} tools` : tools.map(code).join(', ');
  return [
    ...named(`limits of ${agent} that end, on ${on}`, removed),
    ...named(`limits of ${agent} that begin, on ${on}`, added),
  ];
}

function decided({ effect, tier, code: reason }: DecidedAs): string {
  const detail = effect === 'deny' ? reason : tier;
  return detail === undefined ? effect : `${effect} (${detail})`;
}

function code(text: string): string {
  return `\`${text.replaceAll('`', "'").replaceAll(/\s+/g, ' ')}\``;
}
