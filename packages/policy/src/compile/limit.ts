/** Limits of documents, resolved: whose calls they count, and on which tools. */
import type { Period, Reservation, RuleReference } from '@remit/contracts';
import { didYouMean, bounds } from '@remit/contracts';
import type { Condition } from '../condition/conditions.ts';
import { parseFieldPath, placeIn } from '../condition/field-path.ts';
import type { FieldPath } from '../condition/field-path.ts';
import { shapeOfSchema } from '../condition/shape.ts';
import type { Shape } from '../condition/shape.ts';
import type { Findings } from '../diagnostics.ts';
import type { Limit, LimitSubject } from '../document/limits.ts';
import type { LimitWindow } from '../document/limit-window.ts';
import type { Word } from '../document/reading.ts';
import type { RemitDocument } from '../document/remit.ts';
import type { Catalog } from '../names/catalog.ts';
import type { LockedTool } from '../names/tool.ts';

/** How long a use counts, as reservations say it. */
export type Lifetime = Pick<Reservation, 'window_ms' | 'period' | 'idle_ms'>;

/** An argument that a limit looks at. */
export interface LimitField {
  path: FieldPath;
  /** Tools (`server/name`) that declare it: a call of theirs without it cannot be counted, and is denied. */
  declaredBy: ReadonlySet<string>;
  /** Tools whose schema leaves open what they take: a call of theirs without it counts as nothing. */
  openOn: ReadonlySet<string>;
}

/** A limit, resolved. It counts calls of `tool` under `condition`, or all calls where those are absent. */
export interface AppliedLimit {
  kind: Limit['kind'];
  /** What is counted and how, for the key: `calls/60000`, `action:refund_over_100/86400000`. */
  name: string;
  max: number;
  lifetime: Lifetime;
  /** True for `per: conversation`. */
  perConversation: boolean;
  by: LimitSubject | LimitField;
  /** The argument that is summed, or whose values are counted. */
  measured?: LimitField;
  tool?: string;
  condition?: Condition;
  reference: RuleReference;
}

type Resolved = Pick<AppliedLimit, 'tool' | 'condition'>;

/** Resolves the limits of documents; what it found out of the tools serves all of them. */
export class LimitCompiler {
  readonly #catalog: Catalog;
  readonly #findings: Findings;
  readonly #shapes = new Map<LockedTool, Shape>();
  readonly #fields = new Map<string, LimitField>();

  constructor(catalog: Catalog, findings: Findings) {
    this.#catalog = catalog;
    this.#findings = findings;
  }

  /** What cannot be resolved is reported and left out. */
  of(document: RemitDocument): AppliedLimit[] {
    return document.limits.flatMap((limit) => this.#limit(document, limit) ?? []);
  }

  #limit(document: RemitDocument, limit: Limit): AppliedLimit | undefined {
    if (countsModelCalls(limit)) {
      const message = `\`${limit.path}\` is checked and shown, but not enforced yet`;
      this.#findings.warning('not_enforced_yet', message, limit.spot, 'do not rely on it');
    }
    const counted = this.#counted(limit);
    const measured = limit.measured && this.#field(limit.measured, counted?.tool, limit.kind);
    const by = typeof limit.by === 'string' ? limit.by : this.#field(limit.by, counted?.tool, 'by');
    if (counted === undefined || by === undefined || (limit.measured && !measured)) return undefined;
    const { spot, path } = limit;
    return {
      kind: limit.kind,
      name: nameOf(limit),
      max: limit.max,
      lifetime: lifetimeOf(limit.window),
      perConversation: limit.window?.kind === 'conversation',
      by,
      reference: { name: `${document.title} ${path}`, file: spot.file, line: spot.line },
      ...(measured && { measured }),
      ...counted,
    };
  }

