/** Which payloads somebody asks for: in words that cross threads, and another backend could turn into SQL. */
import { valuesOf } from '@remit/contracts';
import type { EventKind, RecordPayload, StoredRecord } from '@remit/contracts';
import { Mentions } from './mentions.ts';

/** All that is given has to fit. */
export interface PayloadSelector {
  /** An id of a person. */
  subject?: string;
  /** The agent's `conversation_id`. */
  conversation?: string;
  agent?: string;
  events?: readonly EventKind[];
  /** Classes of data; one of them is enough. */
  classes?: readonly string[];
  /** RFC 3339: recorded then or later. */
  since?: string;
  /** RFC 3339: recorded before. */
  until?: string;
}

export interface PayloadQuery {
  /** A payload is found where one of these fits. */
  any: readonly PayloadSelector[];
  /** What must stay, and what for: the ids of legal holds. */
  holds: readonly { id: string; selector: PayloadSelector }[];
}

/** A record as the selectors see it. */
export interface Candidate {
  record: Omit<StoredRecord, 'payload'>;
  /** JSON of the payload. */
  text: string;
}

/** One payload, folded and parsed only where a selector asks for what is in it. */
class Opened {
  readonly #text: string;
  #folded: string | undefined;
  #payload: RecordPayload | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  names(mentions: Mentions): boolean {
    this.#folded ??= this.#text.normalize('NFKC').toLowerCase();
    return mentions.mayBeIn(this.#folded) && mentions.in(this.payload);
  }

  get payload(): RecordPayload {
    return (this.#payload ??= JSON.parse(this.#text) as RecordPayload);
  }
}

type Test = (record: Candidate['record'], opened: Opened) => boolean;

function testsOf(selector: PayloadSelector): Test[] {
  const { agent, events, since, until, classes, conversation, subject } = selector;
  const tests: Test[] = [];
  if (agent !== undefined) tests.push(({ meta }) => meta.agent === agent);
  if (events !== undefined) tests.push(({ event }) => events.includes(event));
  if (since !== undefined) tests.push(({ time }) => Date.parse(time) >= Date.parse(since));
  if (until !== undefined) tests.push(({ time }) => Date.parse(time) < Date.parse(until));
  if (classes !== undefined)
    tests.push(({ meta }) => valuesOf(meta, 'class').some((one) => classes.includes(one)));
  if (conversation !== undefined)
    tests.push((_, { payload }) => conversationsIn(payload).includes(conversation));
  if (subject !== undefined) {
    const mentions = new Mentions(subject);
    tests.push((_, opened) => opened.names(mentions));
  }
  return tests;
}

function conversationsIn({ context, ...more }: RecordPayload): unknown[] {
  const approval = more['approval'] as { conversation?: unknown } | undefined;
  return [context?.['conversation_id'], approval?.conversation];
}

/** A query, ready to be asked of many payloads. */
export class PayloadTest {
  readonly #any: Test[][];
  readonly #holds: { id: string; tests: Test[] }[];

  constructor({ any, holds }: PayloadQuery) {
    this.#any = any.map(testsOf);
    this.#holds = holds.map(({ id, selector }) => ({ id, tests: testsOf(selector) }));
  }

  /** Whether it is asked for, and the holds that it is under. */
  judge({ record, text }: Candidate): { found: boolean; holds: string[] } {
    const opened = new Opened(text);
    const fits = (tests: readonly Test[]): boolean => tests.every((test) => test(record, opened));
    return {
      found: this.#any.some(fits),
      holds: this.#holds.filter(({ tests }) => fits(tests)).map(({ id }) => id),
    };
  }
}
