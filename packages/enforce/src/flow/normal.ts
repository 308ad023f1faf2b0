/**
 * The form in which values are compared: Unicode NFKC (UAX #15), lower case, one space for any white space,
 * without characters that do not show; numbers as plain decimals.
 */

const UNSEEN = /[\p{Cf}\p{Cc}]+/gu;
const SPACE = /\s+/gu;
const NUMBER = /^[$€£]?\s?([+-]?)(\d{1,3}(?:[, ]\d{3})+|\d+)(?:\.(\d+))?$/;

/** Nothing here to fold but the case: what most texts are. */
const PLAIN = /^[!-~]+(?: [!-~]+)*$/;

export function normalised(value: string | number): string {
  const text = String(value);
  const folded = PLAIN.test(text) ? text.toLowerCase() : folding(text);
  return plainNumber(folded) ?? folded;
}

function folding(text: string): string {
  return text.normalize('NFKC').replace(SPACE, ' ').replace(UNSEEN, '').toLowerCase().trim();
}

/** `$1,200.50` → `1200.5`; undefined for what is no number. */
function plainNumber(text: string): string | undefined {
  const [found, sign, whole, fraction = ''] = NUMBER.exec(text) ?? [];
  if (found === undefined) return undefined;
  const digits = whole!.replaceAll(/[, ]/g, '').replace(/^0+(?=\d)/, '');
  const decimals = fraction.replace(/0+$/, '');
  return `${sign === '-' ? '-' : ''}${digits}${decimals === '' ? '' : `.${decimals}`}`;
}

/** A comma between groups of digits is part of a number. */
const BETWEEN_WORDS = /(?:[\s"'<>()[\]{};|`*=]|(?<!\d),|,(?!\d{3}(?!\d)))+/u;

/** Words of a normalised text, without the marks that end a sentence or follow a label. */
export function wordsOf(text: string): string[] {
  return text
    .split(BETWEEN_WORDS)
    .map((word) => word.replace(/^[.:!?]+|[.:!?]+$/g, ''))
    .filter((word) => word !== '')
    .map((word) => plainNumber(word) ?? word);
}

/** True for an address, an id, a link: words that hardly stand in two texts by chance. */
export function isTelling(word: string): boolean {
  return word.length >= 6 && /[\d@/_]|\.\w/.test(word);
}
