/**
 * E-mail addresses: a dot-atom or quoted string, and a domain of labels (RFC 5321, sections 4.1.2 and
 * 4.5.3.1; RFC 6531 for letters beyond ASCII).
 */
import { isAlphanumeric } from './characters.ts';
import type { Match } from './finding.ts';

const LOCAL_MAX = 64;
const LABEL_MAX = 63;
const DOMAIN_MAX = 253;

const ATEXT = new Set([..."!#$%&'*+-/=?^_`{|}~."].map((character) => character.charCodeAt(0)));
const NON_ASCII_LETTER = /[\p{L}\p{M}\p{N}]/u;
/** Endings of file names (`icon@2x.png`) that are no top-level domains. */
const FILE =
  /^(?:png|jpe?g|gif|svg|webp|avif|js|mjs|cjs|jsx|css|scss|less|ts|tsx|json|html?|xml|ya?ml|txt|pdf|csv|log|lock|patch)$/i;

/** `at` is the `@`. */
export function findEmail(text: string, at: number): Match | undefined {
  const start = text[at - 1] === '"' ? startOfQuoted(text, at) : startOfAtom(text, at);
  if (start === -1) return undefined;
  const end = endOfDomain(text, at + 1);
  if (end === -1) return undefined;
  // `git@host:path` names a repository.
  if (text.slice(start, at) === 'git' && text[end] === ':') return undefined;
  return { start, end, confidence: 0.95 };
}

function startOfAtom(text: string, at: number): number {
  let start = at;
  const least = Math.max(0, at - LOCAL_MAX - 1);
  while (start > least && isAtext(text, start - 1)) start--;
  if (at - start > LOCAL_MAX) return -1;
  // Characters that may stand in a local part and yet often stand before one.
  while (start < at && "'`{|=/?&*".includes(text.charAt(start))) start++;
  start = afterAssignment(text, start, at);
  const local = text.slice(start, at);
  if (local === '' || local.startsWith('.') || local.endsWith('.') || local.includes('..')) return -1;
  return start;
}

/** `mailto=jo@example.com` and `a/jo@example.com`: the address begins behind the sign. */
function afterAssignment(text: string, start: number, at: number): number {
  for (let index = at - 2; index >= start; index--) if ('=/|'.includes(text.charAt(index))) return index + 1;
  return start;
}

function isAtext(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  if (code < 128) return isAlphanumeric(code) ? !isEscaped(text, index) : ATEXT.has(code);
  if (code >= 0xd800 && code < 0xe000) return isPaired(text, index, code);
  const character = text.charAt(index);
  // Width variants and the like are a disguise, which is seen through elsewhere.
  return NON_ASCII_LETTER.test(character) && character.normalize('NFKC') === character;
}

/** Half of a character beyond the basic plane; a half alone is no text. */
function isPaired(text: string, index: number, code: number): boolean {
  const other = text.charCodeAt(code < 0xdc00 ? index + 1 : index - 1);
  return code < 0xdc00 ? other >= 0xdc00 && other < 0xe000 : other >= 0xd800 && other < 0xdc00;
}

/** The letter of `\n` in JSON text. */
function isEscaped(text: string, index: number): boolean {
  return text.charCodeAt(index - 1) === 0x5c;
}

function startOfQuoted(text: string, at: number): number {
  if (text[at - 2] === '\\') return -1;
  const least = Math.max(0, at - LOCAL_MAX);
  const open = least + text.slice(least, at - 1).lastIndexOf('"');
  const local = text.slice(open, at);
  if (text[open] !== '"' || local.length < 3 || local.length > LOCAL_MAX || /[\r\n\\]/.test(local)) return -1;
  // In JSON no value is followed by an `@`: this is a quoted local part, unless a name or value ends here.
  return /[:,[{]\s*$/.test(text.slice(Math.max(0, open - 3), open)) ? -1 : open;
}

/** Labels of letters, digits and inner hyphens, at least two, the last one no number and no file's ending. */
function endOfDomain(text: string, from: number): number {
  let end = -1;
  let label = from;
  for (let labels = 0; label - from < DOMAIN_MAX; labels++) {
    const labelEnd = endOfLabel(text, label);
    if (labelEnd === -1) break;
    if (labels > 0 && isTopLevel(text.slice(label, labelEnd))) end = labelEnd;
    else if (labels > 0) end = -1;
    if (text[labelEnd] !== '.') break;
    label = labelEnd + 1;
  }
  return end - from > DOMAIN_MAX ? -1 : end;
}

function endOfLabel(text: string, from: number): number {
  let end = from;
  while (end - from <= LABEL_MAX && isLabelCharacter(text, end)) end++;
  if (end === from || end - from > LABEL_MAX || text[from] === '-' || text[end - 1] === '-') return -1;
  return text[end] === '_' ? -1 : end;
}

function isLabelCharacter(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  if (code < 128) return isAlphanumeric(code) || code === 0x2d;
  const character = text.charAt(index);
  return NON_ASCII_LETTER.test(character) && character.normalize('NFKC') === character;
}

function isTopLevel(label: string): boolean {
  return (/^\p{L}{2,}$/u.test(label) || /^xn--[a-z0-9-]+$/i.test(label)) && !FILE.test(label);
}
