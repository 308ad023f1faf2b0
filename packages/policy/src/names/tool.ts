/** Tools as policy knows them: the locked definition, and what the tool does. */
import type { Sensitivity, ToolDefinition, ToolsLock } from '@remit/contracts';
import type { ToolEffect, ToolNotes } from '../document/tools.ts';
import type { ServerSettings } from '../port.ts';
import { guess } from './classify.ts';
import { toolLabels } from './labels.ts';
import type { ToolLabels } from './labels.ts';

/** Who says what a tool does: the workspace, the tool's own annotations, or nobody, so that it was guessed. */
type FactSource = 'workspace' | 'annotations' | 'guess';

export interface LockedTool {
  /** `server/name`. */
  key: string;
  server: string;
  name: string;
  digest: string;
  definition: ToolDefinition;
  /** What its calls are treated as. A tool that nobody described is never treated as one that only reads. */
  effect: ToolEffect;
  effectFrom: FactSource;
  /** True where the workspace or its annotations say that it reaches beyond the company's own systems. */
  external: boolean;
  /** False where the workspace says that what it does cannot be undone. */
  reversible: boolean;
  /** Of what it answers, where the workspace says so. */
  sensitivity?: Sensitivity;
  /** True where the workspace says how much money a call moves. */
  movesMoney: boolean;
  /** What it is to flow rules. */
  labels: ToolLabels;
}

export function toolKey(server: string, name: string): string {
  return `${server}/${name}`;
}

/**
 * The effect that a tool's annotations state (MCP 2025-11-25, schema `ToolAnnotations`). They are
 * hints: where they leave open whether something is destroyed, nothing is stated.
 */
function annotatedEffect({ annotations: hints }: ToolDefinition): ToolEffect | undefined {
  if (hints?.readOnlyHint === true) return 'read';
  if (hints?.destructiveHint === true) return 'destructive';
  if (hints?.openWorldHint === true) return 'external';
  return hints?.destructiveHint === false ? 'write' : undefined;
}

type Effects = Pick<LockedTool, 'effect' | 'effectFrom'>;

function effectOf(notes: ToolNotes | undefined, definition: ToolDefinition): Effects {
  if (notes?.effect !== undefined) return { effect: notes.effect, effectFrom: 'workspace' };
  const annotated = annotatedEffect(definition);
  if (annotated !== undefined) return { effect: annotated, effectFrom: 'annotations' };
  const guessed = guess(definition).effect;
  return { effect: guessed === 'read' ? 'write' : guessed, effectFrom: 'guess' };
}

function isExternal(notes: ToolNotes | undefined, { annotations }: ToolDefinition): boolean {
  return notes?.external ?? (notes?.effect === 'external' || annotations?.openWorldHint === true);
}

export function* lockedTools(
  lock: ToolsLock,
  notesOf: (key: string, name: string) => ToolNotes | undefined,
  servers?: ReadonlyMap<string, ServerSettings>,
): Generator<LockedTool> {
  for (const [server, { tools }] of Object.entries(lock.servers))
    for (const { digest, definition } of tools) {
      const { name } = definition;
      const key = toolKey(server, name);
      const notes = notesOf(key, name);
      const acts = { ...effectOf(notes, definition), external: isExternal(notes, definition) };
      yield {
        ...{ key, server, name, digest, definition },
        ...acts,
        labels: toolLabels(definition, notes, servers?.get(server), acts),
        reversible: notes?.reversible ?? true,
        movesMoney: notes?.amount !== undefined,
        ...(notes?.sensitivity && { sensitivity: notes.sensitivity }),
      };
    }
}
