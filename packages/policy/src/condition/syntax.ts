/**
 * What a condition says, read from its syntax tree: which variables and fields it looks at, how deep
 * its loops go, and what in it is not allowed. The tree is that of `@marcbachmann/cel-js`; nothing
 * but this folder knows the library.
 */
import type { ASTNode } from '@marcbachmann/cel-js';
import { bounds } from '@remit/contracts';
import type { Remedy } from '../diagnostics.ts';
import {
  amountOf,
  durationOf,
  hiddenNames,
  renamed,
  takesZone,
  timestampOf,
  zoneFormat,
} from './functions.ts';

/** A place in the source of the condition. */
export interface Fault {
  code: string;
  message: string;
  offset: number;
  remedy?: string | Remedy;
}

/** `root.field.field` as written; `offsets[i]` is where field i starts. */
export interface Path {
  root: string;
  fields: string[];
  offsets: number[];
}

export interface Syntax {
  paths: Path[];
  /** Loops within loops. */
  loops: number;
  patterns: { text: string; offset: number }[];
  /** Where the name of a function stands that is ours inside, under another name of the same length. */
  renames: { from: number; written: string; own: string }[];
  /** Comparisons of a field with texts of the source. */
  comparisons: { path: Path; texts: { text: string; offset: number }[] }[];
  faults: Fault[];
}

export const loopFunctions: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one', 'map', 'filter']);
/** `bind` names a value that can be used many times over: texts that double with every step. */
const BANNED_FUNCTIONS = new Set(['bytes', 'uint', 'b64', 'bind', ...hiddenNames]);
const FLAT = new Set(['&&', '||', '+']);

export function readSyntax(root: ASTNode): Syntax {
  const syntax: Syntax = { paths: [], loops: 0, patterns: [], renames: [], comparisons: [], faults: [] };
  walk(root, syntax, 0, 0);
  return syntax;
}

function walk(node: ASTNode, syntax: Syntax, depth: number, loops: number): void {
  if (depth > bounds.condition_depth_max) {
    if (!syntax.faults.some((fault) => fault.code === 'condition_too_deep')) {
      const message = `the condition is nested more than ${bounds.condition_depth_max} levels deep`;
      syntax.faults.push({ code: 'condition_too_deep', message, offset: node.start });
    }
    return;
  }
  const path = pathOf(node);
  if (path !== undefined) syntax.paths.push(path);
  inspectNode(node, syntax, loops);
  for (const child of childrenOf(node, path !== undefined)) {
    const flat = FLAT.has(node.op) && child.node.op === node.op;
    walk(child.node, syntax, flat ? depth : depth + 1, child.loop ? loops + 1 : loops);
  }
}

/** The chain of fields that ends in this node; undefined where it does not start at a variable. */
export function pathOf(node: ASTNode): Path | undefined {
  if (node.op === 'id') return { root: node.args, fields: [], offsets: [] };
  if (node.op === '.' || node.op === '.?') {
    const [parent, field] = node.args;
    return longer(pathOf(parent), field, node.end - field.length);
  }
  if (node.op === '[]' || node.op === '[?]') {
    const [parent, index] = node.args;
    const literal = index.op === 'value' && typeof index.args === 'string';
    return literal ? longer(pathOf(parent), String(index.args), index.start) : undefined;
  }
  return undefined;
}

function longer(path: Path | undefined, field: string, offset: number): Path | undefined {
  return path && { root: path.root, fields: [...path.fields, field], offsets: [...path.offsets, offset] };
}

interface Child {
  node: ASTNode;
  loop: boolean;
}

function plain(nodes: readonly ASTNode[]): Child[] {
  return nodes.map((node) => ({ node, loop: false }));
}

/** Parts of a node. Those of a path are left out: the path stands for them. */
export function childrenOf(node: ASTNode, isPath: boolean): Child[] {
  if (isPath || node.op === 'value') return [];
  if (node.op === 'rcall') return partsOfCall(node);
  // Operands differ from one operator to the next; whatever is a node in them is a part.
  return plain([node.args].flat(3).filter(isNode));
}

export function isNode(operand: unknown): operand is ASTNode {
  return typeof operand === 'object' && operand !== null && 'op' in operand;
}

function partsOfCall(node: ASTNode & { op: 'rcall' }): Child[] {
  const [name, receiver, args] = node.args;
  if (!loopFunctions.has(name)) return plain([receiver, ...args]);
  // The first argument only names the loop's variable.
  return [...plain([receiver]), ...args.slice(1).map((body) => ({ node: body, loop: true }))];
}

function inspectNode(node: ASTNode, syntax: Syntax, loops: number): void {
  inspectComparison(node, syntax);
  if (node.op === 'value' && typeof node.args === 'object' && node.args !== null) {
    const remedy = 'compare numbers and texts instead';
    syntax.faults.push({
      code: 'condition_not_allowed',
      message: 'bytes and unsigned numbers are not allowed',
      offset: node.start,
      remedy,
    });
  }
  if (node.op === 'call' || node.op === 'rcall') inspectCall(node, syntax, loops);
}

