/**
 * Functions of conditions that are ours instead of the library's. Its time functions read the zone of
 * the machine, so that a decision would depend on where it is made, and `duration` takes minutes for a
 * long text of digits. Ours replace them under a name of the same length (`renamed`), so that places in
 * messages stay right. `decimal` is an addition: sums of money without binary rounding.
 */
import { Environment } from '@marcbachmann/cel-js';
import { addDecimals, compareDecimals, decimalOf } from '@remit/contracts';
import type { Decimal } from '@remit/contracts';

const TIMESTAMP = 'google.protobuf.Timestamp';
const DURATION = 'google.protobuf.Duration';

/** What a function is called inside, by what people call it. */
const ownNames: ReadonlyMap<string, string> = new Map([
  ['matches', 're2find'],
  ['timestamp', 'timepoint'],
  ['duration', 'timespan'],
]);
/** Parts of a timestamp; with a time zone they are ours. */
const PARTS = [
  'getDate',
  'getDayOfMonth',
  'getDayOfWeek',
  'getDayOfYear',
  'getFullYear',
  'getHours',
  'getMilliseconds',
  'getMinutes',
  'getMonth',
  'getSeconds',
] as const;
type Part = (typeof PARTS)[number];

/** Names inside of what reads a part of a timestamp in a time zone. */
export const zonedNames: ReadonlySet<string> = new Set(PARTS.map((part) => inside(part)));

/** Names that nobody may write, since they are those inside. */
export const hiddenNames: ReadonlySet<string> = new Set([...ownNames.values(), ...zonedNames]);

/** True for calls that take a time zone. */
export function takesZone(name: string, count: number): boolean {
  return count === 1 && PARTS.some((part) => part === name);
}

/** The name inside of a function that is ours; undefined for those of the library. */
export function renamed(name: string, count: number): string | undefined {
  const isPart = takesZone(name, count) || name === 'getDayOfYear';
  return isPart ? inside(name) : ownNames.get(name);
}

/** A message of the library in the words that the person wrote. */
export function inWrittenNames(message: string): string {
  let text = message.replaceAll(/\btz_(?=[A-Z])/g, 'get');
  for (const [written, own] of ownNames) text = text.replaceAll(own, written);
  return text;
}

function inside(part: string): string {
  return `tz_${part.slice('get'.length)}`;
}

/** An amount of money in conditions. Private, so that a condition sees nothing of it but its operators. */
class Amount {
  readonly #decimal: Decimal;

  constructor(decimal: Decimal) {
    this.#decimal = decimal;
  }

  static of(value: number | string | bigint): Amount {
    const decimal = typeof value === 'bigint' ? { units: value, scale: 0 } : decimalOf(value);
    if (decimal === undefined) throw new Error('decimal() takes a number, or a text like "12.50"');
    return new Amount(decimal);
  }

