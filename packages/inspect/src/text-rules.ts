/** Denied and changed classes in any text: what the detectors find is replaced where it stands. */
import type { DataRules } from '@remit/contracts';
import { changedValue, MARK, type Pseudonym } from './changed-value.ts';
import { type Chosen, choose } from './detect/chosen.ts';
import { detect } from './detect/detect.ts';
import type { Finding } from './detect/finding.ts';

/** Told of each finding's class. */
type Found = (label: string) => void;

/** What detectors need at the least: a digit, a sign of an address, something beyond ASCII, or room for a secret. */
const WORTH_A_LOOK = /[\d@:=&%\\]|[^\x20-\x7e]|\S{16}/;
const LENGTH_MIN = 5;
/** A longer text hardly ever lacks all of them. */
const SHORT = 128;

const prepared = new WeakMap<DataRules, TextRules | null>();

/** Undefined where no class is looked for in text. Made once for a set of rules. */
export function textRules(rules: DataRules): TextRules | undefined {
  let known = prepared.get(rules);
  if (known === undefined) {
    known = rules.detected === undefined ? null : new TextRules(rules.detected);
    prepared.set(rules, known);
  }
  return known ?? undefined;
}

export class TextRules {
  readonly #detected: NonNullable<DataRules['detected']>;
  readonly #chosen: Chosen;

  constructor(detected: NonNullable<DataRules['detected']>) {
    this.#detected = detected;
    this.#chosen = choose(Object.keys(detected));
  }

  /** The text without what must not be seen; the same string where nothing was found. Other bytes stay. */
  redacted(text: string, field: string, found: Found, pseudonym: Pseudonym | undefined): string {
    if (text.length < LENGTH_MIN || (text.length < SHORT && !WORTH_A_LOOK.test(text))) return text;
    const findings = detect(text, { chosen: this.#chosen, field });
    if (findings.length === 0) return text;
    const isJson = /^\s*[[{"]/.test(text);
    const pieces: string[] = [];
    let from = 0;
    for (const finding of findings) {
      const { label, change } = this.#detected[finding.kind]!;
      found(label);
      for (const [start, end] of isJson
        ? withinStrings(text, finding)
        : [[finding.start, finding.end] as const]) {
        const value = text.slice(start, end);
        const by =
          isJson && isBareNumber(text, start, end) ? 'null' : changedValue(value, label, change, pseudonym);
        pieces.push(text.slice(from, start), by);
        from = end;
      }
    }
    return pieces.join('') + text.slice(from);
  }

  /**
   * The text without the rest of what began in `before`, which the agent has already seen: values that are
   * split between messages.
   */
  redactedBehind(before: string, text: string, found: Found): string {
    const whole = before + text;
    let behind = 0;
    for (const finding of WORTH_A_LOOK.test(whole) ? detect(whole, { chosen: this.#chosen }) : []) {
      if (finding.start >= before.length || finding.end <= before.length) continue;
      found(this.#detected[finding.kind]!.label);
      behind = finding.end - before.length;
    }
    return behind === 0 ? text : MARK + text.slice(behind);
  }

  /** True for a number that, written out, is such a value. */
  findsIn(value: number, field: string, found: Found): boolean {
    if (!Number.isSafeInteger(value) || value < NUMBER_MIN) return false;
    const finding = detect(String(value), { chosen: this.#chosen, field })[0];
    if (finding !== undefined) found(this.#detected[finding.kind]!.label);
    return finding !== undefined;
  }
}

/** No detector finds anything in fewer digits. */
export const NUMBER_MIN = 100_000;

/** The parts of a finding between quotation marks, so that strings of JSON stay strings. */
function withinStrings(text: string, { start, end }: Finding): (readonly [number, number])[] {
  const value = text.slice(start, end);
  if (!value.includes('"')) return [[start, end]];
  return [...value.matchAll(/[^"\\]+/g)]
    .filter(([part]) => /[\p{L}\p{N}]/u.test(part))
    .map((part) => [start + part.index, start + part.index + part[0].length] as const);
}

/** A number of JSON that stands in no string. */
function isBareNumber(text: string, start: number, end: number): boolean {
  return (
    /[[:,]\s*-?$/.test(text.slice(Math.max(0, start - 8), start)) &&
    /^\s*(?:[,\]}]|$)/.test(text.slice(end, end + 8))
  );
}
