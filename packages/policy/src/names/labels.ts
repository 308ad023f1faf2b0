/**
 * What a tool is to flow rules: how far its answers are to be believed, how sensitive they are, who sees
 * what is sent to it, and whether that can be taken back. The workspace says it of a tool or of its server;
 * annotations say some of it; the rest is guessed, never towards the milder side of what was said.
 */
import type { Consequence, Sensitivity, Sink, ToolDefinition, Trust } from '@remit/contracts';
import type { ToolEffect, ToolNotes } from '../document/tools.ts';
import type { ServerSettings } from '../port.ts';
import { guess } from './classify.ts';

export interface ToolLabels {
  trust: Trust;
  sensitivity: Sensitivity;
  sink: Sink;
  consequence: Consequence;
  /** The ones that nobody said. */
  guessed: readonly ('trust' | 'sensitivity' | 'sink' | 'consequence')[];
}

/** What the tool does, and whether somebody said so. */
export interface Acts {
  effect: ToolEffect;
  effectFrom: 'workspace' | 'annotations' | 'guess';
  external: boolean;
}

interface Labelled<Label> {
  label: Label;
  guessed: boolean;
}

export function toolLabels(
  definition: ToolDefinition,
  notes: ToolNotes | undefined,
  server: ServerSettings | undefined,
  acts: Acts,
): ToolLabels {
  const labels = {
    trust: trustOf(notes, server),
    sensitivity: sensitivityOf(definition, notes, server),
    sink: sinkOf(definition, notes, server, acts),
    consequence: consequenceOf(definition, notes, acts),
  };
  const names = Object.keys(labels) as (keyof typeof labels)[];
  return {
    trust: labels.trust.label,
    sensitivity: labels.sensitivity.label,
    sink: labels.sink.label,
    consequence: labels.consequence.label,
    guessed: names.filter((name) => labels[name].guessed),
  };
}

const said = <Label>(label: Label): Labelled<Label> => ({ label, guessed: false });
const guessed = <Label>(label: Label): Labelled<Label> => ({ label, guessed: true });

function trustOf(notes: ToolNotes | undefined, server: ServerSettings | undefined): Labelled<Trust> {
  if (notes?.trust !== undefined) return said(notes.trust);
  if (server === undefined || server.trust_unsaid === true) return guessed('untrusted');
  return said(server.trust);
}

/** What strangers publish is public; what a company's own system answers is at least its own business. */
function sensitivityOf(
  definition: ToolDefinition,
  notes: ToolNotes | undefined,
  server: ServerSettings | undefined,
): Labelled<Sensitivity> {
  const stated = notes?.sensitivity ?? server?.sensitivity;
  if (stated !== undefined) return said(stated);
  const byFields = guess(definition).sensitivity;
  return guessed(byFields ?? (server === undefined || server.trust === 'untrusted' ? 'public' : 'internal'));
}

/** What is sent to strangers is outside, whatever they do with it. */
function sinkOf(
  definition: ToolDefinition,
  notes: ToolNotes | undefined,
  server: ServerSettings | undefined,
  { external, effect }: Acts,
): Labelled<Sink> {
  const stated = notes?.sink ?? server?.sink;
  if (stated !== undefined) return said(stated);
  if (external || effect === 'external') return said('external');
  if (server === undefined || server.trust === 'untrusted') return guessed('external');
  if (notes?.external === false || definition.annotations?.openWorldHint === false) return said('internal');
  return guessed(guess(definition).external ? 'external' : 'internal');
}

/** What is destroyed, or has gone outside, is not taken back, unless somebody says that it can be. */
function consequenceOf(
  definition: ToolDefinition,
  notes: ToolNotes | undefined,
  { effect, effectFrom }: Acts,
): Labelled<Consequence> {
  if (notes?.consequence !== undefined) return said(notes.consequence);
  if (notes?.reversible !== undefined) return said(notes.reversible ? 'reversible' : 'irreversible');
  if (effect === 'read') return said('none');
  if (effect !== 'write') return { label: 'irreversible', guessed: effectFrom === 'guess' };
  if (notes?.amount !== undefined) return guessed('irreversible');
  return guessed(guess(definition).reversible ? 'reversible' : 'irreversible');
}
