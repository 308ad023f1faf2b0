/** Where a condition may turn from true to false: the constants that it compares with. */
import { Environment } from '@marcbachmann/cel-js';
import type { ASTNode } from '@marcbachmann/cel-js';
import type { JsonValue } from '@remit/contracts';
import { isNode, pathOf } from './syntax.ts';

/** Constants that one variable's field is compared with. */
export interface Boundary {
  root: string;
  fields: readonly string[];
  /** What its value is compared with. */
  values: JsonValue[];
  /** What its size is compared with. */
  sizes: number[];
}

const environment = new Environment({ enableOptionalTypes: true });

/** Of a source that compiled. Fields that are compared with nothing have empty lists. */
export function boundariesOf(source: string): Boundary[] {
  const found = new Map<string, Boundary>();
  collect(environment.parse(source).ast, found);
  return [...found.values()];
}

function collect(node: ASTNode, found: Map<string, Boundary>): void {
  const path = pathOf(node);
  if (path !== undefined) boundaryAt(path, found);
  const parts = [node.args].flat(3).filter(isNode);
  for (const [subject, other] of pairs(parts)) note(subject, other, found);
  for (const part of parts) if (path === undefined) collect(part, found);
}

/** Each operand with every other: `a < 1`, `1 < a`, `a in [1, 2]`, `a.startsWith("x")`. */
function pairs(parts: readonly ASTNode[]): [ASTNode, ASTNode][] {
  return parts.flatMap((one, at) =>
    parts.filter((_, index) => index !== at).map((other): [ASTNode, ASTNode] => [one, other]),
  );
}

function note(subject: ASTNode, other: ASTNode, found: Map<string, Boundary>): void {
  const constants = constantsOf(other);
  if (constants.length === 0) return;
  const measured = sizedBy(subject);
  const path = pathOf(measured ?? subject);
  if (path === undefined) return;
  const boundary = boundaryAt(path, found);
  if (measured === undefined) boundary.values.push(...constants);
  else boundary.sizes.push(...constants.filter((constant) => typeof constant === 'number'));
}

function boundaryAt(
  { root, fields }: { root: string; fields: string[] },
  found: Map<string, Boundary>,
): Boundary {
  const key = JSON.stringify([root, fields]);
  const known = found.get(key) ?? { root, fields, values: [], sizes: [] };
  found.set(key, known);
  return known;
}

/** What `size(x)` or `x.size()` measures. */
function sizedBy(node: ASTNode): ASTNode | undefined {
  if (node.op === 'call' && node.args[0] === 'size') return node.args[1][0];
  return node.op === 'rcall' && node.args[0] === 'size' ? node.args[1] : undefined;
}

function constantsOf(node: ASTNode): JsonValue[] {
  if (node.op === 'list') return node.args.flatMap(constantsOf);
  if (node.op === '-_')
    return constantsOf(node.args).map((value) => (typeof value === 'number' ? -value : value));
  if (node.op !== 'value') return [];
  const value = node.args;
  if (typeof value === 'bigint') return [Number(value)];
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? [value] : [];
}
