/** Secrets that show by their form what they are: keys of known providers, tokens, private keys. */
import type { Finding } from '../finding.ts';
import { continuesBefore } from '../number-run.ts';
import { formatsByStart, unmarkedFormats, type KeyFormat } from './key-formats.ts';
import { entropyOf, isPlaceholder } from './placeholder.ts';

/** The provider's key that begins at `at`. */
export function findMarkedKey(text: string, at: number): Finding | undefined {
  const known = formatsByStart.get(text.charCodeAt(at) * 128 + text.charCodeAt(at + 1));
  return known && firstMatch(known, text, at);
}

/** A key that no plain prefix begins; for words of its length. */
export function findUnmarkedKey(text: string, at: number): Finding | undefined {
  return firstMatch(unmarkedFormats, text, at);
}

function firstMatch(formats: readonly KeyFormat[], text: string, at: number): Finding | undefined {
  for (const { pattern, entropy } of formats) {
    pattern.lastIndex = at;
    const value = pattern.exec(text)?.[0];
    if (value === undefined || entropyOf(value) < entropy || (entropy > 0 && isPlaceholder(value))) continue;
    return { kind: 'api_key', start: at, end: at + value.length, confidence: 0.97 };
  }
  return undefined;
}

/** `Q~` in the middle (Microsoft identity platform, client secrets); `at` is the tilde. */
const CLIENT_SECRET = /[\w.~-]{3}\dQ~[\w.~-]{31,34}(?![\w~-])/y;

export function findClientSecret(text: string, at: number): Finding | undefined {
  const start = at - 5;
  if (start < 0 || text[at - 1] !== 'Q' || continuesBefore(text, start)) return undefined;
  CLIENT_SECRET.lastIndex = start;
  const value = CLIENT_SECRET.exec(text)?.[0];
  if (value === undefined || entropyOf(value) < 3 || isPlaceholder(value)) return undefined;
  return { kind: 'api_key', start, end: start + value.length, confidence: 0.97 };
}

/** App access tokens of Facebook: application id, `|`, 27 characters; `at` is the `|`. */
const APP_TOKEN = /\|[\w-]{27}(?![\w-])/y;

export function findAppToken(text: string, at: number): Finding | undefined {
  const id = /(?<!\w)\d{15,16}$/.exec(text.slice(Math.max(0, at - 17), at))?.[0];
  if (id === undefined) return undefined;
  APP_TOKEN.lastIndex = at;
  const value = APP_TOKEN.exec(text)?.[0];
  if (value === undefined || entropyOf(value) < 3.3) return undefined;
  return { kind: 'api_key', start: at - id.length, end: at + value.length, confidence: 0.95 };
}

/** Base64url of `{"`, in three parts (RFC 7515, section 3.1) or five (RFC 7516); the signature may be missing. */
const TOKEN =
  /ey[A-Za-z0-9_-]{12,4096}\.(?:ey[A-Za-z0-9_-]{4,16384}|(?=\.))(?:\.[A-Za-z0-9_-]{0,2048}){0,3}/y;

export function findJwt(text: string, at: number): Finding | undefined {
  if (text[at] !== 'e' || text[at + 1] !== 'y') return undefined;
  TOKEN.lastIndex = at;
  const value = TOKEN.exec(text)?.[0];
  if (value === undefined || !hasAlgorithm(value.slice(0, value.indexOf('.')))) return undefined;
  const end = at + (value.endsWith('.') && value.split('.').length > 3 ? value.length - 1 : value.length);
  return { kind: 'jwt', start: at, end, confidence: 0.97 };
}

/** RFC 7515, section 4.1.1: `alg` has to be there. */
function hasAlgorithm(header: string): boolean {
  return /"alg"\s*:/.test(Buffer.from(header, 'base64url').toString('latin1'));
}

const BEGIN = /-----BEGIN (?:[A-Z\d]{1,16} ){0,4}PRIVATE KEY(?: BLOCK)?-----/y;
const KEY_MAX = 32_768;
const BODY_MIN = 64;

/** Textual encodings of keys (RFC 7468; RFC 9580, section 6.2). `at` is the first hyphen. A missing end does not hide one. */
export function findPrivateKey(text: string, at: number): Finding | undefined {
  BEGIN.lastIndex = at;
  const begin = BEGIN.exec(text)?.[0];
  if (begin === undefined) return undefined;
  const from = at + begin.length;
  const rest = text.slice(from, from + KEY_MAX);
  const found = /-----END [A-Z\d ]{1,64}-----/.exec(rest);
  // A quotation mark in between ends a string of JSON: what follows is another value.
  const ending = found === null || rest.slice(0, found.index).includes('"') ? null : found;
  const body =
    ending === null
      ? (/^(?:[A-Za-z\d+/=\s:,.-]|\\[nrt])*/.exec(rest)?.[0] ?? '')
      : rest.slice(0, ending.index);
  if (body.replace(/[\s\\]/g, '').length < BODY_MIN || entropyOf(body) < 3) return undefined;
  const end = ending === null ? from + body.trimEnd().length : from + ending.index + ending[0].length;
  return { kind: 'private_key', start: at, end, confidence: 0.99 };
}
