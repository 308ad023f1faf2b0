/** Flow rules, compiled: what was read (`from`) against where it would go (`to`). Each rule is compiled once. */
import type { Consequence, RuleReference, Sink } from '@remit/contracts';
import type { Statement } from '../compile/layers.ts';
import type { Condition } from '../condition/conditions.ts';
import type { DataClasses } from '../data/rules.ts';
import type { FlowDocument } from '../document/flows.ts';
import type { ToolEffect } from '../document/tools.ts';
import type { Word } from '../document/reading.ts';
import type { Catalog, Match } from '../names/catalog.ts';
import { globMatches } from '../names/glob.ts';
import { sourceLabel } from './labels.ts';
import type { SourceLabel } from './labels.ts';

/** Kinds of sinks, and what cannot be taken back. */
export const sinkWords = [
  'internal',
  'external',
  'public',
  'destructive',
  'reversible',
  'irreversible',
] as const;
type SinkWord = (typeof sinkWords)[number];

const ARGUMENT = /^args(?:\.\??[A-Za-z_][A-Za-z0-9_]*)+$/;

export function isSinkWord(text: string): text is SinkWord {
  return sinkWords.some((word) => word === text);
}

export function isArgument(text: string): boolean {
  return ARGUMENT.test(text);
}

interface NamedSink {
  match: Match;
  condition?: Condition;
}

export interface CompiledFlow {
  from: readonly SourceLabel[];
  kinds: readonly SinkWord[];
  names: readonly NamedSink[];
  /** Paths of arguments: `args.to.address` is `['to', 'address']`. */
  args: readonly (readonly string[])[];
  then: FlowDocument['then'];
  by?: 'owner';
  rule: RuleReference;
}

/** What a call is to flow rules. */
export interface SinkFacts {
  sink: Sink;
  consequence: Consequence;
  effect: ToolEffect;
}

/** A flow rule as it concerns one tool, or one kind of action. */
export interface PlannedFlow {
  flow: CompiledFlow;
  /** Words of `to` that the call is. */
  kinds: readonly SinkWord[];
  /** True where `to` names the tool, or an action of it. */
  named: boolean;
  /** Nothing at all is left behind by the call: it only reads. */
  onlyReads: boolean;
}

export class FlowCompiler {
  readonly #catalog: Catalog;
  readonly #classes: DataClasses;
  readonly #sinks = new Map<FlowDocument, Pick<CompiledFlow, 'kinds' | 'names' | 'args'>>();

  constructor(catalog: Catalog, classes: DataClasses) {
    this.#catalog = catalog;
    this.#classes = classes;
  }

  /**
   * Looks the names of tools and actions up; what cannot be resolved is reported, once.
   * @param wrong words that were found to be mistakes already
   */
  sinksOf(flow: FlowDocument, wrong: readonly Word[] = []): Pick<CompiledFlow, 'kinds' | 'names' | 'args'> {
    const known = this.#sinks.get(flow);
    if (known !== undefined) return known;
    const texts = flow.to.map((word) => word.text);
    const sinks = {
      kinds: texts.filter(isSinkWord),
      args: texts.filter(isArgument).map(pathOf),
      names: flow.to.flatMap((word) => (wrong.includes(word) ? [] : (this.#named(word) ?? []))),
    };
    this.#sinks.set(flow, sinks);
    return sinks;
  }

  compile({ value, reference }: Statement<readonly FlowDocument[]>): CompiledFlow[] {
    return value.map((flow) => ({
      ...this.sinksOf(flow),
      from: flow.from.map(({ text }) => sourceLabel(text, this.#classes.classNamed(text) ?? text)),
      then: flow.then,
      ...(flow.by && { by: flow.by }),
      rule: flowReference(flow, reference),
    }));
  }

  #named(word: Word): NamedSink | undefined {
    if (isSinkWord(word.text) || isArgument(word.text)) return undefined;
    const meaning = this.#catalog.resolve(word);
    if (meaning === undefined || meaning.kind === 'planned') return undefined;
    if (meaning.kind === 'glob')
      return { match: { kind: 'glob', server: meaning.server, target: meaning.tool } };
    const condition = meaning.action?.condition;
    return { match: { kind: 'exact', name: meaning.name }, ...(condition && { condition }) };
  }
}

/** Like `support flows[1]`, with its own line. */
export function flowReference({ path, spot }: FlowDocument, list: RuleReference): RuleReference {
  return { name: `${list.name}${path.slice(path.lastIndexOf('['))}`, file: spot.file, line: spot.line };
}

function pathOf(text: string): string[] {
  return text
    .split('.')
    .slice(1)
    .map((part) => part.replace('?', ''));
}

/** What the rule says of calls of this kind, whatever they are called; undefined where it is nothing. */
export function plannedByKind(flow: CompiledFlow, facts: SinkFacts): PlannedFlow | undefined {
  const kinds = flow.kinds.filter((kind) => isOfKind(facts, kind));
  if (kinds.length === 0 && flow.args.length === 0) return undefined;
  return { flow, kinds, named: false, onlyReads: facts.consequence === 'none' };
}

/** For each way in which the rule names the tool: under a condition, or always. */
export function plannedByName(
  flow: CompiledFlow,
  facts: SinkFacts,
  names: readonly string[],
  tool: { server: string; name: string },
): { planned: PlannedFlow; condition?: Condition }[] {
  const onlyReads = facts.consequence === 'none';
  const planned: PlannedFlow = { flow, kinds: [], named: true, onlyReads };
  return flow.names
    .filter(({ match }) => namesTool(match, names, tool))
    .map(({ condition }) => ({ planned, ...(condition && { condition }) }));
}

function namesTool(match: Match, names: readonly string[], tool: { server: string; name: string }): boolean {
  if (match.kind === 'exact') return names.includes(match.name);
  return (
    match.kind === 'glob' && globMatches(match.server, tool.server) && globMatches(match.target, tool.name)
  );
}

/** What everybody sees, outsiders see as well. */
function isOfKind({ sink, consequence, effect }: SinkFacts, kind: SinkWord): boolean {
  switch (kind) {
    case 'internal':
    case 'public':
      return sink === kind;
    case 'external':
      return sink !== 'internal';
    case 'destructive':
      return effect === 'destructive';
    case 'reversible':
    case 'irreversible':
      return consequence === kind;
  }
}