  static add(left: Amount, right: Amount): Amount {
    return new Amount(addDecimals(left.#decimal, right.#decimal));
  }

  static subtract(left: Amount, right: Amount): Amount {
    const { units, scale } = right.#decimal;
    return new Amount(addDecimals(left.#decimal, { units: -units, scale }));
  }

  static compare(left: Amount, right: Amount): number {
    return compareDecimals(left.#decimal, right.#decimal);
  }
}

export function registerFunctions(environment: Environment): Environment {
  registerTime(environment);
  environment.registerType('Decimal', { ctor: Amount, fields: {} });
  for (const type of ['double', 'int', 'string'])
    environment.registerFunction(`decimal(${type}): Decimal`, (value: number | string | bigint) =>
      Amount.of(value),
    );
  const compared = (holds: (order: number) => boolean) => (left: Amount, right: Amount) =>
    holds(Amount.compare(left, right));
  return environment
    .registerOperator('Decimal + Decimal: Decimal', (left: Amount, right: Amount) => Amount.add(left, right))
    .registerOperator('Decimal - Decimal: Decimal', (left: Amount, right: Amount) =>
      Amount.subtract(left, right),
    )
    .registerOperator(
      'Decimal == Decimal: bool',
      compared((order) => order === 0),
    )
    .registerOperator(
      'Decimal < Decimal: bool',
      compared((order) => order < 0),
    )
    .registerOperator(
      'Decimal <= Decimal: bool',
      compared((order) => order <= 0),
    )
    .registerOperator(
      'Decimal > Decimal: bool',
      compared((order) => order > 0),
    )
    .registerOperator(
      'Decimal >= Decimal: bool',
      compared((order) => order >= 0),
    );
}

function registerTime(environment: Environment): void {
  const zones = new Zones();
  environment
    .registerFunction(`timepoint(string): ${TIMESTAMP}`, timestampOf)
    .registerFunction(`timepoint(int): ${TIMESTAMP}`, (seconds: bigint) =>
      inRange(new Date(Number(seconds) * 1000)),
    )
    .registerFunction(`timespan(string): ${DURATION}`, durationOf)
    .registerFunction(`${TIMESTAMP}.tz_DayOfYear(): int`, (at: Date) => partOf('getDayOfYear', at));
  for (const part of PARTS)
    environment.registerFunction(`${TIMESTAMP}.${inside(part)}(string): int`, (at: Date, zone: string) =>
      partOf(part, zones.local(at, zone)),
    );
}

/** A part of a time, as CEL counts them (cel-spec, "Standard Definitions", `getDayOfWeek` and so on). */
function partOf(part: Part, local: Date): bigint {
  switch (part) {
    case 'getDate':
      return BigInt(local.getUTCDate());
    case 'getDayOfMonth':
      return BigInt(local.getUTCDate() - 1);
    case 'getDayOfWeek':
      return BigInt(local.getUTCDay());
    case 'getDayOfYear': {
      const first = Date.UTC(local.getUTCFullYear(), 0);
      return BigInt(Math.floor((local.getTime() - first) / 86_400_000));
    }
    case 'getFullYear':
      return BigInt(local.getUTCFullYear());
    case 'getHours':
      return BigInt(local.getUTCHours());
    case 'getMilliseconds':
      return BigInt(local.getUTCMilliseconds());
    case 'getMinutes':
      return BigInt(local.getUTCMinutes());
    case 'getMonth':
      return BigInt(local.getUTCMonth());
    case 'getSeconds':
      return BigInt(local.getUTCSeconds());
  }
}

/** Formats of time zones, which are slow to make. Zones are literals, so there are only so many. */
class Zones {
  readonly #formats = new Map<string, Intl.DateTimeFormat>();

  /** A date whose UTC fields are those that clocks in the zone show. @throws RangeError for no zone. */
  local(at: Date, zone: string): Date {
    const text = this.#format(zone).format(at);
    const [, month, day, year, hour, minute, second] = LOCAL.exec(text) ?? [];
    const fields = [year, month, day, hour, minute, second].map(Number) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const [y, mo, d, h, mi, s] = fields;
    return new Date(Date.UTC(y, mo - 1, d, h, mi, s, at.getUTCMilliseconds()));
  }

  #format(zone: string): Intl.DateTimeFormat {
    let format = this.#formats.get(zone);
    if (format === undefined) {
      format = zoneFormat(zone);
      this.#formats.set(zone, format);
    }
    return format;
  }
}

/** `11/22/2026, 18:05:09` */
const LOCAL = /^(\d+)\/(\d+)\/(\d+), (\d+):(\d+):(\d+)$/;

/** @throws RangeError where there is no such time zone. */
export function zoneFormat(zone: string): Intl.DateTimeFormat {
  const digits = '2-digit';
  const time = { hour: digits, minute: digits, second: digits } as const;
  const options = {
    year: 'numeric',
    month: digits,
    day: digits,
    ...time,
    hourCycle: 'h23',
    timeZone: zone,
  } as const;
  return new Intl.DateTimeFormat('en-US', options);
}

/** RFC 3339, with its offset: a text without one would mean the zone of the machine. */
const RFC3339 = /^\d{4}-(\d\d)-(\d\d)T\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

export function timestampOf(text: string): Date {
  const [, month, day] = (text.length <= 35 && RFC3339.exec(text)) || [];
  const at = new Date(month === undefined ? NaN : text);
  if (month === undefined || Number(day) > daysIn(text.slice(0, 4), month)) return inRange(new Date(NaN));
  return inRange(at);
}

function daysIn(year: string, month: string): number {
  return new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
}

/** Years 1 to 9999 (cel-spec, "Timestamp"). */
function inRange(at: Date): Date {
  if (at.getTime() >= -62_135_596_800_000 && at.getTime() <= 253_402_300_799_999) return at;
  throw new Error('timestamp() takes a time like "2026-11-22T10:00:00Z"');
}

const DURATION_TEXT = /^[-+]?(?:\d{1,18}(?:\.\d{0,18})?(?:ns|us|µs|ms|s|m|h))+$/;
const ofLibrary = new Environment().registerVariable('text', 'string').parse('duration(text)');

export function durationOf(text: string): unknown {
  if (text.length <= 64 && DURATION_TEXT.test(text)) return ofLibrary({ text });
  throw new Error('duration() takes a length of time like "1h30m"');
}

/** @throws Error where the text is no amount. */
export function amountOf(text: string): unknown {
  return Amount.of(text);
}
