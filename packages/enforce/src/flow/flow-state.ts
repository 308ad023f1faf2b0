/**
 * What conversations have read, and where values come from: the state that flow rules are decided by.
 *
 * Labels hold for the agent together with the person it acts for, and for the conversation that it
 * declares. A conversation that is only declared starts with all that agent and person have read; one that
 * is attested starts clean. Neither time, nor another agent, nor a detour over a store takes a label away
 * (docs/decisions/flows.md).
 */
import {
  bounds,
  joinLabels,
  unknownLabels,
  type Action,
  type FlowSnapshot,
  type JsonValue,
  type Labels,
  type ValueOrigin,
} from '@remit/contracts';
import { answerLabels, leavesSomething, type CompiledPolicy } from '@remit/policy';
import type { Flows, ReadNote } from '../ports.ts';
import { withClasses } from './classes.ts';
import { contentOf, leavesOf } from './content.ts';
import {
  fingerprintsOfAnswer,
  fingerprintsOfReading,
  fingerprintsOfWriting,
  lookups,
} from './fingerprints.ts';
import { joinMarks, Marks, type Mark } from './marks.ts';
import { Memories } from './memories.ts';
import type { SavedMemory, ValueMemory } from './value-memory.ts';

/** Who reads: the parts of an action that say whose labels they become. */
export type Reader = Pick<Action, 'agent' | 'user' | 'context' | 'attested'>;

export type SavedFlow =
  | ({ kind: 'reader' | 'conversation' | 'agent' | 'all'; name?: string | undefined } & Mark)
  | ({ kind: 'read' | 'written'; name: string } & SavedMemory);

export class FlowState implements Flows {
  readonly #policy: () => CompiledPolicy;
  /** Of agent and person together; of conversations; of agents by messages that others sent them. */
  readonly #readers = new Marks();
  readonly #conversations = new Marks();
  readonly #agents = new Marks();
  /** Of everything that an agent has read, for whomever. */
  readonly #all = new Marks();
  /** What readers have seen, and what was written into servers. */
  readonly #read = new Memories();
  readonly #written = new Memories();
  #changes = 0;

  constructor(policy: () => CompiledPolicy) {
    this.#policy = policy;
  }

  /** Goes up with everything that is kept. */
  get changes(): number {
    return this.#changes;
  }

  snapshot(action: Action): FlowSnapshot | undefined {
    const mark = this.#markOf(action);
    if (mark === undefined) return undefined;
    const memory = this.#read.peek(readerNames(action).at(-1)!);
    const { origins, complete } = memory ? originsIn(action.arguments, memory) : whole;
    const forgotten = complete ? memory?.forgotten : mark.labels;
    return { read: mark.labels, sources: [...mark.sources], origins, ...(forgotten && { forgotten }) };
  }

