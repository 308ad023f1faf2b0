/** All controls of one agent beside its rules and limits: what holds, who says so, what is enforced yet. */
import type { EventKind } from '@remit/contracts';
import type { ContentDocument } from '../document/content.ts';
import type { Controls } from '../document/controls.ts';
import type { FlowDocument } from '../document/flows.ts';
import type { MessagesDocument, ModelsDocument } from '../document/messages.ts';
import type { Placed } from '../document/reading.ts';
import type { ScopeDocument } from '../document/scope.ts';
import { flowReference } from '../flow/flow.ts';
import type { RetentionPart } from '../document/retention.ts';
import type { AgentControls, Control, Flow } from '../port.ts';
import type { ScopeStatements } from '../scope/scope.ts';
import { generalTerms } from './approvals.ts';
import type { TermStatements } from './approvals.ts';
import { controlText } from './control-text.ts';
import { stated } from './layers.ts';
import type { Layers, Statement } from './layers.ts';

type PlacedValue<Document, Key extends keyof Document> =
  NonNullable<Document[Key]> extends Placed<infer Value> ? Value : never;

function scopeStatements(layers: Layers): ScopeStatements {
  const of = <Key extends keyof ScopeDocument>(key: Key): Statement<PlacedValue<ScopeDocument, Key>>[] =>
    stated<PlacedValue<ScopeDocument, Key>>(layers, ({ scope }) => [
      scope?.[key] as Placed<PlacedValue<ScopeDocument, Key>> | undefined,
    ]);
  return {
    environments: of('environments'),
    hours: of('hours'),
    hosts: of('hosts'),
    paths: of('paths'),
    unattended: stated(layers, ({ scope, unattended }) => [scope?.unattended, unattended]),
  };
}

/** Controls that this version checks and shows, and a later one acts on. */
const notEnforced = new Set([
  'content.arguments',
  'content.results',
  'content.unreadable',
  'messages.from',
  'messages.hops',
  'models.max_input_tokens',
  'models.max_output_tokens',
  'approvals.hold',
]);

export function isEnforced(control: string): boolean {
  return !notEnforced.has(control);
}

export interface CompiledControls {
  scope: ScopeStatements;
  terms: TermStatements;
  flows: Statement<readonly FlowDocument[]>[];
  retention: Retained[];
  shown: AgentControls;
}

export function compileControls(layers: Layers): CompiledControls {
  const scope = scopeStatements(layers);
  const terms = generalTerms(layers);
  const flows = stated<readonly FlowDocument[]>(layers, ({ flows: placed }) => [placed]);
  const retention = stated<readonly RetentionPart[]>(layers, ({ retention: placed }) => [placed]);
  const controls: Control[] = [
    ...listed('scope', scope),
    ...listed('approvals', terms),
    ...flows.flatMap(flowControls),
    ...listed('messages', partsOf<MessagesDocument>(layers, 'messages', ['from', 'hops'])),
    ...listed('models', partsOf<ModelsDocument>(layers, 'models', ['max_input_tokens', 'max_output_tokens'])),
    ...contentControls(layers),
    ...retention.flatMap(retentionControls),
  ];
  return {
    scope,
    terms,
    flows,
    retention: retention.flatMap(retained),
    shown: { controls, flows: flows.flatMap(compiledFlows) },
  };
}

/** Payloads of an agent's records are kept so long, where all that is given fits. */
export interface Retained {
  kind?: EventKind;
  class?: string;
  kept_ms: number;
}

function retained({ value }: Statement<readonly RetentionPart[]>): Retained[] {
  return value.map(({ duration, kind, class: word }) => ({
    kept_ms: duration.ms,
    ...(kind !== undefined && { kind }),
    ...(word !== undefined && { class: word.text }),
  }));
}

function retentionControls({ value, ...statement }: Statement<readonly RetentionPart[]>): Control[] {
  return value.map(({ duration, kind, class: word }) => {
    const text = [kind, word?.text, duration.text].filter((part) => part !== undefined).join(' ');
    return control('retention', { ...statement, value: text });
  });
}

function control(name: string, { value, reference, from }: Statement<unknown>): Control {
  return { name, text: controlText(value), rule: reference, from, enforced: isEnforced(name) };
}

function listed(area: string, statements: object): Control[] {
  return Object.entries(statements).flatMap(([key, found]) =>
    (found as Statement<unknown>[]).map((statement) => control(`${area}.${key}`, statement)),
  );
}

function partsOf<Document>(
  layers: Layers,
  area: 'messages' | 'models',
  keys: readonly (keyof Document & string)[],
): Record<string, Statement<unknown>[]> {
  const pick = (key: string) => (controls: Controls) => [
    (controls[area]?.value as Record<string, Placed<unknown>> | undefined)?.[key],
  ];
  return Object.fromEntries(keys.map((key) => [key, stated<unknown>(layers, pick(key))]));
}

function contentControls(layers: Layers): Control[] {
  const content = stated<ContentDocument>(layers, (controls) => [controls.content]);
  return content.flatMap(({ value, ...rest }) => {
    const found: Control[] = [];
    for (const side of ['arguments', 'results'] as const) {
      for (const { detector, measure } of value[side]?.values() ?? [])
        found.push(control(`content.${side}`, { ...rest, value: `${detector.text}: ${measure}` }));
    }
    if (value.unreadable)
      found.push(control('content.unreadable', { ...rest, value: value.unreadable.value }));
    return found;
  });
}

function flowControls(statement: Statement<readonly FlowDocument[]>): Control[] {
  return statement.value.map((flow) =>
    control('flows', { ...statement, value: flow, reference: flowReference(flow, statement.reference) }),
  );
}

function compiledFlows({ value, reference }: Statement<readonly FlowDocument[]>): Flow[] {
  return value.map((flow) => ({
    from: flow.from.map((word) => word.text),
    to: flow.to.map((word) => word.text),
    then: flow.then,
    ...(flow.by && { by: flow.by }),
    rule: flowReference(flow, reference),
  }));
}
