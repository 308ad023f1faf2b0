/**
 * Conditions as policy uses them: compiled when the policy loads, with a place for every mistake;
 * evaluated for each call. Whatever goes wrong then ends as `ConditionFailure`, which denies.
 */
import { bounds } from '@remit/contracts';
import type { JsonObject } from '@remit/contracts';
import type { Findings, Spot } from '../diagnostics.ts';
import type { Word } from '../document/reading.ts';
import { didYouMean } from '../document/suggest.ts';
import type { LockedTool } from '../names/tool.ts';
import { Cel } from './cel.ts';
import type { Outcome, Program, Scope, Variables } from './cel.ts';
import { object, shapeOfSchema, text, texts } from './shape.ts';
import type { Shape } from './shape.ts';
import { variables } from './syntax.ts';
import type { Fault, Path } from './syntax.ts';
import { celValue } from './value.ts';
import type { CelValue, Extent } from './value.ts';

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
    let result: unknown;
    try {
      result = this.#program.evaluate(this.#variables(facts));
    } catch (error) {
      throw new ConditionFailure(summaryOf(error));
    }
    if (typeof result === 'boolean') return result;
    throw new ConditionFailure('it is neither true nor false');
  }

  #variables(facts: Facts): Variables {
    const roots = this.#roots;
    const values: Variables = { agent: facts.agent, tool: facts.tool };
    if (roots.has('args')) values['args'] = this.#arguments(facts.args);
    if (roots.has('user')) values['user'] = facts.user();
    if (roots.has('conversation')) values['conversation'] = facts.conversation();
    if (facts.environment !== undefined) values['environment'] = facts.environment;
    if (roots.has('now')) values['now'] = new Date(facts.now);
    return values;
  }

  #arguments(args: JsonObject): Map<string, CelValue> {
    const extent: Extent = { items: 0, characters: 0 };
    const { fields, shapeOf } = this.#args;
    const values = new Map<string, CelValue>();
    for (const name of fields ?? Object.keys(args)) {
      if (!Object.hasOwn(args, name)) continue;
      values.set(name, celValue(args[name]!, shapeOf(name), `args.${name}`, extent));
    }
    this.#boundLoops(extent);
    return values;
  }

  /** Arguments come from the agent: their size decides how often a loop turns. */
  #boundLoops(extent: Extent): void {
    const { loops, splits } = this.#program.syntax;
    if (loops === 0) return;
    const items = splits ? Math.max(extent.items, extent.characters) : extent.items;
    const turns = items ** loops * (1 + extent.characters / 1000);
    if (turns > bounds.condition_turns_max) throw new Error('the arguments are too large for its loops');
  }
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
    return new Condition(word, program, this.#scope(tool).shapes['args'] ?? ANY);
  }

  /** Checks an expression over `args` that is not a condition. */
  checkExpression(word: Word, tool: LockedTool | undefined): void {
    this.#program(word, tool);
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
    const faults = pathFaults(read.value.paths, scope, tool);
    return faults.length > 0 ? { ok: false, faults } : this.#cel.compile(source, read.value, scope);
  }

  #report(word: Word, fault: Fault): void {
    const spot = spotInside(word, fault.offset);
    this.#findings.error(
      fault.code,
      `in condition \`${shortened(word.text)}\`: ${fault.message}`,
      spot,
      fault.remedy,
    );
  }
}

/** Unknown fields, also where the library lets them pass: in `has()` and after `.?`. */
function pathFaults(paths: readonly Path[], scope: Scope, tool: LockedTool | undefined): Fault[] {
  return paths.flatMap((path) => unknownField(path, scope.shapes[path.root], tool) ?? []);
}

/** The library's words in ours, with what was probably meant. */
function explained(fault: Fault, scope: Scope): Fault {
  switch (fault.code) {
    case 'unknown_variable': {
      const name = fault.message.split(': ')[1] ?? '';
      const remedy = fieldHint(name, scope) ?? didYouMean(name, variables);
      return { ...fault, message: `unknown variable \`${name}\``, ...hinted(remedy) };
    }
    case 'no_such_overload': {
      const mixed = fault.message.includes('double') && fault.message.includes('int');
      const remedy = mixed ? 'write numbers that stand beside a number with a point, like `2.0`' : undefined;
      return { ...fault, code: 'condition_type', ...hinted(remedy) };
    }
    default:
      return ownCodes.has(fault.code) ? fault : { ...fault, code: 'condition_invalid' };
  }
}

const ownCodes = new Set([
  'condition_not_allowed',
  'condition_too_deep',
  'condition_too_long',
  'invalid_pattern',
  'unknown_argument',
]);

function hinted(remedy: string | undefined): { remedy?: string } {
  return remedy === undefined ? {} : { remedy };
}

function fieldHint(name: string, scope: Scope): string | undefined {
  const args = scope.shapes['args'];
  return args?.kind === 'object' && args.fields.has(name) ? `did you mean \`args.${name}\`?` : undefined;
}

function unknownField(path: Path, shape: Shape | undefined, tool: LockedTool | undefined): Fault | undefined {
  let current = shape;
  for (const [index, field] of path.fields.entries()) {
    if (current?.kind !== 'object') return undefined;
    const next = current.fields.get(field);
    if (next === undefined) return unknownFieldFault(path, index, current.fields.keys(), tool);
    current = next;
  }
  return undefined;
}

function unknownFieldFault(
  path: Path,
  index: number,
  known: Iterable<string>,
  tool: LockedTool | undefined,
): Fault {
  const names = [...known];
  const owner = [path.root, ...path.fields.slice(0, index)].join('.');
  const field = path.fields[index]!;
  const whose = path.root === 'args' && tool !== undefined ? ` of tool \`${tool.key}\`` : '';
  const has =
    names.length === 0
      ? 'it has none'
      : `it has ${names
          .slice(0, 8)
          .map((name) => `\`${name}\``)
          .join(', ')}`;
  return {
    code: 'unknown_argument',
    message: `\`${owner}\`${whose} has no field \`${field}\``,
    offset: path.offsets[index]!,
    remedy: didYouMean(field, names) ?? has,
  };
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
