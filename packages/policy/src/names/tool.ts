/** Tools as policy knows them: the locked definition, and what the tool does. */
import type { ToolDefinition, ToolsLock } from '@remit/contracts';
import type { ToolEffect, ToolNotes } from '../document/workspace.ts';

export interface LockedTool {
  /** `server/name`. */
  key: string;
  server: string;
  name: string;
  digest: string;
  definition: ToolDefinition;
  effect: ToolEffect;
  /** Who says so: the workspace, the tool's own annotations, or nobody. */
  effectFrom: 'workspace' | 'annotations' | 'default';
}

export function toolKey(server: string, name: string): string {
  return `${server}/${name}`;
}

/**
 * The effect that a tool's annotations imply (MCP 2025-11-25, schema `ToolAnnotations`): hints, so a
 * tool that says nothing counts as one that writes.
 */
function annotatedEffect(definition: ToolDefinition): ToolEffect | undefined {
  const hints = definition.annotations;
  if (hints?.readOnlyHint === true) return 'read';
  if (hints?.destructiveHint === true) return 'destructive';
  if (hints?.openWorldHint === true) return 'external';
  return undefined;
}

export function lockedTools(
  lock: ToolsLock,
  notesOf: (key: string, name: string) => ToolNotes | undefined,
): LockedTool[] {
  return Object.entries(lock.servers).flatMap(([server, { tools }]) =>
    tools.map(({ digest, definition }) => {
      const { name } = definition;
      const key = toolKey(server, name);
      const declared = notesOf(key, name)?.effect;
      const annotated = annotatedEffect(definition);
      return {
        key,
        server,
        name,
        digest,
        definition,
        effect: declared ?? annotated ?? 'write',
        effectFrom: declared ? 'workspace' : annotated ? 'annotations' : 'default',
      };
    }),
  );
}
