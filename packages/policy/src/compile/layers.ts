/**
 * Who says something of a control: the agent's own document and its roles; where those are silent the
 * workspace's `defaults:`; where those are silent too, the baseline of the agent's risk.
 */
import type { RuleReference } from '@remit/contracts';
import type { Controls } from '../document/controls.ts';
import type { DefaultsDocument } from '../document/defaults.ts';
import type { Placed } from '../document/reading.ts';
import type { Powers } from '../document/powers.ts';
import type { RemitDocument } from '../document/remit.ts';
import type { BaselineDocument } from '../document/risk.ts';

type ControlSource = 'policy' | 'defaults' | 'baseline';

/** One thing that a document says of a control. */
export interface Statement<Value> {
  value: Value;
  reference: RuleReference;
  from: ControlSource;
}

export interface Layers {
  /** The agent and its roles. */
  own: readonly RemitDocument[];
  defaults: DefaultsDocument | undefined;
  baseline: readonly BaselineDocument[];
}

type Pick<Value> = (controls: Controls) => readonly (Placed<Value> | undefined)[];

/** All statements of the first layer that makes any. Those of agent and roles all hold, in no order. */
export function stated<Value>(layers: Layers, pick: Pick<Value>): Statement<Value>[] {
  const own = layers.own.flatMap((document) => statements(document, 'policy', pick));
  if (own.length > 0) return own;
  const defaults = layers.defaults === undefined ? [] : statements(layers.defaults, 'defaults', pick);
  return defaults.length > 0 ? defaults : supplied(layers, pick);
}

/** What the baseline says, whatever the policy says. */
export function supplied<Value>({ baseline }: Layers, pick: Pick<Value>): Statement<Value>[] {
  for (const document of baseline) {
    const found = statements(document, 'baseline', pick);
    if (found.length > 0) return found;
  }
  return [];
}

function statements<Value>(document: Powers, from: ControlSource, pick: Pick<Value>): Statement<Value>[] {
  return pick(document.controls).flatMap((placed) =>
    placed === undefined ? [] : [{ value: placed.value, reference: referenceTo(document, placed), from }],
  );
}

export function referenceTo(document: Powers, { path, spot }: Omit<Placed<unknown>, 'value'>): RuleReference {
  return { name: `${document.title} ${path}`, file: spot.file, line: spot.line };
}
