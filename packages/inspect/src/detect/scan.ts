/**
 * One pass over a text: at each character a table says what could begin there, and only then a detector
 * looks, over a bounded stretch. Hence the time is linear in the text, and ordinary words cost next to nothing.
 */
import { hasNextGroup, mayBeEncoded, mayBeLetteredId, mayBeUnmarkedKey } from './beginnings.ts';
import { findBirthDate } from './birth-date.ts';
import { classOf, isDigit } from './characters.ts';
import type { Chosen } from './chosen.ts';
import { findContextual } from './contextual.ts';
import { readEncoded } from './disguise/encoded.ts';
import { findEmail } from './email.ts';
import type { Finding, Match } from './finding.ts';
import { findIban, mayBeIban } from './iban.ts';
import { findIpv4, findIpv6, mayBeIpv6 } from './ip-address.ts';
import { findNationalId } from './national/find.ts';
import { continuesBefore, NumberRun } from './number-run.ts';
import { findPaymentCard } from './payment-card.ts';
import { findPhone } from './phone.ts';
import { findConnection, findUserOption } from './secret/connection.ts';
import { startsKey } from './secret/key-formats.ts';
import { findKeyed } from './secret/keyed.ts';
import {
  findAppToken,
  findClientSecret,
  findJwt,
  findMarkedKey,
  findPrivateKey,
  findUnmarkedKey,
} from './secret/marked.ts';
import type { Surroundings } from './surroundings.ts';
import { findUsSsn } from './us-ssn.ts';

/** A number that a state or a telephone company gives has no more groups; a longer run is a list. */
const GROUPS_OF_NUMBER_MAX = 8;

const UNDERSCORE = 0x5f;
const BACKSLASH = 0x5c;
const LETTER_OR_UNDERSCORE = 2;

export interface Scanned {
  /** In the order of the places where they were looked for; may overlap. */
  findings: Finding[];
  /** Whether there are characters that may stand for others. */
  veiled: boolean;
}

/** What is found in a text that was hidden within this one. */
export type Open = (hidden: string) => Finding[];

/** What stands in the open, and what `open` finds in text that is encoded in this one; the latter as a whole. */
export function scan(around: Surroundings, chosen: Chosen, open?: Open): Scanned {
  return new Scan(around, chosen, open).run();
}

/** Shared by all scans: a scan looks at one number at a time, and never at another text in between. */
const run = new NumberRun();

class Scan {
  readonly #around: Surroundings;
  readonly #text: string;
  readonly #chosen: Chosen;
  readonly #findings: Finding[] = [];
  readonly #open: Open | undefined;
  #veiled = false;
  /** Up to here text has been looked at as an encoding of another one. */
  #decodedTo = 0;

  constructor(around: Surroundings, chosen: Chosen, open: Open | undefined) {
    this.#open = open;
    this.#around = around;
    this.#text = around.text;
    this.#chosen = chosen;
  }

