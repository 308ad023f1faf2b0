/**
 * The plain character that another one stands for: width and style variants (Unicode NFKC), digits of other
 * scripts, letters that look Latin (Unicode Technical Standard 39, confusables), dashes and blanks; and
 * nothing at all for what does not show.
 */

/** Format, zero-width, bidi and filler characters, variation selectors, marks over other characters. */
const UNSEEN = /\p{Cf}|\p{Mn}|\p{Me}|[\u115f\u1160\u3164\uffa0]|\u17b4|\u17b5/u;
const DECIMAL = /\p{Nd}/u;
const DASH = /[\p{Pd}\u2212\u02d7\u2043]/u;
const BLANK = /[\p{Zs}\u2028\u2029]/u;

/** Cyrillic, Greek, Armenian and other letters, each before the Latin one it looks like. */
const lookAlikes = new Map(
  'аaеeоoрpсcхxуyіiјjѕsԁdһhԛqԝwɡgɑaАAВBЕEКKМMНHОOРPСCТTХXЅSІIЈJУYαaοoνvρpιiκkυuχxΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΥYΧXօoսuոnհhⅼlⅰiꓔTꓰE。.︒.․.'
    .match(/../gu)!
    .map((pair) => [...pair] as [string, string]),
);

const CACHED_MAX = 4096;
const cache = new Map<number, string>();

/** Empty for a character that does not show; the same character where it stands for itself. */
export function plainCharacter(codePoint: number): string {
  if (codePoint < 128) return String.fromCharCode(codePoint);
  const known = cache.get(codePoint);
  if (known !== undefined) return known;
  if (cache.size >= CACHED_MAX) cache.clear();
  const plain = computePlain(codePoint);
  cache.set(codePoint, plain);
  return plain;
}

function computePlain(codePoint: number): string {
  // Tag characters repeat ASCII unseen (Unicode Standard, section 23.9).
  if (codePoint >= 0xe0020 && codePoint <= 0xe007e) return String.fromCharCode(codePoint - 0xe0000);
  const character = String.fromCodePoint(codePoint);
  if (UNSEEN.test(character)) return '';
  const normal = character.normalize('NFKC');
  return [...normal].map((part) => lookAlikes.get(part) ?? plainSign(part)).join('');
}

function plainSign(part: string): string {
  if (part.charCodeAt(0) < 128) return part;
  if (DECIMAL.test(part)) return String(decimalValue(part.codePointAt(0)!));
  if (DASH.test(part)) return '-';
  return BLANK.test(part) ? ' ' : part;
}

/** Digits of a script follow each other from its zero (Unicode Standard, section 4.6). */
function decimalValue(codePoint: number): number {
  let value = 0;
  while (value < 9 && DECIMAL.test(String.fromCodePoint(codePoint - value - 1))) value++;
  return value;
}
