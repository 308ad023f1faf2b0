/** Messages that an agent reads one after the other: what is split between them is seen together. */
import type { DataRules, JsonObject, JsonValue } from '@remit/contracts';
import type { Pseudonym } from './changed-value.ts';
import { type Redacted, redactResult, type Removed } from './redaction.ts';
import { textRules } from './text-rules.ts';

/** The longest value that is put together, other than long secrets. */
const KEPT = 256;
/** Parameters of progress and log messages that hold text (MCP, `ProgressNotification`, `LoggingMessageNotification`). */
const TEXTS = ['message', 'data'] as const;

export class MessageStream {
  readonly #rules: DataRules;
  readonly #pseudonym: Pseudonym | undefined;
  #before = '';

  constructor(rules: DataRules, pseudonym?: Pseudonym) {
    this.#rules = rules;
    this.#pseudonym = pseudonym;
  }

  /** The parameters of the next message as the agent may see them. */
  next(params: JsonObject): Redacted {
    const redacted = redactResult(this.#rules, params, this.#pseudonym);
    const rules = textRules(this.#rules);
    const shown = redacted.value as JsonObject;
    if (rules === undefined) return redacted;
    const removed = [...redacted.removed];
    const changed: Record<string, JsonValue> = {};
    for (const name of TEXTS) {
      const text = shown[name];
      if (typeof text !== 'string') continue;
      const kept = rules.redactedBehind(this.#before, text, (label) => removed.push(one(label, name)));
      if (kept !== text) changed[name] = kept;
      this.#before = (this.#before + kept).slice(-KEPT);
    }
    return { value: Object.keys(changed).length === 0 ? shown : { ...shown, ...changed }, removed };
  }
}

function one(label: string, name: string): Removed {
  return { label, count: 1, pointers: [`/${name}`] };
}
