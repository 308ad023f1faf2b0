/** A least-privilege policy for one agent, from what it was recorded to use and nothing else. */
import type { Tier } from '@remit/contracts';
import { stringify } from 'yaml';
import { internals } from '../compile/compiled.ts';
import { impliedTier } from '../compile/ruling.ts';
import type { CompiledPolicy } from '../port.ts';
import { accessFor, accessLines, type SuggestedAccess } from './access.ts';
import { conditionFor } from './arguments.ts';
import type { Use } from './use.ts';

interface SuggestedTool {
  tool: string;
  uses: number;
  tier: Tier;
  /** CEL; absent where every call of the tool would be granted. */
  when?: string;
  /** True where there were too few uses to rest much on. */
  thin: boolean;
}

export interface Suggestion {
  agent: string;
  tools: SuggestedTool[];
  access: SuggestedAccess[];
  /** Tools that were used and are not in `tools.lock` any more. */
  gone: string[];
  /** The agent's document. */
  document: string;
  /** What it needs under `actions:` of the workspace; empty where it needs nothing. */
  actions: string;
}

/** Fewer uses than this are little to rest on. */
const USES_MIN = 20;

/** Uses are taken as they are given: those that nobody wants granted have to be left out before. */
export function suggest(policy: CompiledPolicy, agent: string, uses: readonly Use[]): Suggestion {
  const { tools } = internals(policy);
  const calls = uses.filter(({ kind }) => kind === 'tool_invoke');
  const groups = [...Map.groupBy(calls, ({ name }) => name)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const access = accessFor(uses);
  const suggested = groups.flatMap(([key, own]): SuggestedTool[] => {
    const tool = tools.get(key);
    if (tool === undefined) return [];
    const when = conditionFor(
      tool.definition.inputSchema,
      own.map((call) => call.arguments),
    );
    const thin = own.length < USES_MIN;
    return [
      {
        tool: key,
        uses: own.length,
        tier: impliedTier(tool.effect),
        thin,
        ...(when !== undefined && { when }),
      },
    ];
  });
  const gone = groups.map(([key]) => key).filter((key) => !tools.has(key));
  return {
    agent,
    tools: suggested,
    access,
    gone,
    document: documentOf(agent, suggested, access),
    actions: actionsOf(agent, suggested),
  };
}

const tierKeys = {
  automatic: 'tier_1_automatic',
  logged: 'tier_2_logged',
  approval: 'tier_3_approval',
} as const;

function documentOf(
  agent: string,
  tools: readonly SuggestedTool[],
  access: readonly SuggestedAccess[],
): string {
  const tiers = (['automatic', 'logged', 'approval'] as const).flatMap((tier) => {
    const entries = tools.filter((tool) => tool.tier === tier).map((tool) => entryOf(agent, tool));
    return entries.length === 0 ? [] : [`  ${tierKeys[tier]}:`, ...entries];
  });
  return [
    `agent: ${JSON.stringify(agent)}`,
    ...accessLines(access, noted),
    ...(tiers.length === 0 ? [] : ['guardrails:', ...tiers]),
    '',
  ].join('\n');
}

function entryOf(agent: string, tool: SuggestedTool): string {
  const name = tool.when === undefined ? tool.tool : actionName(agent, tool.tool);
  return noted(name, tool.uses);
}

/** One entry of a list, with how much it rests on. */
function noted(name: string, uses: number): string {
  const note = uses < USES_MIN ? ', which is little to rest on' : '';
  return `    - ${JSON.stringify(name)} # ${uses} ${uses === 1 ? 'use' : 'uses'}${note}`;
}

function actionsOf(agent: string, tools: readonly SuggestedTool[]): string {
  const actions = tools.flatMap(({ tool, when }) =>
    when === undefined ? [] : [[actionName(agent, tool), { tool, when }]],
  );
  return actions.length === 0
    ? ''
    : stringify({ actions: Object.fromEntries(actions) as object }, { lineWidth: 0 });
}

/** A name that no tool has: actions may hold no slash, and tools of a server have theirs. */
function actionName(agent: string, tool: string): string {
  return `${agent}_${tool}`.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_');
}
