/** Escapes that write a character with others: `%34` (RFC 3986), `&#52;` (HTML), `\u0034` and `\x34` (RFC 8259 and others). */

export interface Escape {
  character: string;
  /** First character behind the escape. */
  end: number;
}

/** Named character references that stand for signs of numbers and addresses (HTML, section 13.5). */
const named: Readonly<Record<string, string>> = {
  amp: '&',
  apos: "'",
  colon: ':',
  commat: '@',
  dash: '-',
  equals: '=',
  gt: '>',
  hyphen: '-',
  lowbar: '_',
  lt: '<',
  nbsp: ' ',
  num: '#',
  period: '.',
  plus: '+',
  quot: '"',
  shy: '',
  sol: '/',
  zwj: '',
  zwnj: '',
};

const PERCENT = /(?:%[\da-f]{2}){1,4}/iy;
const REFERENCE = /&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]{2,8}));?/iy;
const BACKSLASH = /\\{1,8}(?:u([\da-f]{4})|u\{([\da-f]{1,6})\}|x([\da-f]{2}))/iy;

/** The escape that begins at `at`; `code` is the character there. */
export function readEscape(text: string, at: number, code: number): Escape | undefined {
  if (code === 0x25) return readPercent(text, at);
  if (code === 0x26) return readReference(text, at);
  return code === 0x5c ? readBackslash(text, at) : undefined;
}

/** One byte, or the bytes of one character of UTF-8. */
function readPercent(text: string, at: number): Escape | undefined {
  PERCENT.lastIndex = at;
  const written = PERCENT.exec(text)?.[0];
  if (written === undefined) return undefined;
  const first = Number.parseInt(written.slice(1, 3), 16);
  const length = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  const bytes = Buffer.from(written.slice(0, length * 3).replaceAll('%', ''), 'hex');
  return { character: bytes.toString('utf8'), end: at + bytes.length * 3 };
}

function readReference(text: string, at: number): Escape | undefined {
  REFERENCE.lastIndex = at;
  const read = REFERENCE.exec(text);
  if (read === null) return undefined;
  const [all, decimal, hexadecimal, name] = read;
  const end = at + all.length;
  if (name !== undefined) {
    const character = Object.hasOwn(named, name) && all.endsWith(';') ? named[name] : undefined;
    return character === undefined ? undefined : { character, end };
  }
  const code = decimal === undefined ? Number.parseInt(hexadecimal!, 16) : Number(decimal);
  return code > 0x10ffff ? undefined : { character: String.fromCodePoint(code), end };
}

function readBackslash(text: string, at: number): Escape | undefined {
  BACKSLASH.lastIndex = at;
  const read = BACKSLASH.exec(text);
  if (read === null) return undefined;
  const code = Number.parseInt(read[1] ?? read[2] ?? read[3]!, 16);
  return code > 0x10ffff ? undefined : { character: String.fromCodePoint(code), end: at + read[0].length };
}
