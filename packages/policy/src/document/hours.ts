/** Hours of a week in a time zone: `{ days: [mon-fri], from: "08:00", to: "18:00", timezone: Europe/Berlin }`. */
import { didYouMean } from '@remit/contracts';
import { describeAs } from './described.ts';
import { readTimeZone } from './limit-window.ts';
import { oneOrMore, shaped } from './reading.ts';
import type { Reader, Reading } from './reading.ts';
import type { Tree } from './tree.ts';

/** Sunday is 0, as in `Date.getUTCDay`. */
const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const longDays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

export interface Hours {
  /** Days on which the hours begin; Sunday is 0. */
  days: readonly number[];
  /** Minutes since midnight, `to` not included; `to` before `from` is on the next day. */
  from: number;
  to: number;
  /** A name of the IANA time zone database. */
  timezone: string;
}

interface HoursKeys {
  days: number[][];
  from: number;
  to: number;
  timezone: string;
}

function dayNumber(text: string): number {
  const folded = text.toLowerCase();
  return Math.max(days.indexOf(folded), longDays.indexOf(folded));
}

const readDays: Reader<number[]> = (tree, reading) => {
  const text = tree.kind === 'scalar' ? String(tree.value) : '';
  const ends = text.split('-').map(dayNumber);
  const [first, last = first] = ends;
  if (ends.length <= 2 && !ends.includes(-1)) {
    const length = (last! - first! + 7) % 7;
    return Array.from({ length: length + 1 }, (_, step) => (first! + step) % 7);
  }
  const wrong = text.split('-').find((part) => dayNumber(part) < 0) ?? text;
  const message = `\`${reading.path}\` has to be a day such as \`mon\`, or days such as \`mon-fri\``;
  const hint = didYouMean(wrong, wrong.length > 4 ? longDays : days);
  reading.findings.error('invalid_value', message, tree.spot, hint);
  return undefined;
};

const TIME = /^([01][0-9]|2[0-3]):([0-5][0-9])$/;

/** `24:00` is the end of the day. */
function readTime(tree: Tree, reading: Reading): number | undefined {
  const text = tree.kind === 'scalar' ? String(tree.value) : '';
  if (text === '24:00') return 24 * 60;
  const [, hour, minute] = TIME.exec(text) ?? [];
  if (hour !== undefined) return Number(hour) * 60 + Number(minute);
  const message = `\`${reading.path}\` has to be a time of day such as "08:00"`;
  reading.findings.error('invalid_time', message, tree.spot, 'write it with two digits each, in quotes');
  return undefined;
}

const readKeys = shaped<HoursKeys>({
  what: '`hours`',
  keys: { days: oneOrMore(readDays), from: readTime, to: readTime, timezone: readTimeZone },
  required: ['from', 'to', 'timezone'],
});

export const readHours: Reader<Hours> = (tree, reading) => {
  const read = readKeys(tree, reading);
  if (read?.from === undefined || read.to === undefined || read.timezone === undefined) return undefined;
  const { from, to, timezone } = read;
  if (from === to || from === 24 * 60) {
    const message = `\`${reading.path}\` holds no time: it is over when it begins`;
    reading.findings.error('invalid_time', message, tree.spot, 'a whole day is from "00:00" to "24:00"');
    return undefined;
  }
  const chosen = read.days === undefined ? [0, 1, 2, 3, 4, 5, 6] : read.days.flat();
  return { days: [...new Set(chosen)].toSorted(), from, to, timezone };
};

describeAs(readHours, readKeys);