  #counted(limit: Limit): Resolved | undefined {
    if (limit.action === undefined) return {};
    const meaning = this.#catalog.resolve(limit.action);
    if (meaning?.kind !== 'tool') {
      if (meaning?.kind === 'glob') this.#catalog.refusePattern(limit.action);
      return undefined;
    }
    const condition = meaning.action?.condition;
    return { tool: meaning.name, ...(condition && { condition }) };
  }

  #field(word: Word, tool: string | undefined, use: Limit['kind'] | 'by'): LimitField | undefined {
    const path = parseFieldPath(word.text);
    if (path === undefined) {
      const message = `\`${word.text}\` is not an argument; one reads like \`args.amount\` or \`args.?amount\``;
      this.#findings.error('invalid_value', message, word.spot);
      return undefined;
    }
    const cached = `${tool ?? ''} ${use} ${path.text}`;
    const known = this.#fields.get(cached);
    if (known !== undefined) return known;
    const found = this.#lookUp(word, path, tool, use);
    if (found !== undefined) this.#fields.set(cached, found);
    return found;
  }

  /** Without a lock nothing is known of any tool: the argument is counted where it is. */
  #lookUp(
    word: Word,
    path: FieldPath,
    name: string | undefined,
    use: Limit['kind'] | 'by',
  ): LimitField | undefined {
    const named = name === undefined ? undefined : this.#catalog.tools.get(name);
    const tools = name === undefined ? [...this.#catalog.tools.values()] : named ? [named] : [];
    const declaredBy = new Set<string>();
    const openOn = new Set<string>();
    let misfits = false;
    for (const tool of tools) {
      const place = placeIn(this.#shapeOf(tool), path);
      if (place === 'open') openOn.add(tool.key);
      else if (place !== 'absent' && fits(place, use)) declaredBy.add(tool.key);
      else if (place !== 'absent') {
        misfits = true;
        this.#refuseShape(word, tool, place, use, named !== undefined);
      }
    }
    if (tools.length > 0 && declaredBy.size + openOn.size === 0) {
      // The one tool that is named was refused already, where it has the argument in another type.
      if (!misfits || named === undefined) this.#unknown(word, path, tools);
      return undefined;
    }
    if (tools.length > 0 && declaredBy.size === 0) this.#warnOpen(word);
    return { path, declaredBy, openOn };
  }

  #refuseShape(
    word: Word,
    tool: LockedTool,
    shape: Shape,
    use: Limit['kind'] | 'by',
    isNamed: boolean,
  ): void {
    const wanted = use === 'sum' ? 'a number' : 'a single value';
    const message = `\`${word.text}\` of tool \`${tool.key}\` is of type ${shape.kind}, not ${wanted}, so this limit does not count its calls`;
    if (isNamed) this.#findings.error('condition_type', message, word.spot);
    else this.#findings.warning('limit_not_measured', message, word.spot, 'name the tool with `action:`');
  }

  #warnOpen(word: Word): void {
    const message = `no tool declares \`${word.text}\`, so only calls that carry it all the same are counted`;
    this.#findings.warning('limit_not_measured', message, word.spot);
  }

  #unknown(word: Word, path: FieldPath, tools: readonly LockedTool[]): void {
    const whose = tools.length === 1 ? `tool \`${tools[0]!.key}\` has no` : 'no tool has a';
    const known = new Set(tools.flatMap((tool) => fieldNames(this.#shapeOf(tool))));
    const hint = didYouMean(path.names[0]!, known);
    this.#findings.error('unknown_argument', `${whose} field \`${word.text}\``, word.spot, hint);
  }

  #shapeOf(tool: LockedTool): Shape {
    let shape = this.#shapes.get(tool);
    if (shape === undefined) {
      shape = shapeOfSchema(tool.definition.inputSchema);
      this.#shapes.set(tool, shape);
    }
    return shape;
  }
}

/** True for what model calls use: no other kind of action counts, and there is no road for model calls yet. */
export function countsModelCalls({ kind }: Pick<Limit, 'kind'>): boolean {
  return kind === 'tokens' || kind === 'cost';
}

/** True where calls of this tool may count; `names` are those that it goes by. */
export function concerns(
  limit: AppliedLimit,
  names: readonly string[],
  tool: LockedTool | undefined,
): boolean {
  if (countsModelCalls(limit)) return false;
  if (limit.tool !== undefined && !names.includes(limit.tool)) return false;
  const { by, measured } = limit;
  const has = (field: LimitField | undefined): boolean =>
    field === undefined || tool === undefined || field.declaredBy.has(tool.key) || field.openOn.has(tool.key);
  return has(measured) && has(typeof by === 'string' ? undefined : by);
}

/** True for limits that also count what is not a call of a tool: reads of resources, prompts. */
export function concernsEveryKind({ kind, tool, by, measured }: AppliedLimit): boolean {
  const counts = kind === 'calls' || kind === 'concurrency';
  return counts && tool === undefined && measured === undefined && typeof by === 'string';
}

/** Values that can be summed, counted apart or counted by. */
function fits(shape: Shape, use: Limit['kind'] | 'by'): boolean {
  switch (shape.kind) {
    case 'any':
    case 'int':
    case 'double':
    case 'string':
      return true;
    case 'bool':
      return use !== 'sum';
    case 'list':
      return use === 'distinct' && shape.items.kind !== 'list' && shape.items.kind !== 'object';
    case 'null':
    case 'object':
      return false;
  }
}

function fieldNames(shape: Shape): string[] {
  return shape.kind === 'object' ? [...shape.fields.keys()] : [];
}

function lifetimeOf(window: LimitWindow | undefined): Lifetime {
  switch (window?.kind) {
    case undefined:
      return {};
    case 'sliding':
      return { window_ms: window.length_ms };
    case 'fixed':
      return { period: window.period };
    case 'conversation':
      return { idle_ms: bounds.conversation_idle_ms };
  }
}

function nameOf(limit: Limit): string {
  const window = windowName(limit.window);
  return window === undefined ? countedName(limit) : `${countedName(limit)}/${window}`;
}

function countedName({ kind, action, measured }: Limit): string {
  const what = measured === undefined ? undefined : `${kind}:${encoded(measured.text)}`;
  if (action === undefined) return what ?? kind;
  return what === undefined ? `action:${encoded(action.text)}` : `${what}:${encoded(action.text)}`;
}

function windowName(window: LimitWindow | undefined): string | undefined {
  if (window === undefined || window.kind === 'conversation') return window?.kind;
  return window.kind === 'sliding' ? String(window.length_ms) : periodName(window.period);
}

function periodName({ unit, timezone }: Period): string {
  return `${unit}@${encoded(timezone)}`;
}

function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
