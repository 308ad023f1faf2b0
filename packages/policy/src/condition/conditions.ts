/**
 * Conditions as policy uses them: compiled when the policy loads, with a place for every mistake;
 * evaluated for each call. Whatever goes wrong then ends as `ConditionFailure`, which denies.
 */
import type { JsonObject } from '@remit/contracts';
import type { Findings, Spot } from '../diagnostics.ts';
import { isFindingCode } from '../finding-codes.ts';
import type { Word } from '../document/reading.ts';
import type { LockedTool } from '../names/tool.ts';
import { Cel } from './cel.ts';
import type { Outcome, Program, Scope, Variables } from './cel.ts';
import { object, shapeOfSchema, text, texts } from './shape.ts';
import type { Shape } from './shape.ts';
import { explained, pathFaults, untyped, valueFaults } from './faults.ts';
import type { Fault, Path } from './syntax.ts';
import { celValue } from './value.ts';
import type { CelValue, Extent } from './value.ts';
import { spendFailure, spendWork } from './work.ts';
import type { Spent } from './work.ts';

/** What conditions look at. Maps hold only what is there: an unattended call has an empty `user`. */
export interface Facts {
  args: JsonObject;
  agent: Map<string, CelValue>;
  tool: Map<string, CelValue>;
  /** Made when a condition asks for it. */
  user(): Map<string, CelValue>;
  conversation(): Map<string, CelValue>;
  environment: string | undefined;
  /** RFC 3339. */
  now: string;
  spent: Spent;
}

export class ConditionFailure extends Error {}

export class Condition {
  readonly source: string;
  readonly spot: Spot;
  readonly #program: Program;
  readonly #args: ArgumentsView;
  readonly #roots: ReadonlySet<string>;

  constructor(word: Word, program: Program, args: Shape) {
    this.source = word.text;
    this.spot = word.spot;
    this.#program = program;
    this.#args = argumentsView(program.syntax.paths, args);
    this.#roots = new Set(program.syntax.paths.map((path) => path.root));
  }

  /** @throws ConditionFailure where it cannot be said whether the condition holds. */
  holds(facts: Facts): boolean {
    const extent: Extent = { items: 0, characters: 0, values: 0, element: 0 };
    let result: unknown;
    try {
      const variables = this.#variables(facts, extent);
      spendWork(this.#program.work, extent, facts.spent);
      result = this.#program.evaluate(variables);
    } catch (error) {
      spendFailure(extent, facts.spent);
      throw new ConditionFailure(summaryOf(error));
    }
    if (typeof result === 'boolean') return result;
    throw new ConditionFailure('it is neither true nor false');
  }

  #variables(facts: Facts, extent: Extent): Variables {
    const roots = this.#roots;
    const values: Variables = { agent: facts.agent, tool: facts.tool };
    if (roots.has('args')) values['args'] = this.#arguments(facts.args, extent);
    if (roots.has('user')) values['user'] = measured(facts.user(), extent);
    if (roots.has('conversation')) values['conversation'] = measured(facts.conversation(), extent);
    if (facts.environment !== undefined) values['environment'] = facts.environment;
    if (roots.has('now')) values['now'] = new Date(facts.now);
    if (roots.has('agent')) measured(facts.agent, extent);
    return values;
  }

  #arguments(args: JsonObject, extent: Extent): Map<string, CelValue> {
    const { fields, shapeOf } = this.#args;
    const values = new Map<string, CelValue>();
    for (const name of fields ?? Object.keys(args)) {
      if (!Object.hasOwn(args, name)) continue;
      values.set(name, celValue(args[name]!, shapeOf(name), `args.${name}`, extent));
    }
    extent.items = Math.max(extent.items, values.size);
    return values;
  }
}

/** Adds to the extent what people wrote of users and agents, or an agent of its conversation. */
function measured(facts: Map<string, CelValue>, extent: Extent): Map<string, CelValue> {
  for (const value of facts.values()) {
    if (typeof value === 'string') extent.characters = Math.max(extent.characters, value.length);
    if (!Array.isArray(value)) continue;
    extent.items = Math.max(extent.items, value.length);
    extent.values += value.length;
    extent.element = Math.max(extent.element, 1);
  }
  return facts;
}

interface ArgumentsView {
  /** Top-level arguments that the condition looks at; undefined where it looks at `args` as a whole. */
  fields: readonly string[] | undefined;
  shapeOf: (this: void, name: string) => Shape;
}

const ANY: Shape = { kind: 'any' };

