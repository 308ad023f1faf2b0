/** Days that somebody was born on: a calendar date (ISO 8601, or day and month as people write them) behind words that say so. */
import type { Match } from './finding.ts';
import { wordsBefore, type Surroundings } from './surroundings.ts';

const NAMED =
  /\b(?:born|birth ?(?:date|day)?|date of birth|dob|d o b|geburtsdatum|geboren|naissance|nacimiento|nascita|nascimento)\b(?: \w+){0,3} ?$/;
const MONTH = '(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}';
const DATE = new RegExp(
  `(?:\\d{4}[-/.]\\d{1,2}[-/.]\\d{1,2}|\\d{1,2}[-/.]\\d{1,2}[-/.](?:\\d{4}|\\d{2})|\\d{1,2}(?:st|nd|rd|th)? (?:of )?${MONTH},? \\d{4}|\\d{8})(?!\\d)`,
  'iy',
);
const NAMED_MONTH = new RegExp(`${MONTH} \\d{1,2}(?:st|nd|rd|th)?,? \\d{4}(?!\\d)`, 'iy');

/** `at` is a digit, or the first letter of the name of a month. */
export function findBirthDate(around: Surroundings, at: number): Match | undefined {
  const pattern = /\d/.test(around.text.charAt(at)) ? DATE : NAMED_MONTH;
  pattern.lastIndex = at;
  const date = pattern.exec(around.text)?.[0];
  if (date === undefined || !NAMED.test(wordsBefore(around, at))) return undefined;
  return { start: at, end: at + date.length, confidence: 0.85 };
}
