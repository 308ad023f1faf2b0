/** Random conditions, each as CEL text and as a slow evaluation of its own. */
import fc from 'fast-check';
import type { Expression, PlainCall } from './plain.ts';

export const expression: fc.Arbitrary<Expression> = fc.letrec<{ any: Expression; leaf: Expression }>(
  (tie) => ({
    leaf: fc.oneof(
      fc.record({
        is: fc.constant('number' as const),
        than: fc.constantFrom('>' as const, '<=' as const, '==' as const),
        n: fc.constantFrom(-1, 5, 10),
      }),
      fc.record({ is: fc.constant('text' as const), text: fc.constantFrom('x', 'y') }),
      fc.record({ is: fc.constant('has' as const), field: fc.constantFrom('n' as const, 's' as const) }),
      fc.record({ is: fc.constant('user' as const), id: fc.constantFrom('dana', 'eve') }),
    ),
    any: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      tie('leaf'),
      fc.record({ is: fc.constant('not' as const), of: tie('any') }),
      fc.record({ is: fc.constantFrom('and' as const, 'or' as const), left: tie('any'), right: tie('any') }),
    ),
  }),
).any;

export function written(expression: Expression): string {
  switch (expression.is) {
    case 'number':
      return `args.n ${expression.than} ${expression.n}`;
    case 'text':
      return `args.s == "${expression.text}"`;
    case 'has':
      return `has(args.${expression.field})`;
    case 'user':
      return `user.id == "${expression.id}"`;
    case 'not':
      return `!(${written(expression.of)})`;
    case 'and':
      return `(${written(expression.left)} && ${written(expression.right)})`;
    case 'or':
      return `(${written(expression.left)} || ${written(expression.right)})`;
  }
}

/**
 * Undefined where it cannot be said whether it holds. An argument of another type than the tool's
 * schema declares is such a case wherever the condition names that argument.
 */
export function holds(expression: Expression, call: PlainCall): boolean | undefined {
  const { n, s } = call.args;
  if (names(expression, 'n') && n !== undefined && !Number.isInteger(n)) return undefined;
  if (names(expression, 's') && s !== undefined && typeof s !== 'string') return undefined;
  return value(expression, call);
}

function names(expression: Expression, field: 'n' | 's'): boolean {
  switch (expression.is) {
    case 'number':
      return field === 'n';
    case 'text':
      return field === 's';
    case 'has':
      return expression.field === field;
    case 'user':
      return false;
    case 'not':
      return names(expression.of, field);
    case 'and':
    case 'or':
      return names(expression.left, field) || names(expression.right, field);
  }
}

/** Three values; `and` and `or` as cel-spec "Logical Operators": one side that settles it is enough. */
function value(expression: Expression, call: PlainCall): boolean | undefined {
  switch (expression.is) {
    case 'number':
      return compare(call.args.n as number | undefined, expression.than, expression.n);
    case 'text':
      return call.args.s === undefined ? undefined : call.args.s === expression.text;
    case 'has':
      return call.args[expression.field] !== undefined;
    case 'user':
      return call.user === undefined ? undefined : call.user === expression.id;
    case 'not': {
      const inner = value(expression.of, call);
      return inner === undefined ? undefined : !inner;
    }
    case 'and':
    case 'or': {
      const settles = expression.is === 'or';
      const sides = [value(expression.left, call), value(expression.right, call)];
      if (sides.includes(settles)) return settles;
      return sides.includes(undefined) ? undefined : !settles;
    }
  }
}

function compare(n: number | undefined, than: '>' | '<=' | '==', with_: number): boolean | undefined {
  if (n === undefined) return undefined;
  if (than === '>') return n > with_;
  return than === '<=' ? n <= with_ : n === with_;
}
