/**
 * What names stand for: tools of the lock, and the workspace's named actions. Every name that a
 * person wrote is looked up here, once, when the policy loads.
 */
import { isJsonObject } from '@remit/contracts';
import type { ToolsLock } from '@remit/contracts';
import { Conditions } from '../condition/conditions.ts';
import type { Condition } from '../condition/conditions.ts';
import type { Findings, Remedy } from '../diagnostics.ts';
import type { Word } from '../document/reading.ts';
import type { ReadingTool, ToolNotes } from '../document/tools.ts';
import type { ActionDocument, WorkspaceDocument } from '../document/workspace.ts';
import { globMatches, isGlob } from './glob.ts';
import { lockedTools } from './tool.ts';
import type { LockedTool } from './tool.ts';
import { meant } from '../document/meant.ts';

/** What a name in a list of tools and actions stands for. */
export type Meaning =
  /** One tool, perhaps only under a condition. `name` is the key `server/tool`, or a bare name where nothing could be checked. */
  | { kind: 'tool'; name: string; action?: NamedAction }
  | { kind: 'glob'; server: string; tool: string }
  /** Nothing yet: a planned action. */
  | { kind: 'planned'; action: NamedAction };

/** What a rule matches. */
export type Match =
  /** A tool's key or bare name, a URI, a prompt as `server/name`, a server's name. */
  | { kind: 'exact'; name: string }
  /** `target` is matched against the whole target, `server` against the server's name. */
  | { kind: 'glob'; server: string; target: string }
  | { kind: 'nothing' };

export interface NamedAction {
  name: string;
  word: Word;
  /** As `Meaning` says; absent for a planned action. */
  tool?: string;
  condition?: Condition;
}

export class Catalog {
  readonly tools: ReadonlyMap<string, LockedTool>;
  readonly actions = new Map<string, NamedAction>();
  /** False where there is no lock, so that names cannot be checked. */
  readonly checked: boolean;
  readonly #byPattern = new Map<string, readonly LockedTool[]>();
  readonly #byBareName: ReadonlyMap<string, readonly LockedTool[]>;
  /** Servers of the workspace that the lock does not know yet. */
  readonly #unlocked: readonly string[];
  /** Servers of workspace and lock; undefined where there is no workspace to check against. */
  readonly #servers: ReadonlySet<string> | undefined;
  readonly #findings: Findings;
  readonly #conditions: Conditions;
  /** Names already refused, so that each mistake is explained once in full. */
  readonly #hints = new Map<string, Remedy | undefined>();

  /** Looks through tools, notes and actions, a step for each. */
  static *of(
    workspace: WorkspaceDocument | undefined,
    lock: ToolsLock | undefined,
    findings: Findings,
  ): Generator<void, Catalog> {
    const notes = workspace?.tools ?? new Map<string, ToolNotes>();
    const tools: LockedTool[] = [];
    const notesOf = (key: string, name: string) => notes.get(key) ?? notes.get(name);
    for (const tool of lock ? lockedTools(lock, notesOf, workspace?.servers) : []) {
      tools.push(tool);
      yield;
    }
    const catalog = new Catalog(workspace, lock, tools, findings);
    yield* catalog.#checkNotes(notes);
    for (const action of workspace?.actions.values() ?? []) {
      catalog.#define(action);
      yield;
    }
    return catalog;
  }

