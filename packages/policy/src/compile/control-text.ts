/** What a control says, in a few words of the language itself. */
import type { Placed, Word } from '../document/reading.ts';

interface Flow {
  from: Word[];
  to: Word[];
  then: string;
  by?: string;
}

const dayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** Values as readers of documents give them: words, lists, durations, placed values. */
export function controlText(value: unknown): string {
  if (Array.isArray(value)) return value.map(controlText).join(', ');
  if (typeof value !== 'object' || value === null) return String(value);
  if (isWord(value)) return value.text;
  if (isHours(value)) {
    const days = value.days.map((day) => dayNames[day]).join(' ');
    return `${days} ${clock(value.from)}–${clock(value.to)} ${value.timezone}`;
  }
  if ('value' in value) return controlText((value as Placed<unknown>).value);
  if (isFlow(value)) return flowText(value);
  return Object.entries(value)
    .map(([key, inner]) => `${key} ${controlText(inner)}`)
    .join('; ');
}

function flowText({ from, to, then, by }: Flow): string {
  return `from ${controlText(from)} to ${controlText(to)}: ${then}${by === undefined ? '' : ` by ${by}`}`;
}

function isWord(value: object): value is Pick<Word, 'text'> {
  return 'text' in value && typeof value.text === 'string';
}

function isHours(value: object): value is { days: number[]; from: number; to: number; timezone: string } {
  return 'timezone' in value && 'days' in value;
}

function isFlow(value: object): value is Flow {
  return 'then' in value;
}

function clock(minutes: number): string {
  const two = (number: number): string => String(number).padStart(2, '0');
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
