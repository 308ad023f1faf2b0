/** Ajv's formats with a bound on length: some of them backtrack, and RFC 5321 or 3986 need no more. */
import { bounds } from '@remit/contracts';
import type { Format, FormatDefinition } from 'ajv';
import { fullFormats } from 'ajv-formats/dist/formats.js';

/** These have no pattern that could backtrack, and are used for long content. */
const UNBOUNDED = new Set(['byte', 'binary', 'password']);

export const boundedFormats: Record<string, Format> = Object.fromEntries(
  Object.entries(fullFormats as Record<string, Format>).map(([name, format]) => [
    name,
    bounded(name, format),
  ]),
);

function bounded(name: string, format: Format): Format {
  if (UNBOUNDED.has(name)) return format;
  const test = tester(name, format);
  if (!test) return format;
  return (text: string) => text.length <= bounds.format_length_max && test(text);
}

/** Undefined for formats of numbers and those that only inform. */
function tester(name: string, format: Format): ((text: string) => boolean) | undefined {
  if (name === 'url') return (text) => URL.canParse(text);
  if (format instanceof RegExp) return (text) => format.test(text);
  if (typeof format === 'function') return format;
  if (typeof format !== 'object' || format.type === 'number') return undefined;
  const check = (format as FormatDefinition<string>).validate;
  if (check instanceof RegExp) return (text) => check.test(text);
  return typeof check === 'function' ? check : undefined;
}
