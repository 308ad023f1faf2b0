/**
 * The risk that an agent's tools and data imply. Only what somebody said counts: the workspace, or the
 * tool's own annotations (MCP 2025-11-25, schema `ToolAnnotations`). A guess implies nothing, it is
 * shown. Nothing implies `critical`: that every action needs a person is for people to say.
 */
import type { Spot } from '../diagnostics.ts';
import { risks } from '../document/risk.ts';
import type { Risk } from '../document/risk.ts';
import type { Sensitivity } from '@remit/contracts';
import type { LockedTool } from '../names/tool.ts';

/** One reason for a level. */
export interface Implication {
  level: Risk;
  /** Half a sentence: "`crm/account-delete` destroys (as its annotations say)". */
  because: string;
  /** The word that gave the permission. */
  spot: Spot;
}

export function riskOfTool(tool: LockedTool): Omit<Implication, 'spot'> | undefined {
  const name = `\`${tool.key}\``;
  const said = (from: LockedTool['effectFrom']): string =>
    from === 'workspace' ? 'as the workspace says' : 'as its annotations say';
  const stated = tool.effectFrom !== 'guess';
  if (tool.movesMoney) return { level: 'high', because: `${name} moves money (as the workspace says)` };
  if (stated && tool.effect === 'destructive')
    return { level: 'high', because: `${name} destroys (${said(tool.effectFrom)})` };
  if (stated && tool.effect === 'external')
    return { level: 'high', because: `${name} acts outside (${said(tool.effectFrom)})` };
  if (!tool.reversible) return { level: 'high', because: `${name} cannot be undone (as the workspace says)` };
  if (tool.sensitivity === 'restricted')
    return { level: 'high', because: `${name} answers restricted data (as the workspace says)` };
  if (stated && tool.effect === 'write')
    return { level: 'medium', because: `${name} writes (${said(tool.effectFrom)})` };
  if (tool.external) return { level: 'medium', because: `${name} reads from outside` };
  if (tool.sensitivity === 'confidential')
    return { level: 'medium', because: `${name} answers confidential data (as the workspace says)` };
  return undefined;
}

export function riskOfData(
  name: string,
  sensitivity: Sensitivity | undefined,
): Omit<Implication, 'spot'> | undefined {
  const because = `it may see \`${name}\`, which is ${sensitivity}`;
  if (sensitivity === 'restricted') return { level: 'high', because };
  return sensitivity === 'confidential' ? { level: 'medium', because } : undefined;
}

export function isBelow(level: Risk, other: Risk): boolean {
  return risks.indexOf(level) < risks.indexOf(other);
}
