/** Classes of ASCII characters, for one table look-up a character. */

const DIGIT = 1;
const LETTER = 2;

const classes = new Uint8Array(128);
for (let code = 0x30; code <= 0x39; code++) classes[code] = DIGIT;
for (let code = 0x41; code <= 0x5a; code++) classes[code] = classes[code + 0x20] = LETTER;

/** 0 beyond ASCII: disguised letters and digits are looked for on the unveiled text. */
export function classOf(code: number): number {
  return code < 128 ? classes[code]! : 0;
}

export function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

export function isAlphanumeric(code: number): boolean {
  return code < 128 && classes[code] !== 0;
}

/** White space that may stand between the groups of a number. */
export function isBlank(code: number): boolean {
  return code === 0x20 || code === 0xa0 || code === 0x202f || code === 0x2009;
}
