/**
 * Money and other sums without binary rounding: `units / 10^scale`, exact for every finite number.
 *
 * A number of JSON is taken by the shortest decimal text that stands for it (ECMA-262,
 * `Number::toString`), which is also the text that is sent upstream. So what is summed is what the
 * tool reads; a number that was written with up to 15 significant digits is taken digit by digit.
 */
export interface Decimal {
  readonly units: bigint;
  readonly scale: number;
}

export const zero: Decimal = { units: 0n, scale: 0 };

/** Characters of a text that is read as a decimal. */
const TEXT_LENGTH_MAX = 64;
const NUMBER = /^(-?\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/;
const PLAIN_TEXT = /^-?\d+(?:\.\d+)?$/;

/** Undefined for what is neither a finite number nor a text like `-12.50`. */
export function decimalOf(value: unknown): Decimal | undefined {
  if (typeof value === 'number') return decimalOfNumber(value);
  if (typeof value !== 'string' || value.length > TEXT_LENGTH_MAX || !PLAIN_TEXT.test(value))
    return undefined;
  return parsed(value);
}

function decimalOfNumber(value: number): Decimal | undefined {
  if (Number.isSafeInteger(value)) return { units: BigInt(value), scale: 0 };
  return Number.isFinite(value) ? parsed(String(value)) : undefined;
}

function parsed(text: string): Decimal | undefined {
  const [, whole, fraction = '', exponent = '0'] = NUMBER.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const units = BigInt(whole + fraction);
  const scale = fraction.length - Number(exponent);
  return scale >= 0 ? { units, scale } : { units: units * 10n ** BigInt(-scale), scale: 0 };
}

/** `units` of the same value at a scale that is not smaller. */
export function unitsAt({ units, scale }: Decimal, wanted: number): bigint {
  return scale === wanted ? units : units * 10n ** BigInt(wanted - scale);
}

export function addDecimals(left: Decimal, right: Decimal): Decimal {
  const scale = Math.max(left.scale, right.scale);
  return { units: unitsAt(left, scale) + unitsAt(right, scale), scale };
}

/** Below, at or above zero as the left one is smaller, equal or larger. */
export function compareDecimals(left: Decimal, right: Decimal): number {
  const scale = Math.max(left.scale, right.scale);
  const [a, b] = [unitsAt(left, scale), unitsAt(right, scale)];
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Without an exponent and without needless zeros: `12.5`, `-0.001`, `1000`. */
export function decimalText({ units, scale }: Decimal): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const fraction = digits.slice(digits.length - scale).replace(/0+$/, '');
  return `${units < 0n ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}