  run(): Scanned {
    const text = this.#text;
    for (let at = 0; at < text.length;) {
      const code = text.charCodeAt(at);
      at = classOf(code) === 0 ? this.#sign(code, at) : this.#word(code, at);
    }
    const { kinds, contextual } = this.#chosen;
    if (contextual) {
      const wanted = { names: kinds.has('person_name'), addresses: kinds.has('postal_address') };
      this.#findings.push(...findContextual(text, wanted));
    }
    return { findings: this.#findings, veiled: this.#veiled };
  }

  /** Looks at the word that begins at `at`; returns where to go on. */
  #word(first: number, at: number): number {
    const text = this.#text;
    let digits = 0;
    let end = at;
    for (let code = first; ; code = text.charCodeAt(++end)) {
      const kind = code === UNDERSCORE ? LETTER_OR_UNDERSCORE : classOf(code);
      if (kind === 0) break;
      digits += kind & 1;
    }
    if (at >= this.#decodedTo && this.#open !== undefined && mayBeEncoded(text, at, end)) this.#decode(at);
    const found = this.#chosen.secrets ? this.#secretAt(first, at, end) : undefined;
    if (found !== undefined) return found;
    if (isDigit(first)) return this.#number(at, end, end - at === digits);
    if (digits > 0 || end - at <= 2) return this.#lettered(at, end, digits);
    if (end - at >= 3 && this.#chosen.kinds.has('birth_date')) return this.#month(at, end);
    return end;
  }

  #decode(at: number): void {
    const encoded = readEncoded(this.#text, at);
    if (encoded === undefined) return;
    const { end, text, disguise } = encoded;
    this.#decodedTo = end;
    if (text === '') return;
    for (const { kind, confidence } of this.#open!(text))
      this.#findings.push({ kind, start: at, end, confidence, disguise });
  }

  #secretAt(first: number, at: number, end: number): number | undefined {
    const second = this.#text.charCodeAt(at + 1);
    if (second < 128 && startsKey[first * 128 + second] === 1) {
      const found = this.#secret(findMarkedKey(this.#text, at));
      if (found !== undefined) return found;
    }
    if (end - at >= 12) {
      const found = this.#secret(findJwt(this.#text, at));
      if (found !== undefined) return found;
    }
    return mayBeUnmarkedKey(this.#text, at, end) ? this.#secret(findUnmarkedKey(this.#text, at)) : undefined;
  }

  /** Nothing here, and the rest of the word cannot hold what only starts at a word. */
  #number(at: number, end: number, digitsOnly: boolean): number {
    if (!this.#chosen.numbers && !this.#chosen.lettered) return end;
    const text = this.#text;
    if (digitsOnly && end - at < 6 && !hasNextGroup(text, end, this.#chosen.kinds.has('birth_date')))
      return end;
    run.read(text, at);
    if (run.total < 4) return end;
    return this.#numbers(at, run) ?? end;
  }

  #numbers(at: number, run: NumberRun): number | undefined {
    const { kinds, nationalIds } = this.#chosen;
    const around = this.#around;
    if (kinds.has('ip_address') && run.count >= 4) {
      const end = this.#found('ip_address', findIpv4(around, run));
      if (end !== undefined) return end;
    }
    if (kinds.has('payment_card') && run.total >= 12) {
      const end = this.#found('payment_card', findPaymentCard(around, run));
      if (end !== undefined) return end;
    }
    if (kinds.has('us_ssn') && run.total >= 9) {
      const end = this.#found('us_ssn', findUsSsn(around, run));
      if (end !== undefined) return end;
    }
    if (kinds.has('birth_date')) {
      const end = this.#found('birth_date', findBirthDate(around, at));
      if (end !== undefined) return end;
    }
    if (run.count > GROUPS_OF_NUMBER_MAX) return undefined;
    if (nationalIds.length > 0 && run.total >= 6) {
      const end = this.#keep(findNationalId(around, at, nationalIds));
      if (end !== undefined) return end;
    }
    return kinds.has('phone') && run.total >= 7 ? this.#found('phone', findPhone(around, run)) : undefined;
  }

  /** Words that begin with letters and hold digits, or are as short as the letters of an IBAN or a NINO. */
  #lettered(at: number, end: number, digits: number): number {
    const text = this.#text;
    const { kinds, nationalIds } = this.#chosen;
    if (kinds.has('iban') && mayBeIban(text, at)) {
      const found = this.#found('iban', findIban(text, at));
      if (found !== undefined) return found;
    }
    if (nationalIds.length === 0 || !mayBeLetteredId(text, at, end, digits)) return end;
    return this.#keep(findNationalId(this.#around, at, nationalIds)) ?? end;
  }

  #month(at: number, end: number): number {
    return isDigit(this.#text.charCodeAt(end + 1)) || isDigit(this.#text.charCodeAt(end + 2))
      ? (this.#found('birth_date', findBirthDate(this.#around, at)) ?? end)
      : end;
  }

  /** Looks at a character that belongs to no word. */
  #sign(code: number, at: number): number {
    const text = this.#text;
    const { kinds, secrets } = this.#chosen;
    if (code > 127) this.#veiled = true;
    switch (code) {
      case 0x25: // %
      case 0x26: // &
        this.#veiled = true;
        return at + 1;
      case BACKSLASH:
        return this.#behindEscape(at);
      case 0x40: // @
        return (kinds.has('email') ? this.#found('email', findEmail(text, at)) : undefined) ?? at + 1;
      case 0x3a: // :
        return this.#colon(at);
      case 0x3d: // =
        return (secrets ? this.#keyed(at) : undefined) ?? at + 1;
      case 0x2d: // -
        return (secrets ? this.#hyphen(at) : undefined) ?? at + 1;
      case 0x7e: // ~
        return (secrets ? this.#secret(findClientSecret(text, at)) : undefined) ?? at + 1;
      case 0x7c: // |
        return (secrets ? this.#secret(findAppToken(text, at)) : undefined) ?? at + 1;
      default:
        return at + 1;
    }
  }

  /** `\n4111` of JSON text is no word `n4111`. */
  #behindEscape(at: number): number {
    const next = this.#text[at + 1];
    if (next === 'u' || next === 'x') this.#veiled = true;
    if (next === 'u' && /^[\da-fA-F]{4}/.test(this.#text.slice(at + 2, at + 6))) return at + 6;
    return next !== undefined && '"\\/nrtbf'.includes(next) ? at + 2 : at + 1;
  }

  #colon(at: number): number {
    const text = this.#text;
    const { kinds, secrets } = this.#chosen;
    if (kinds.has('ip_address') && mayBeIpv6(text, at)) {
      const found = this.#found('ip_address', findIpv6(text, at));
      if (found !== undefined) return found;
    }
    if (!secrets) return at + 1;
    if (text.startsWith('//', at + 1)) return this.#secret(findConnection(text, at)) ?? at + 1;
    return this.#keyed(at) ?? at + 1;
  }

  /** What a provider marked as its own is called by that. */
  #keyed(at: number): number | undefined {
    const finding = findKeyed(this.#text, at);
    const marked =
      finding && (findMarkedKey(this.#text, finding.start) ?? findJwt(this.#text, finding.start));
    return this.#secret(marked ?? finding);
  }

  #hyphen(at: number): number | undefined {
    const next = this.#text.charCodeAt(at + 1);
    if (next === 0x75 || (next === 0x2d && this.#text[at + 2] === 'u'))
      return this.#secret(findUserOption(this.#text, at));
    return next === 0x2d ? this.#secret(findPrivateKey(this.#text, at)) : undefined;
  }

  #secret(finding: Finding | undefined): number | undefined {
    if (finding === undefined || !this.#chosen.kinds.has(finding.kind)) return undefined;
    if (finding.kind === 'api_key' && continuesBefore(this.#text, finding.start)) return undefined;
    return this.#keep(finding);
  }

  #found(kind: Finding['kind'], match: Match | undefined): number | undefined {
    return this.#keep(match && { kind, ...match });
  }

  #keep(finding: Finding | undefined): number | undefined {
    if (finding === undefined) return undefined;
    this.#findings.push(finding);
    return finding.end;
  }
}
