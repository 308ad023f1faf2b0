/** Tools that nobody described: what Remit guessed of them, for somebody to review. */
import type { Findings, Spot } from '../diagnostics.ts';
import type { WorkspaceDocument } from '../document/workspace.ts';
import type { Catalog } from '../names/catalog.ts';
import { guess } from '../names/classify.ts';
import type { LockedTool } from '../names/tool.ts';

/** Guesses listed in one finding; the others are counted. */
const LISTED_MAX = 50;

/** One finding a server. Only guesses of what a tool does are listed: nothing rests on the others. */
export function lintGuesses(
  workspace: WorkspaceDocument | undefined,
  catalog: Catalog,
  findings: Findings,
): void {
  if (workspace === undefined) return;
  const guessed = [...catalog.tools.values()].filter((tool) => tool.effectFrom === 'guess');
  for (const [server, tools] of Map.groupBy(guessed, (tool) => tool.server)) {
    const spot: Spot = workspace.serverSpots.get(server) ?? workspace.name.spot;
    const listed = tools.slice(0, LISTED_MAX).map(guessText).join(', ');
    const rest = tools.length > LISTED_MAX ? ` and ${tools.length - LISTED_MAX} more` : '';
    const message = `nobody says what ${tools.length === 1 ? 'a tool' : `${tools.length} tools`} of \`${server}\` ${tools.length === 1 ? 'does' : 'do'}; guessed: ${listed}${rest}`;
    findings.note('guessed_tool', message, spot, 'say it under `tools:` of the workspace');
  }
}

function guessText({ name, definition }: LockedTool): string {
  const { effect, external, reversible, sensitivity } = guess(definition);
  const more = [
    ...(external && effect !== 'external' ? ['external'] : []),
    ...(reversible ? [] : ['irreversible']),
    ...(sensitivity === undefined ? [] : [sensitivity]),
  ];
  return `\`${name}\` ${[effect, ...more].join(' ')}`;
}