function inspectCall(node: ASTNode & { op: 'call' | 'rcall' }, syntax: Syntax, loops: number): void {
  const name = node.args[0];
  if (BANNED_FUNCTIONS.has(name)) {
    syntax.faults.push({
      code: 'condition_not_allowed',
      message: `function \`${name}\` is not allowed`,
      offset: node.start,
    });
  }
  if (name === 'matches') inspectMatches(node, syntax);
  const operands = node.args.at(-1) as ASTNode[];
  inspectRenamed(node, name, operands, syntax);
  const [only] = operands;
  if (operands.length === 1 && only?.op === 'value' && typeof only.args === 'string')
    inspectLiteral(name, only.args, only.start, syntax);
  if (node.op === 'rcall' && loopFunctions.has(name)) inspectLoop(node, syntax, loops + 1);
}

function inspectLoop(node: ASTNode & { op: 'rcall' }, syntax: Syntax, loops: number): void {
  syntax.loops = Math.max(syntax.loops, loops);
  if (loops > bounds.condition_loops_depth_max) {
    const message = `loops stand more than ${bounds.condition_loops_depth_max} deep in each other`;
    syntax.faults.push({ code: 'condition_too_deep', message, offset: node.start });
  }
  const [variable] = node.args[2];
  if (variable?.op === 'id' && variables.has(variable.args)) {
    const message = `a loop may not call its variable \`${variable.args}\`, which hides the one of that name`;
    syntax.faults.push({
      code: 'condition_not_allowed',
      message,
      offset: variable.start,
      remedy: 'give it another name',
    });
  }
}

/** Variables of every condition. */
export const variables: ReadonlySet<string> = new Set([
  'args',
  'agent',
  'user',
  'tool',
  'conversation',
  'environment',
  'now',
]);

function inspectMatches(node: ASTNode & { op: 'call' | 'rcall' }, syntax: Syntax): void {
  const pattern = node.op === 'rcall' && node.args[2].length === 1 ? node.args[2][0] : undefined;
  if (node.op !== 'rcall' || pattern?.op !== 'value' || typeof pattern.args !== 'string') {
    const remedy = 'write it like `args.name.matches("^[a-z]+$")`';
    syntax.faults.push({
      code: 'condition_not_allowed',
      message: '`matches` takes a pattern in quotes',
      offset: node.start,
      remedy,
    });
    return;
  }
  syntax.patterns.push({ text: pattern.args, offset: pattern.start });
}

function inspectRenamed(
  node: ASTNode & { op: 'call' | 'rcall' },
  name: string,
  operands: readonly ASTNode[],
  syntax: Syntax,
): void {
  const own = renamed(name, operands.length);
  if (own === undefined) return;
  const from = node.op === 'call' ? node.start : node.input.indexOf(name, node.args[1].end);
  syntax.renames.push({ from, written: name, own });
  const [zone] = operands;
  if (!takesZone(name, operands.length) || zone === undefined) return;
  if (zone.op !== 'value' || typeof zone.args !== 'string') {
    const message = `\`${name}\` takes a time zone in quotes, like "Europe/Berlin"`;
    syntax.faults.push({ code: 'condition_not_allowed', message, offset: zone.start });
  }
}

/** What is wrong with a text that stands in the source is said when the policy loads. */
function inspectLiteral(name: string, text: string, offset: number, syntax: Syntax): void {
  const read = takesZone(name, 1) ? zoneFormat : literalReaders.get(name);
  if (read === undefined) return;
  try {
    read(text);
  } catch (error) {
    const why = error instanceof RangeError ? 'there is no such time zone' : (error as Error).message;
    syntax.faults.push({ code: 'invalid_literal', message: `\`${text}\`: ${why}`, offset });
  }
}

const literalReaders: ReadonlyMap<string, (text: string) => unknown> = new Map<
  string,
  (text: string) => unknown
>([
  ['timestamp', timestampOf],
  ['duration', durationOf],
  ['decimal', amountOf],
]);

/** `path == "text"`, `"text" != path`, `path in ["text", "text"]`. */
function inspectComparison(node: ASTNode, syntax: Syntax): void {
  if (node.op !== '==' && node.op !== '!=' && node.op !== 'in') return;
  const [left, right] = node.args;
  const path = pathOf(left) ?? (node.op === 'in' ? undefined : pathOf(right));
  if (path === undefined) return;
  const literals = node.op === 'in' && right.op === 'list' ? right.args : [pathOf(left) ? right : left];
  const texts = literals.flatMap((literal) =>
    literal.op === 'value' && typeof literal.args === 'string'
      ? [{ text: literal.args, offset: literal.start }]
      : [],
  );
  if (texts.length > 0) syntax.comparisons.push({ path, texts });
}
