/**
 * The adapter to `@marcbachmann/cel-js`: parses, checks types, evaluates. Types are checked against
 * the shapes of the variables; evaluation runs on values that already have those types (`value.ts`).
 * docs/decisions/cel.md says why this library and where it leaves the standard.
 */
import { Environment } from '@marcbachmann/cel-js';
import { bounds } from '@remit/contracts';
import { inWrittenNames, registerFunctions } from './functions.ts';
import { Patterns } from './pattern.ts';
import type { Shape } from './shape.ts';
import { readSyntax } from './syntax.ts';
import type { Fault, Syntax } from './syntax.ts';
import { workOf } from './work.ts';
import type { Work } from './work.ts';

export type Variables = Record<string, unknown>;

export interface Program {
  syntax: Syntax;
  work: Work;
  /** True where no arguments can make it slow. */
  /** Result type as CEL names it: `bool`, `dyn`, … */
  type: string;
  /** @throws Error for anything that goes wrong. */
  evaluate(variables: Variables): unknown;
}

export type Outcome<Value> = { ok: true; value: Value } | { ok: false; faults: Fault[] };

/** Shapes of the variables that a condition may use; each keeps its environment. */
export class Scope {
  readonly shapes: Readonly<Record<string, Shape>>;
  readonly environment: Environment;

  constructor(base: Environment, shapes: Readonly<Record<string, Shape>>) {
    this.shapes = shapes;
    this.environment = base.clone();
    for (const [name, shape] of Object.entries(shapes)) declare(this.environment, name, shape);
    this.environment.registerVariable('now', 'google.protobuf.Timestamp');
  }
}

export class Cel {
  readonly #patterns = new Patterns();
  readonly #base: Environment;
  readonly #evaluating: Environment;

  constructor() {
    const limits = { maxDepth: bounds.condition_depth_max, maxAstNodes: bounds.condition_length_max };
    this.#base = registerFunctions(new Environment({ enableOptionalTypes: true, limits }))
      // Equality between the two kinds of numbers, as the language defines it (cel-spec, "Equality");
      // the library's checker has it for `dyn` only.
      .registerOperator('double == int: bool', (left: number, right: bigint) => sameNumber(left, right))
      .registerFunction('string.re2find(string): bool', (text: string, pattern: string) =>
        this.#patterns.find(text, pattern),
      );
    this.#evaluating = this.#base.clone();
    for (const name of ['args', 'agent', 'user', 'tool', 'conversation'])
      this.#evaluating.registerVariable(name, 'map');
    this.#evaluating
      .registerVariable('environment', 'string')
      .registerVariable('now', 'google.protobuf.Timestamp');
  }

  scope(shapes: Readonly<Record<string, Shape>>): Scope {
    return new Scope(this.#base, shapes);
  }

  /** What the source says, whether or not its types are right. */
  read(source: string, scope: Scope): Outcome<Syntax> {
    if (source.length > bounds.condition_length_max) {
      const message = `the condition is longer than ${bounds.condition_length_max} characters`;
      return failed({ code: 'condition_too_long', message, offset: 0 });
    }
    try {
      const syntax = readSyntax(scope.environment.parse(source).ast);
      const faults = [...syntax.faults, ...this.#preparePatterns(syntax)];
      return faults.length > 0 ? failed(...faults) : { ok: true, value: syntax };
    } catch (error) {
      return failed(libraryFault(error));
    }
  }

  /** The program of a source that was read with the same scope. */
  compile(source: string, syntax: Syntax, scope: Scope): Outcome<Program> {
    const rewritten = withOwnFunctions(source, syntax);
    const checked = scope.environment.parse(rewritten).check();
    if (!checked.valid) return failed(libraryFault(checked.error));
    const run = this.#evaluating.parse(rewritten);
    const [left] = readSyntax(run.ast).renames;
    if (left !== undefined) {
      const message = `the word \`${left.written}\` stands in a comment`;
      return failed({ code: 'condition_not_allowed', message, offset: 0 });
    }
    const runnable = run.check();
    if (!runnable.valid) return failed(libraryFault(runnable.error));
    const evaluate = (variables: Variables): unknown => run(variables) as unknown;
    const work = { ...workOf(run.ast), pattern_program: this.#patterns.programOf(syntax.patterns) };
    return {
      ok: true,
      value: { syntax, work, type: checked.type ?? 'dyn', evaluate },
    };
  }

  #preparePatterns(syntax: Syntax): Fault[] {
    return syntax.patterns.flatMap(({ text, offset }) => {
      try {
        this.#patterns.prepare(text);
        return [];
      } catch (error) {
        const message = `\`${text}\` is not a pattern of RE2 syntax: ${messageOf(error)}`;
        return [{ code: 'invalid_pattern', message, offset }];
      }
    });
  }
}

/** A double equals an int where it has exactly its value. */
function sameNumber(left: number, right: bigint): boolean {
  return Number.isInteger(left) && BigInt(left) === right;
}

/** The source with the functions that are ours, under names of the same length. */
function withOwnFunctions(source: string, syntax: Syntax): string {
  return syntax.renames.reduce(
    (text, { from, written, own }) => `${text.slice(0, from)}${own}${text.slice(from + written.length)}`,
    source,
  );
}

function failed(...faults: Fault[]): { ok: false; faults: Fault[] } {
  return { ok: false, faults };
}

function declare(environment: Environment, name: string, shape: Shape): void {
  const type = typeOf(shape);
  if (typeof type === 'string') environment.registerVariable(name, type);
  else environment.registerVariable({ name, schema: type });
}

interface Schema {
  [field: string]: string | Schema;
}

function typeOf(shape: Shape): string | Schema {
  if (shape.kind === 'object') {
    return Object.fromEntries([...shape.fields].map(([field, inner]) => [field, typeOf(inner)]));
  }
  if (shape.kind === 'list') {
    const items = typeOf(shape.items);
    return typeof items === 'string' ? `list<${items}>` : 'list<dyn>';
  }
  return shape.kind === 'any' ? 'dyn' : shape.kind;
}

interface LibraryError {
  code?: string;
  summary?: string;
  message?: string;
  range?: { start: number; end: number };
}

/** Errors of the library carry `code`, `summary` and `range`. */
function libraryFault(error: unknown): Fault {
  const { code, summary, range } = error as LibraryError;
  const message = inWrittenNames(summary ?? messageOf(error));
  return {
    code: code ?? 'condition_invalid',
    message: message.charAt(0).toLowerCase() + message.slice(1),
    offset: range?.start ?? 0,
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.split('\n', 1)[0]! : String(error);
}