  private constructor(
    workspace: WorkspaceDocument | undefined,
    lock: ToolsLock | undefined,
    tools: readonly LockedTool[],
    findings: Findings,
  ) {
    this.#findings = findings;
    this.checked = lock !== undefined;
    this.tools = new Map(tools.map((tool) => [tool.key, tool]));
    this.#byBareName = Map.groupBy(tools, (tool) => tool.name);
    this.#unlocked = [...(workspace?.servers.keys() ?? [])].filter(
      (server) => lock && !Object.hasOwn(lock.servers, server),
    );
    this.#servers = workspace && new Set([...workspace.servers.keys(), ...Object.keys(lock?.servers ?? {})]);
    this.#conditions = new Conditions(findings);
  }

  *#checkNotes(notes: ReadonlyMap<string, ToolNotes>): Generator<void, void> {
    for (const note of notes.values()) {
      yield;
      const meaning = this.#tool(note.name);
      const tool = meaning === undefined ? undefined : this.tools.get(meaning);
      const readings = [...(note.reads?.arguments.values() ?? [])];
      for (const expression of [note.subject, note.amount, ...readings]) {
        if (expression !== undefined) this.#conditions.checkExpression(expression, tool);
      }
      if (note.reads !== undefined) this.#checkReading(note.reads);
    }
  }

  /** What is read before and after a change may change nothing itself. */
  #checkReading({ tool: word, arguments: args }: ReadingTool): void {
    const meaning = this.#tool(word);
    const tool = meaning === undefined ? undefined : this.tools.get(meaning);
    if (tool === undefined) return;
    if (tool.effect !== 'read') {
      const message = `\`${tool.key}\` does not only read, so it cannot show what a call changes`;
      const remedy = 'name a tool that reads, or say `effect: read` of it under `tools:`';
      this.#findings.error('not_a_reading_tool', message, word.spot, remedy);
    }
    const { properties } = tool.definition.inputSchema;
    if (!isJsonObject(properties)) return;
    for (const [name, { spot }] of args) {
      if (Object.hasOwn(properties, name)) continue;
      const hint = meant(name, Object.keys(properties));
      this.#findings.error('unknown_argument', `\`${tool.key}\` has no argument \`${name}\``, spot, hint);
    }
  }

  #define(document: ActionDocument): void {
    const { name, when } = document;
    if (isGlob(name.text) || name.text.includes('/')) {
      return this.#findings.error(
        'invalid_name',
        `action name \`${name.text}\` may hold neither \`/\` nor \`*\``,
        name.spot,
      );
    }
    if (this.#byBareName.has(name.text)) {
      const remedy = 'give the action another name';
      return this.#findings.error(
        'ambiguous_name',
        `action \`${name.text}\` has the name of a tool`,
        name.spot,
        remedy,
      );
    }
    const action: NamedAction = { name: name.text, word: name };
    this.actions.set(name.text, action);
    if (document.tool === undefined || document.planned) return;
    const tool = this.#tool(document.tool);
    if (tool === undefined) return;
    action.tool = tool;
    const condition = when && this.#conditions.compile(when, this.tools.get(tool));
    if (condition) action.condition = condition;
  }

  /** What this name means where tools and actions may stand; undefined after an error. */
  resolve(word: Word): Meaning | undefined {
    if (isGlob(word.text)) return this.#glob(word);
    const action = this.actions.get(word.text);
    if (action !== undefined)
      return action.tool === undefined
        ? { kind: 'planned', action }
        : { kind: 'tool', name: action.tool, action };
    const tool = this.#tool(word);
    return tool === undefined ? undefined : { kind: 'tool', name: tool };
  }

  /** True for a tool's name, a bare one included, and for a named action. */
  knows(name: string): boolean {
    return this.tools.has(name) || this.#byBareName.has(name) || this.actions.has(name);
  }

  /** For places where one tool or action has to be named. */
  refusePattern(word: Word): void {
    this.#findings.error(
      'invalid_name',
      `\`${word.text}\` is a pattern; here one tool or action has to be named`,
      word.spot,
    );
  }

  /** False after an error: no server is called so. A pattern of servers always passes. */
  knowsServer(server: string, word: Word): boolean {
    if (this.#servers === undefined || this.#servers.has(server) || isGlob(server)) return true;
    const remedy = meant(server, this.#servers) ?? 'add it to `servers:` of the workspace';
    this.#findings.error(
      'unknown_server',
      `\`${word.text}\` names a server \`${server}\`, which the workspace does not have`,
      word.spot,
      remedy,
    );
    return false;
  }

  #glob(word: Word): Meaning | undefined {
    const slash = word.text.indexOf('/');
    const server = slash < 0 ? '*' : word.text.slice(0, slash);
    const tool = slash < 0 ? word.text : word.text.slice(slash + 1);
    const meaning = { kind: 'glob', server, tool } as const;
    if (!this.knowsServer(server, word)) return undefined;
    if (this.checked && this.#unlocked.length === 0 && this.#matching(server, tool).length === 0) {
      this.#findings.warning(
        'pattern_matches_nothing',
        `pattern \`${word.text}\` matches no tool`,
        word.spot,
      );
    }
    return meaning;
  }

  /** Tools of the lock that a rule speaks of. */
  toolsOf(match: Match): readonly LockedTool[] {
    if (match.kind === 'nothing') return [];
    if (match.kind === 'glob') return this.#matching(match.server, match.target);
    const tool = this.tools.get(match.name);
    return tool === undefined ? [] : [tool];
  }

  #matching(server: string, tool: string): readonly LockedTool[] {
    const key = `${server}/${tool}`;
    let found = this.#byPattern.get(key);
    if (found === undefined) {
      found = [...this.tools.values()].filter(
        (known) => globMatches(server, known.server) && globMatches(tool, known.name),
      );
      this.#byPattern.set(key, found);
    }
    return found;
  }

  /** The key of the tool that a name without `*` means. */
  #tool(word: Word): string | undefined {
    const { text } = word;
    if (!this.checked || this.tools.has(text)) return text;
    const candidates = this.#byBareName.get(text) ?? [];
    if (candidates.length === 1) return candidates[0]!.key;
    if (candidates.length > 1) return this.#ambiguous(word, candidates);
    if (this.#mayBeUnlocked(text)) return this.#notChecked(word);
    return this.#unknown(word);
  }

  #ambiguous(word: Word, candidates: readonly LockedTool[]): undefined {
    const full = candidates.map((tool) => `\`${tool.key}\``);
    const message = `\`${word.text}\` is a tool of ${candidates.length} servers`;
    this.#findings.error('ambiguous_name', message, word.spot, `write ${full.join(' or ')}`);
    return undefined;
  }

  /** True where the name may belong to a server whose tools are not in the lock. */
  #mayBeUnlocked(name: string): boolean {
    const slash = name.indexOf('/');
    return slash < 0 ? this.#unlocked.length > 0 : this.#unlocked.includes(name.slice(0, slash));
  }

  #notChecked(word: Word): string {
    const servers = this.#unlocked.map((name) => `\`${name}\``).join(', ');
    const message = `\`${word.text}\` could not be checked: \`tools.lock\` has no tools of ${servers}`;
    this.#findings.warning(
      'name_not_checked',
      message,
      word.spot,
      'run `remit tools pull` when the server is up',
    );
    return word.text;
  }

  #unknown(word: Word): undefined {
    if (!this.#hints.has(word.text)) {
      const names = [...this.tools.keys(), ...this.actions.keys()];
      this.#hints.set(word.text, this.#findings.full ? undefined : meant(word.text, names));
    }
    const message = `\`${word.text}\` is neither a tool in \`tools.lock\` nor an action of the workspace`;
    const remedy =
      this.#hints.get(word.text) ??
      'define it under `actions:`, with `planned: true` while its tool does not exist';
    this.#findings.error('unknown_name', message, word.spot, remedy);
    return undefined;
  }
}
