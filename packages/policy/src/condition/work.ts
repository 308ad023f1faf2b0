/**
 * How much work a condition can be, from the syntax tree that is evaluated, so that no arguments make it slow: what it
 * costs at most grows with loops, texts that are scanned, and values that are compared. An estimate
 * that is never too low; a call that goes over the bound fails the condition, which denies.
 */
import type { ASTNode } from '@marcbachmann/cel-js';
import { bounds } from '@remit/contracts';
import { hiddenNames, zonedNames } from './functions.ts';
import { childrenOf, loopFunctions, pathOf, variables } from './syntax.ts';
import type { Extent } from './value.ts';

export interface Work {
  nodes: number;
  /** Loops within loops. */
  loops: number;
  /** Calls and operators that read a text from end to end. */
  scans: number;
  /** Comparisons of whole variables, and of what a loop goes through. */
  wholes: number;
  elements: number;
  /** Additions, which make longer texts and lists: each adds one operand, in a loop it may double. */
  additions: number;
  doublings: number;
  /** Lists made into texts, and texts into lists. */
  joins: number;
  splits: number;
  /** Instructions of its patterns. */
  pattern_program: number;
  /** Items of the longest list, and characters of the longest text, in the source itself. */
  literal: { items: number; characters: number };
}

const SCANS: ReadonlySet<string> = new Set([
  'size',
  'contains',
  'indexOf',
  'lastIndexOf',
  'lowerAscii',
  'upperAscii',
  'trim',
  'substring',
  'double',
  'split',
  'join',
]);
/** Calls that read or make dates and amounts, and what they count in steps. */
const SLOW: ReadonlySet<string> = new Set([...hiddenNames, 'decimal']);
const SLOW_STEPS = 25;
/** What the time zone adds. */
const ZONE_STEPS = 75;
/** Characters that a scan reads in the time of one step. */
const CHARACTERS_PER_STEP = 16;
/** Instructions of a pattern that are tried on a character in the time of one step. */
const INSTRUCTIONS_PER_STEP = 2;

export function workOf(root: ASTNode): Work {
  const work: Work = {
    nodes: 0,
    loops: 0,
    scans: 0,
    wholes: 0,
    elements: 0,
    additions: 0,
    doublings: 0,
    joins: 0,
    splits: 0,
    pattern_program: 0,
    literal: { items: 0, characters: 0 },
  };
  walk(root, work, 0);
  return work;
}

function walk(node: ASTNode, work: Work, loops: number): void {
  work.nodes += 1;
  count(node, work, loops);
  for (const child of childrenOf(node, pathOf(node) !== undefined))
    walk(child.node, work, child.loop ? loops + 1 : loops);
}

function count(node: ASTNode, work: Work, loops: number): void {
  if (node.op === 'value' && typeof node.args === 'string')
    work.literal.characters = Math.max(work.literal.characters, node.args.length);
  if (node.op === 'list') work.literal.items = Math.max(work.literal.items, node.args.length);
  if (node.op === '+' && loops === 0) work.additions += 1;
  if (node.op === '+' && loops > 0) work.doublings += 1;
  if (node.op === '==' || node.op === '!=' || node.op === 'in') countComparison(node, work);
  if (node.op === 'call' || node.op === 'rcall') countCall(node.args[0], work, loops);
}

function countCall(name: string, work: Work, loops: number): void {
  if (SCANS.has(name)) work.scans += 1;
  if (SLOW.has(name)) work.nodes += SLOW_STEPS;
  if (zonedNames.has(name)) work.nodes += ZONE_STEPS;
  if (name === 'join') work.joins += 1;
  if (name === 'split') work.splits += 1;
  if (loopFunctions.has(name)) work.loops = Math.max(work.loops, loops + 1);
}

/** What is compared with a single value of the source is compared in one step; a list is gone through. */
function countComparison(node: ASTNode & { op: '==' | '!=' | 'in' }, work: Work): void {
  const [left, right] = node.args;
  if (node.op === 'in') return right.op === 'list' ? undefined : countOperands([right], work);
  const isSingle = [left, right].some(({ op, args }) => op === 'value' && typeof args !== 'object');
  if (!isSingle) countOperands([left, right], work);
}

/** No more is compared than what is in the smaller operand. */
function countOperands(operands: readonly ASTNode[], work: Work): void {
  const roots = operands.map((operand) => pathOf(operand)?.root);
  if (roots.some((root) => root !== undefined && !variables.has(root))) work.elements += 1;
  else work.wholes += 1;
}

/** True where the work is the same for all arguments: fields are compared with what stands in the source. */
function isCheap(work: Work): boolean {
  const { loops, scans, wholes, elements, additions, joins, splits, pattern_program } = work;
  return loops + scans + wholes + elements + additions + joins + splits + pattern_program === 0;
}

/** Steps that the conditions of one call have taken: all of them together may take no more than one. */
export interface Spent {
  steps: number;
}

/** Reading the facts of a call for one condition, and telling that it failed. */
const CONDITION_STEPS = 20;
const FAILURE_STEPS = 500;

export function isSpent({ steps }: Spent): boolean {
  return steps > bounds.condition_steps_max;
}

/** @throws Error where evaluating the condition over arguments of this extent could take too long. */
export function spendWork(work: Work, extent: Extent, spent: Spent): void {
  const steps = isCheap(work) ? work.nodes : stepsOf(work, extent);
  if (steps > bounds.condition_steps_max)
    throw new Error(
      work.loops > 0 ? 'the arguments are too large for its loops' : 'the arguments are too large for it',
    );
  spent.steps += CONDITION_STEPS + extent.values + steps;
  if (isSpent(spent)) throw new Error('the arguments are too large for all conditions of this tool together');
}

export function spendFailure(extent: Extent, spent: Spent): void {
  spent.steps += FAILURE_STEPS + extent.values;
}

function stepsOf(work: Work, extent: Extent): number {
  const growth = (1 + work.additions) * 2 ** work.doublings;
  const texts = Math.max(extent.characters, work.literal.characters) * growth;
  const items = Math.max(extent.items, work.literal.items, work.splits > 0 ? texts : 0) * growth;
  const characters = texts * Math.max(1, items) ** work.joins;
  const turns = Math.max(1, items) ** work.loops;
  const scanned = work.scans + (work.additions + work.doublings > 0 ? 1 : 0);
  const each =
    work.nodes +
    (scanned * characters) / CHARACTERS_PER_STEP +
    work.wholes * extent.values +
    work.elements * extent.element +
    (work.pattern_program * Math.min(characters, bounds.condition_match_characters_max)) /
      INSTRUCTIONS_PER_STEP;
  return turns * each + items * work.splits;
}
