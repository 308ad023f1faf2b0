/** Expressions that only refer to a field (COAZ-MCP, "Expressions and Literals"), the part of CEL that can be read backwards. */

export interface Reference {
  /** From the input variable on: `params`, `arguments`, `id`. */
  path: readonly string[];
  /** Where a step is `.?`: absent without the field. */
  optional: boolean;
}

const step = /\.(\??)([A-Za-z_][A-Za-z0-9_]*)|\[(?:"([^"\\]*)"|'([^'\\]*)')\]/y;

/** Undefined for every other expression, and for keys that are special to objects. */
export function referenceIn(expression: string): Reference | undefined {
  const root = /^(params|token)(?=[.[])/.exec(expression)?.[0];
  if (root === undefined) return undefined;
  const path = [root];
  let optional = false;
  for (let at = root.length; at < expression.length; at = step.lastIndex) {
    step.lastIndex = at;
    const found = step.exec(expression);
    const name = found?.[2] ?? found?.[3] ?? found?.[4];
    if (name === undefined || name === '__proto__') return undefined;
    optional ||= found?.[1] === '?';
    path.push(name);
  }
  return { path, optional };
}
