/** Tells values that open something from those that stand for one: `xxxx`, `${TOKEN}`, `changeme`. */

const STANDS_FOR =
  /\$[({A-Za-z_]|\{\{|[<>]|%[A-Z_]+%|\.\.\.|xxx|\*\*\*|###|_here\b|example|placeholder|redacted|removed|changeme|change_me|dummy|sample|your[_-]|my[_-]?(?:secret|token|key|password)|process\.env|getenv|insert[_-]/i;
/** What documentation writes where a user name or password belongs. */
const USUAL =
  /^(?:user(?:name)?|login|name|pass(?:word|wd)?|pwd|secret|token|test|foo|bar|baz|none|null|undefined|true|false|admin|root|x+|y+|key|api[_-]?key|apikey|string|value|auth)$/i;
const SEQUENCES = ['0123456789', 'abcdefghijklmnopqrstuvwxyz', 'zyxwvutsrqponmlkjihgfedcba', '9876543210'];

export function isPlaceholder(value: string): boolean {
  return USUAL.test(value) || STANDS_FOR.test(value) || /(.)\1{5}/.test(value) || isSequence(value);
}

/** Mostly a run of the alphabet or of digits in order. */
function isSequence(value: string): boolean {
  const plain = value.toLowerCase();
  return SEQUENCES.some((sequence) => {
    for (let length = sequence.length; length >= 8; length--)
      if (plain.includes(sequence.slice(0, length))) return length * 2 >= plain.length;
    return false;
  });
}

/** Bits for each character (Shannon), of at most the first 256. */
export function entropyOf(value: string): number {
  const counts = new Map<string, number>();
  const text = value.slice(0, 256);
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}
