/** What is not a tool, as the least that was used: resources, prompts, and servers that may ask something. */
import type { ActionKind } from '@remit/contracts';
import type { AccessArea } from '../document/access.ts';
import { isGlob } from '../names/glob.ts';
import type { Use } from './use.ts';

export interface SuggestedAccess {
  area: AccessArea;
  /** As policies write it: `server/prompt`, a URI, a server. */
  name: string;
  uses: number;
}

/** Completions follow what they complete, and tools have tiers. */
const areas: Partial<Record<ActionKind, AccessArea>> = {
  resource_read: 'resources',
  prompt_get: 'prompts',
  sampling: 'sampling',
  elicitation: 'elicitation',
  agent_message: 'messages',
  model_call: 'models',
};

/** By area and name. A name that would be read as a pattern is left out: it would grant more than was used. */
export function accessFor(uses: readonly Use[]): SuggestedAccess[] {
  const named = uses.flatMap(({ kind, name }) => {
    const area = areas[kind];
    return area === undefined || isGlob(name) ? [] : [{ area, name }];
  });
  return [...Map.groupBy(named, ({ area, name }) => `${area} ${name}`)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, same]) => ({ ...same[0]!, uses: same.length }));
}

/** Lines of the agent's document. */
export function accessLines(
  access: readonly SuggestedAccess[],
  noted: (name: string, uses: number) => string,
): string[] {
  const lines = [...Map.groupBy(access, ({ area }) => area)].flatMap(([area, entries]) => [
    `  ${area}:`,
    '    allow:',
    ...entries.map(({ name, uses }) => `  ${noted(name, uses)}`),
  ]);
  return lines.length === 0 ? [] : ['access:', ...lines];
}
