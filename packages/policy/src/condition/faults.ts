/** What is wrong with a condition, in words that name the field, the tool and what was probably meant. */
import { meant } from '../document/meant.ts';
import type { Remedy } from '../diagnostics.ts';
import type { LockedTool } from '../names/tool.ts';
import type { Scope } from './cel.ts';
import type { Shape } from './shape.ts';
import { variables } from './syntax.ts';
import type { Fault, Path, Syntax } from './syntax.ts';

/** Unknown fields, also where the library lets them pass: in `has()` and after `.?`. */
export function pathFaults(paths: readonly Path[], scope: Scope, tool: LockedTool | undefined): Fault[] {
  return paths.flatMap((path) => unknownField(path, scope.shapes[path.root], tool) ?? []);
}

/** The library's words in ours, with what was probably meant. */
export function explained(fault: Fault, scope: Scope): Fault {
  switch (fault.code) {
    case 'unknown_variable': {
      const name = fault.message.split(': ')[1] ?? '';
      const remedy = fieldHint(name, scope) ?? meant(name, variables);
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
  'invalid_literal',
  'unknown_argument',
  'unknown_value',
]);

function hinted(remedy: string | Remedy | undefined): Pick<Fault, 'remedy'> {
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
    remedy: meant(field, names) ?? has,
  };
}

/** Texts that a field can never be, since its schema lists what it can be. */
export function valueFaults(comparisons: Syntax['comparisons'], scope: Scope): Fault[] {
  return comparisons.flatMap(({ path, texts }) => {
    const shape = shapeAt(path, scope.shapes[path.root]);
    if (shape?.kind !== 'string' || shape.values === undefined) return [];
    const { values } = shape;
    return texts
      .filter(({ text }) => !values.includes(text))
      .map(({ text, offset }) => neverEqual(path, text, offset, values));
  });
}

function neverEqual(path: Path, text: string, offset: number, values: readonly string[]): Fault {
  const field = [path.root, ...path.fields].join('.');
  const listed = values.slice(0, 8).map((value) => `\`${value}\``);
  return {
    code: 'unknown_value',
    message: `\`${field}\` is never \`${text}\``,
    offset,
    remedy: meant(text, values) ?? `it can be ${listed.join(', ')}`,
  };
}

/** Arguments that the schema says nothing of: comparing them is checked only when a call is decided. */
export function untyped(paths: readonly Path[], scope: Scope): Path | undefined {
  return paths.find(
    (path) =>
      path.root === 'args' && path.fields.length > 0 && shapeAt(path, scope.shapes['args'])?.kind === 'any',
  );
}

/** The shape of what a path leads to; `any` beyond what is declared. */
function shapeAt(path: Path, shape: Shape | undefined): Shape | undefined {
  let current = shape;
  for (const field of path.fields) {
    if (current?.kind === 'any') return current;
    if (current?.kind !== 'object') return undefined;
    current = current.fields.get(field);
  }
  return current;
}
