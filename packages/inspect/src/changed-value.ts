/** What stands in place of a value that an agent must not see as it is. */
import type { DataChange } from '@remit/contracts';

/** Stands for what was taken out of a text. */
export const MARK = '[removed]';

/** A pseudonym of a value that is the same each time and cannot be turned back without the key. */
export type Pseudonym = (label: string, value: string) => string;

const SHOWN = 4;
const TRUNCATED = 3;
const PSEUDONYM = /^[a-z_]{1,64}:[\da-f]{16,64}$/;

/**
 * Never holds a quotation mark, a backslash or a control character, and changing it again changes nothing.
 * Without a `change`, or without the key that one needs, the value is gone.
 */
export function changedValue(
  value: string,
  label: string,
  change: DataChange | undefined,
  pseudonym: Pseudonym | undefined,
): string {
  switch (change) {
    case 'mask':
      return masked(value);
    case 'truncate':
      return plain(value.replace(/…$/, '').slice(0, TRUNCATED)) + '…';
    case 'hash':
      if (PSEUDONYM.test(value)) return value;
      return pseudonym === undefined ? MARK : pseudonym(label, value);
    case undefined:
      return MARK;
  }
}

/** The last four letters or digits of a long value stay, and whatever stands between them. */
function masked(value: string): string {
  const signs = [...value].filter((sign) => /[\p{L}\p{N}*]/u.test(sign)).length;
  const hidden = signs > SHOWN + 2 ? signs - SHOWN : signs;
  let seen = 0;
  return plain(value.replace(/[\p{L}\p{N}*]/gu, (sign) => (seen++ < hidden ? '*' : sign)));
}

// eslint-disable-next-line no-control-regex -- control characters are what must not stay
const UNSAFE = /["\\\u0000-\u001f\ud800-\udfff]/g;

function plain(text: string): string {
  return text.replace(UNSAFE, '*');
}
