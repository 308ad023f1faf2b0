/**
 * Secrets that show by the name before them: `api_key: …`, `Authorization: Bearer …`, `password=…`.
 * A name alone is not enough; what follows has to look like a secret and not like a stand-in for one.
 */
import type { Finding } from '../finding.ts';
import { entropyOf, isPlaceholder } from './placeholder.ts';

const NAME_MAX = 64;
const VALUE_MAX = 512;

/** Last three letters of names that are looked at; anything else costs one look-up. */
const endings = new Set(
  [
    'key',
    'ken',
    'ret',
    'ord',
    'swd',
    'pwd',
    'ase',
    'als',
    'ial',
    'uth',
    'ion',
    'gin',
    'com',
    'srt',
    'pat',
  ].map((ending) => tripleOf(ending, 2)),
);

const NAMED =
  /(?:^|[^a-z])(?:api|auth\w*|access|secret|private|client|app(?:lication)?|consumer|service|master|signing|encryption|account|admin|bot|user|license|deploy(?:ment)?|session|refresh|bearer|id|personal|storage|shared|jwt|oauth|security|x|[a-z]{2,20})?[ _.-]?(?:api|access|secret|private|auth|client|app|bot|user)?[ _.-]?(?:keys?|tokens?|secret|srt|passw(?:or)?d|passwd|pwd|passphrase|credentials?|authorization|auth|login|pat)$/;
/** Names of the same endings that hold nothing secret. */
const NOT_SECRET =
  /(?:public|primary|foreign|partition|sort|cache|idempotency|object|row|composite|unique|next|page|pagination|continuation|cursor|sync|resume|start|begin|end|last|previous|change|column|field|translation|message|i18n|routing|dedup\w*|group|map|hash|index|range|data|file|bucket|s3|storage|lookup|search|string|context|config|property|setting|env|event|feature|flag|registry|item|order|record|project|issue|jira|activation|shortcut|hot|arrow|publishable|site|web[_-]?socket|csrf|xsrf|design|style|color|cancellation|progress|max|min|total|input|output|prompt|completion|thinking|image|video|contract|erc\d*|nft|recaptcha)[ _.-]?(?:keys?|tokens?|login|id)$|(?:ation|version|section|session|action|option|region|description|location|question|position|function|exception|connection|transaction|collection|direction|permission|condition|operation|extension)$/;

/** `at` is the `:` or `=` behind the name. */
export function findKeyed(text: string, at: number): Finding | undefined {
  const nameEnd = endOfName(text, at);
  if (nameEnd < 3 || !endings.has(tripleOf(text, nameEnd - 1))) return undefined;
  const written = /[\w.$ -]*$/.exec(text.slice(Math.max(0, nameEnd - NAME_MAX), nameEnd))![0];
  const value = readValue(text, at + 1);
  if (value === undefined) return undefined;
  if (isBundlerCredential(written, value.text)) return keyed(value, 'connection_string', 0.8);
  const name = written
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/^.*\s(?=\S{3,}$)/, '');
  const full = written.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase();
  if (/authorization$/.test(name)) return authorization(text, value);
  if (!NAMED.test(full) || NOT_SECRET.test(name) || NOT_SECRET.test(full)) return undefined;
  return looksSecret(name, value.text) ? keyed(value, 'high_entropy', 0.8) : undefined;
}

/** Without the quotes and blanks between the name and its sign: `"name" : `, `name ?= `. */
function endOfName(text: string, at: number): number {
  let end = at;
  for (let steps = 0; steps < 6 && ' "\'`:?)]\\'.includes(text.charAt(end - 1)) && end > 0; steps++) end--;
  return end;
}

function tripleOf(text: string, last: number): number {
  return (
    ((text.charCodeAt(last - 2) | 0x20) << 16) |
    ((text.charCodeAt(last - 1) | 0x20) << 8) |
    (text.charCodeAt(last) | 0x20)
  );
}

interface Value {
  text: string;
  start: number;
}