  carried(action: Action, snapshot: FlowSnapshot | undefined): void {
    const labels = joinLabels(snapshot?.read, snapshot?.forgotten);
    if (labels === undefined) return;
    if (action.kind === 'agent_message') this.#deliver(action, labels);
    if (!this.#adds(action, labels)) return;
    this.#write(action, labels, action.arguments);
    // Nothing by which it would be known again: all that the store answers may be it.
    if (fingerprintsOfWriting(action.arguments).hashes.size === 0) this.wroteUnknown(action.server, labels);
  }

  mayAnswer(action: Action): Labels | undefined {
    return answerLabels(this.#policy(), action);
  }

  saw(action: Action, content: JsonValue): ReadNote | undefined {
    const base = action.kind === 'agent_message' ? this.#told(action) : this.mayAnswer(action);
    if (base === undefined) return undefined;
    const stored = this.#storedIn(action.server, content);
    const labels = withClasses(joinLabels(base, stored.labels), content, this.#policy());
    this.raise(action, action.id, labels, action);
    const fingerprints = fingerprintsOfAnswer(content);
    for (const name of readerNames(action))
      this.#read.change(name, (memory) => memory.add(action.id, labels, fingerprints));
    const carried = this.#markOf(action)!.labels;
    // What the server calls the new thing by: who reads it there, reads what was written.
    if (this.#adds(action, carried)) this.#write(action, carried, contentOf(content));
    return { labels, from: stored.events };
  }

  lost(reader: Reader, labels: Labels): void {
    this.#changes += 1;
    for (const name of readerNames(reader)) this.#read.forget(name, labels);
  }

  /** Labels that somebody has read, for good. */
  raise(reader: Reader, event: string, labels: Labels, source: Pick<Action, 'server' | 'target'>): void {
    this.#changes += 1;
    const { server, target } = source;
    const mark: Mark = { labels, sources: [{ event, server, target }] };
    for (const name of readerNames(reader)) this.#readers.raise(name, mark);
    this.#all.raise(reader.agent, mark);
    const { conversation_id } = reader.context;
    if (conversation_id !== undefined) this.#conversations.raise(conversation_id, mark);
  }

  /** For everybody that this agent acts for: it is not known any more for whom it read. */
  raiseAgent(agent: string, event: string, labels: Labels): void {
    this.#changes += 1;
    const mark = { labels, sources: [{ event, server: 'agent', target: agent }] };
    this.#agents.raise(agent, mark);
    this.#all.raise(agent, mark);
  }

  /** The action wrote under these labels; what exactly is not known any more. */
  wroteUnknown(server: string, labels: Labels): void {
    this.#changes += 1;
    this.#written.forget(server, labels);
  }

  /** Drops what is kept under a name that is about an erased person. */
  forget(isAbout: (text: string) => boolean): void {
    this.#changes += 1;
    for (const kept of [this.#readers, this.#conversations, this.#read]) kept.drop(isAbout);
  }

  *save(): Generator<SavedFlow> {
    for (const mark of this.#readers.save()) yield { kind: 'reader', ...mark };
    for (const mark of this.#conversations.save()) yield { kind: 'conversation', ...mark };
    for (const mark of this.#agents.save()) yield { kind: 'agent', ...mark };
    for (const mark of this.#all.save()) yield { kind: 'all', ...mark };
    for (const memory of this.#read.save()) yield { kind: 'read', ...memory };
    for (const memory of this.#written.save()) yield { kind: 'written', ...memory };
  }

  load(saved: SavedFlow): void {
    switch (saved.kind) {
      case 'reader':
        return this.#readers.load(saved);
      case 'conversation':
        return this.#conversations.load(saved);
      case 'agent':
        return this.#agents.load(saved);
      case 'all':
        return this.#all.load(saved);
      case 'read':
        return this.#read.change(saved.name, (memory) => memory.load(saved));
      case 'written':
        return this.#written.change(saved.name, (memory) => memory.load(saved));
    }
  }

  #markOf(reader: Reader): Mark | undefined {
    const { conversation_id } = reader.context;
    const declared = conversation_id === undefined ? undefined : this.#conversations.of(conversation_id);
    const messages = this.#agents.of(reader.agent);
    const own = isAttested(reader) ? undefined : this.#readers.of(readerNames(reader)[0]!);
    return joinMarks(joinMarks(own, declared), messages);
  }

  /** Whoever the other agent acts for when it reads the message, it has read it. */
  #deliver({ id, target, context }: Action, labels: Labels): void {
    this.raiseAgent(target, id, labels);
    const { conversation_id } = context;
    const mark = { labels, sources: [{ event: id, server: 'agent', target }] };
    if (conversation_id !== undefined) this.#conversations.raise(conversation_id, mark);
  }

  /** An agent answers out of all that it has read, for whomever. */
  #told({ target }: Action): Labels | undefined {
    return this.#policy().agents.has(target) ? this.#all.of(target)?.labels : unknownLabels;
  }

  /** True where the labels say more than what the server's own answers are labelled with. */
  #adds(action: Action, labels: Labels): boolean {
    const policy = this.#policy();
    if (!leavesSomething(policy, action)) return false;
    const own = answerLabels(policy, action);
    return own === undefined || joinLabels(own, labels) !== own;
  }

  #write({ id, server }: Action, labels: Labels, content: JsonValue): void {
    this.#changes += 1;
    this.#written.change(server, (memory) => memory.add(id, labels, fingerprintsOfWriting(content)));
  }

  /** What was written into the server under labels and stands in this answer, or may. */
  #storedIn(server: string, content: JsonValue): { labels: Labels | undefined; events: string[] } {
    const memory = this.#written.peek(server);
    if (memory === undefined) return { labels: undefined, events: [] };
    const { hashes, complete } = fingerprintsOfReading(content);
    const found = [...hashes].flatMap((hash) => memory.find(hash));
    const all = complete ? found : [...found, ...memory.sources()];
    const labels = all.reduce<Labels | undefined>(
      (sum, one) => joinLabels(sum, one.labels),
      memory.forgotten,
    );
    const events = [...new Set(found.map(({ event }) => event))].slice(0, bounds.flow_origins_max);
    return { labels, events };
  }
}

const whole = { origins: [], complete: true };

function isAttested({ attested, context }: Reader): boolean {
  return attested === true && context.conversation_id !== undefined;
}

/** Agent and person; then the attested conversation, which looks at nothing but what was read in it. */
function readerNames(reader: Reader): string[] {
  const { agent, user = null, context } = reader;
  const pair = JSON.stringify([agent, user]);
  return isAttested(reader) ? [pair, JSON.stringify([agent, user, context.conversation_id])] : [pair];
}

/** Where values of the arguments were read before; not complete where there are too many to look all of them up. */
function originsIn(args: JsonValue, memory: ValueMemory): { origins: ValueOrigin[]; complete: boolean } {
  const origins: ValueOrigin[] = [];
  let characters = 0;
  let leaves = 0;
  for (const { path, value } of leavesOf(args)) {
    characters += String(value).length;
    leaves += 1;
    if (characters > bounds.flow_argument_characters_max || leaves >= bounds.flow_leaves_max)
      return { origins, complete: false };
    for (const origin of originsOf(path, value, memory)) {
      if (origins.length >= bounds.flow_origins_max) return { origins, complete: false };
      origins.push(origin);
    }
  }
  return { origins, complete: true };
}

/** One for each source, by its best match. */
function originsOf(path: readonly string[], value: string | number, memory: ValueMemory): ValueOrigin[] {
  const found = new Map<string, ValueOrigin>();
  for (const { match, hash } of lookups(value)) {
    for (const { event, labels } of memory.find(hash)) {
      if (found.has(event)) continue;
      found.set(event, { pointer: pointerTo(path), event, match, labels });
    }
  }
  return [...found.values()];
}

function pointerTo(path: readonly string[]): string {
  return path.map((part) => `/${part.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
