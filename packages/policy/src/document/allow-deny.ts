/** The two lists `allow` and `deny`, which stand wherever something is granted or refused by name. */
import { describeAs } from './described.ts';
import { listOf, readWord, shaped } from './reading.ts';
import type { Reader, Word } from './reading.ts';

export interface AllowDeny {
  allow?: Word[];
  deny?: Word[];
}

export function readAllowDeny(what: string): Reader<AllowDeny> {
  return shaped<Required<AllowDeny>>({ what, keys: { allow: listOf(readWord), deny: listOf(readWord) } });
}

/** Also a plain list, which is one of what is allowed. */
export function readAllowDenyOrList(what: string): Reader<AllowDeny> {
  const readBoth = readAllowDeny(what);
  const readList = listOf(readWord);
  const reader: Reader<AllowDeny> = (tree, reading) => {
    if (tree.kind !== 'sequence') return readBoth(tree, reading);
    const allow = readList(tree, reading);
    return allow && { allow };
  };
  describeAs(reader, readBoth, readList);
  return reader;
}