const UNQUOTED = /[^\s"'`,;<>\\(){}[\]&]+/y;

/** What follows the sign, in quotes or up to the next blank. */
function readValue(text: string, from: number): Value | undefined {
  const lead = /^(?:[ \t:=>(]|\\?["'`])*/.exec(text.slice(from, from + 12))![0];
  const start = from + lead.length;
  const quote = /["'`]/.exec(lead.slice(-1))?.[0];
  const near = text.slice(start, start + VALUE_MAX);
  UNQUOTED.lastIndex = 0;
  const end =
    quote === undefined ? -1 : near.search(quote === '"' ? /\\?"|\n/ : quote === "'" ? /'|\n/ : /`|\n/);
  const value = end === -1 ? (UNQUOTED.exec(near)?.[0] ?? '') : near.slice(0, end);
  return value.length < 4 || isCall(near, value, quote) ? undefined : { text: value, start };
}

/** Code: `token = read(…)`, `key: object.member`. */
function isCall(near: string, value: string, quote: string | undefined): boolean {
  return quote === undefined && /^[([]/.test(near.slice(value.length));
}

function keyed({ start, text }: Value, kind: Finding['kind'], confidence: number): Finding {
  return { kind, start, end: start + text.length, confidence };
}

/** RFC 9110, section 11.6.2: a scheme and what it takes, or what it takes alone. */
function authorization(text: string, value: Value): Finding | undefined {
  const near = text.slice(value.start, value.start + VALUE_MAX);
  const read =
    /^((?:basic|bearer|token|api-?token|api-?key|digest|negotiate|key|apikey)\s+)?([\w.~+/=:@-]{8,})/i.exec(
      near,
    );
  if (read === null) return undefined;
  const [, scheme = '', credential = ''] = read;
  const opened = /^basic/i.test(scheme) ? Buffer.from(credential, 'base64').toString('latin1') : credential;
  const parts = opened.split(':');
  if (isPlaceholder(credential) || parts.every((part) => part === '' || isPlaceholder(part)))
    return undefined;
  if (!/\d/.test(credential) || /(?:token|secret|key)\b/i.test(credential)) return undefined;
  const start = value.start + scheme.length;
  return { kind: 'api_key', start, end: start + credential.length, confidence: 0.9 };
}

/** Bundler, `bundle config`: credentials of a gem server as an environment variable. */
function isBundlerCredential(name: string, value: string): boolean {
  return /BUNDLE_[A-Z\d_]+__[A-Z\d_]+$/.test(name) && /^[\w.~-]{2,}:[\w.~-]{4,}$/.test(value);
}

const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;

function looksSecret(name: string, value: string): boolean {
  if (isPlaceholder(value) || /token|secret|passw|api_?key|access_?key|credential/i.test(value)) return false;
  if (/pass|pwd/.test(name)) return looksLikePassword(value);
  if (UUID.test(value)) return name !== 'key' && name !== 'keys';
  if (value.length < 16 || value.length > 300 || !/^[\w.~+/=:@!#$%^&*|-]+$/.test(value)) return false;
  if (!/\d/.test(value) || !/[A-Za-z]/.test(value) || isReference(value)) return false;
  return entropyOf(value) >= (/^[\da-f]+$/i.test(value) ? 2.9 : 3.4);
}

/** Letters and something else, no sentence and no code. */
function looksLikePassword(value: string): boolean {
  return (
    value.length >= 8 &&
    value.length <= 128 &&
    /[A-Za-z]/.test(value) &&
    /\d/.test(value) &&
    /[A-Z]|[^A-Za-z\d]/.test(value) &&
    !/[\s(){}[\];,]/.test(value) &&
    entropyOf(value) >= 2.7 &&
    !isReference(value)
  );
}

/** Paths, URLs, names of variables and of settings, versions, dates: words with something between them. */
function isReference(value: string): boolean {
  if (
    /^(?:https?|file|s3|gs|arn|urn|data|projects?|secret|vault|env|sha\d{3})[:/]/i.test(value) ||
    /^[./~@]/.test(value)
  )
    return true;
  if (/^\d{4}-\d{2}-\d{2}/.test(value) || /^v?\d+(?:\.\d+){2,}/.test(value)) return true;
  const words = value.split(/[\W_]+/).filter((word) => word !== '');
  return (
    words.length > 1 &&
    words.every((word) =>
      /^(?:[A-Za-z][a-z]+\d{0,3}|[A-Z]+|[a-z]{1,8}\d{1,3}[a-z]{1,8}|[a-z]+|\d{1,4})$/.test(word),
    )
  );
}