function argumentsView(paths: readonly Path[], args: Shape): ArgumentsView {
  const used = paths.filter((path) => path.root === 'args');
  const whole = used.some((path) => path.fields.length === 0);
  const shapes = args.kind === 'object' ? args.fields : new Map<string, Shape>();
  return {
    fields: whole ? undefined : [...new Set(used.map((path) => path.fields[0]!))],
    shapeOf: (name) => shapes.get(name) ?? ANY,
  };
}

function summaryOf(error: unknown): string {
  const { summary, message } = error as { summary?: string; message?: string };
  const line = (summary ?? message ?? String(error)).split('\n', 1)[0]!;
  return line.charAt(0).toLowerCase() + line.slice(1);
}

const commonShapes: Readonly<Record<string, Shape>> = {
  agent: object({ name: text, owner: text, team: text, purpose: text, risk: text, roles: texts }),
  user: object({ id: text, groups: texts }),
  tool: object({ name: text, server: text, effect: text }),
  conversation: object({ id: text, customer_id: text, triggered_by: text }),
  environment: text,
};

export class Conditions {
  readonly #cel = new Cel();
  readonly #scopes = new Map<string, Scope>();
  readonly #findings: Findings;

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  /** Undefined after an error. `tool` is undefined where there is no definition to check against. */
  compile(word: Word, tool: LockedTool | undefined): Condition | undefined {
    const program = this.#program(word, tool);
    if (program === undefined) return undefined;
    if (program.type !== 'bool' && program.type !== 'dyn') {
      const message = `the condition is of type ${program.type}; it has to be true or false`;
      this.#findings.error('condition_type', message, word.spot);
      return undefined;
    }
    if (tool !== undefined) this.#noteUntyped(word, program, tool);
    return new Condition(word, program, this.#scope(tool).shapes['args'] ?? ANY);
  }

  /** Checks an expression over `args` that is not a condition. */
  checkExpression(word: Word, tool: LockedTool | undefined): void {
    this.#program(word, tool);
  }

  #noteUntyped(word: Word, program: Program, tool: LockedTool): void {
    const path = untyped(program.syntax.paths, this.#scope(tool));
    if (path === undefined) return;
    const field = [path.root, ...path.fields].join('.');
    const message = `tool \`${tool.key}\` does not declare the type of \`${field}\`, so that \`${shortened(word.text)}\` could be checked only in part`;
    this.#findings.note('condition_untyped', message, spotInside(word, path.offsets[0] ?? 0));
  }

  #scope(tool: LockedTool | undefined): Scope {
    const key = tool?.key ?? '';
    let scope = this.#scopes.get(key);
    if (scope === undefined) {
      const args = tool === undefined ? ANY : shapeOfSchema(tool.definition.inputSchema);
      scope = this.#cel.scope({ ...commonShapes, args });
      this.#scopes.set(key, scope);
    }
    return scope;
  }

  #program(word: Word, tool: LockedTool | undefined): Program | undefined {
    const scope = this.#scope(tool);
    const outcome = this.#compiled(word.text, scope, tool);
    if (outcome.ok) return outcome.value;
    for (const fault of outcome.faults) this.#report(word, explained(fault, scope));
    return undefined;
  }

  #compiled(source: string, scope: Scope, tool: LockedTool | undefined): Outcome<Program> {
    const read = this.#cel.read(source, scope);
    if (!read.ok) return read;
    const faults = [
      ...pathFaults(read.value.paths, scope, tool),
      ...valueFaults(read.value.comparisons, scope),
    ];
    return faults.length > 0 ? { ok: false, faults } : this.#cel.compile(source, read.value, scope);
  }

  #report(word: Word, fault: Fault): void {
    const spot = spotInside(word, fault.offset);
    this.#findings.error(
      isFindingCode(fault.code) ? fault.code : 'condition_invalid',
      `in condition \`${shortened(word.text)}\`: ${fault.message}`,
      spot,
      fault.remedy,
    );
  }
}

function shortened(source: string): string {
  return source.length <= 120 ? source : `${source.slice(0, 117)}...`;
}

/** Line and column of an offset in what was written; for a block, in the lines below its sign. */
function spotInside(word: Word, offset: number): Spot {
  const before = word.text.slice(0, offset).split('\n');
  const line = word.spot.line + before.length - 1;
  const inLine = before.at(-1)!.length;
  if (word.style === 'block') return { file: word.spot.file, line: line + 1, column: inLine + 1 };
  const start = before.length > 1 ? 1 : word.spot.column + (word.style === 'quoted' ? 1 : 0);
  return { file: word.spot.file, line, column: start + inLine };
}
