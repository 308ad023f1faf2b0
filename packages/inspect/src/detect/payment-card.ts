/** Primary account numbers: issuer ranges and lengths of the schemes, and Luhn's check digit (ISO/IEC 7812-1). */
import { passesLuhn } from './checksum.ts';
import type { Match } from './finding.ts';
import { continuesBefore, continuesBehind, type NumberRun } from './number-run.ts';
import { wordsBefore, type Surroundings } from './surroundings.ts';

interface Range {
  /** First digits, inclusive, all of one length. */
  from: string;
  to: string;
  lengths: readonly number[];
  /** True where so short a range or so odd a length says little: a word has to say that it is a card. */
  weak?: boolean;
}

const UP_TO_19 = [16, 17, 18, 19];

/** Issuer identification numbers as the schemes publish them for merchants. */
const ranges: readonly Range[] = [
  { from: '4', to: '4', lengths: [16] }, // Visa
  { from: '4', to: '4', lengths: [13, 19], weak: true },
  { from: '51', to: '55', lengths: [16] }, // Mastercard
  { from: '2221', to: '2720', lengths: [16] },
  { from: '34', to: '34', lengths: [15] }, // American Express
  { from: '37', to: '37', lengths: [15] },
  { from: '6011', to: '6011', lengths: UP_TO_19 }, // Discover
  { from: '644', to: '659', lengths: UP_TO_19 },
  { from: '300', to: '305', lengths: [14, 16, 19] }, // Diners Club
  { from: '3095', to: '3095', lengths: [14, 16, 19] },
  { from: '36', to: '36', lengths: [14, 15, 16, 17, 18, 19] },
  { from: '38', to: '39', lengths: [14, 16, 19] },
  { from: '3528', to: '3589', lengths: UP_TO_19 }, // JCB
  { from: '1800', to: '1800', lengths: [15], weak: true },
  { from: '2131', to: '2131', lengths: [15], weak: true },
  { from: '62', to: '62', lengths: UP_TO_19 }, // UnionPay
  { from: '81', to: '81', lengths: UP_TO_19 },
  { from: '2200', to: '2204', lengths: UP_TO_19 }, // Mir
  { from: '508', to: '508', lengths: [16] }, // RuPay
  { from: '60', to: '60', lengths: [16] },
  { from: '82', to: '82', lengths: [16], weak: true },
  { from: '9792', to: '9792', lengths: [16] }, // Troy
  { from: '50', to: '50', lengths: [16, 18, 19] }, // Maestro, Verve
  { from: '56', to: '69', lengths: [16, 18, 19] },
  { from: '50', to: '50', lengths: [12, 13, 14, 15, 17], weak: true },
  { from: '56', to: '69', lengths: [12, 13, 14, 15, 17], weak: true },
  { from: '1', to: '1', lengths: [15], weak: true }, // UATP
];

/** How cards are printed. A number on its own is one group. */
const printed: readonly (readonly number[])[] = [
  [4, 4, 4, 4],
  [4, 6, 5],
  [4, 6, 4],
  [4, 4, 4, 4, 3],
  [4, 4, 4, 4, 2],
  [4, 4, 4, 1],
];

const NAMED =
  /\b(?:cards?|credit|debit|cc|ccn|pan|visa|master ?card|maestro|amex|american express|diners|discover|jcb|union ?pay|rupay|carte|karte|kreditkarte|tarjeta|cartao|carta)\b/;
const OTHER =
  /\b(?:orders?|items?|sku|products?|parts?|invoices?|tracking|shipments?|parcels?|tickets?|case|cases|reference|ref|timestamp|time|created|updated|serial|ean|upc|gtin|isbn|imei|iccid|barcode|batch|job|build|commit|run|trace|span|request|session|message|transaction|customer|user|record|row) ?(?:no|nr|num|numbers?|ids?|codes?|at)? ?$/;

export function findPaymentCard(around: Surroundings, run: NumberRun): Match | undefined {
  const groups = groupsOfCard(run);
  if (groups === 0) return undefined;
  const digits = run.digits(groups);
  if (!passesLuhn(digits) || /^(\d)\1*$/.test(digits)) return undefined;
  const start = run.start;
  const end = run.ends[groups - 1]!;
  if (continuesBefore(run.text, start) || continuesBehind(run.text, end)) return undefined;
  const before = wordsBefore(around, start);
  if (NAMED.test(before)) return { start, end, confidence: 0.99 };
  const range = rangeOf(digits);
  if (range === undefined || range.weak === true || (groups === 1 && OTHER.test(before))) return undefined;
  if (groups > 1 && !isPrinted(run, groups)) return undefined;
  return { start, end, confidence: groups > 1 ? 0.97 : 0.9 };
}

/** How many groups make up a card's number: those of a print, or all of an odd grouping. 0 where none. */
function groupsOfCard(run: NumberRun): number {
  const single = run.length(0);
  if (single >= 12) return single <= 19 ? 1 : 0;
  if (run.count === 1 || run.total < 12) return 0;
  // The longest print first: a run may go on with something else, such as the month of expiry.
  for (const lengths of [printed[3]!, printed[4]!, ...printed])
    if (
      run.hasLengths(lengths) &&
      rangeOf(run.digits(lengths.length)) &&
      passesLuhn(run.digits(lengths.length))
    )
      return lengths.length;
  return run.total <= 19 && run.separator(run.count) !== undefined ? run.count : 0;
}

function isPrinted(run: NumberRun, groups: number): boolean {
  return printed.some((lengths) => lengths.length === groups && run.hasLengths(lengths));
}

function rangeOf(digits: string): Range | undefined {
  return ranges.find(({ from, to, lengths }) => {
    const prefix = digits.slice(0, from.length);
    return prefix >= from && prefix <= to && lengths.includes(digits.length);
  });
}
