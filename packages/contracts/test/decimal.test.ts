import { addDecimals, compareDecimals, decimalOf, decimalText, zero } from '@remit/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const sumOf = (values: readonly (number | string)[]): string =>
  decimalText(values.map((value) => decimalOf(value)!).reduce(addDecimals, zero));

test('sums have no binary rounding', () => {
  expect(sumOf([0.1, 0.2])).toBe('0.3');
  expect(sumOf(Array<number>(1000).fill(0.001))).toBe('1');
  expect(sumOf([1e21, '-0.000001'])).toBe('999999999999999999999.999999');
  expect(sumOf([5e-324, 1e308])).toMatch(/^10{308}\.0{323}5$/);
});

test('a number is the text that JSON has for it', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(Number(decimalText(decimalOf(value)!))).toBe(value === 0 ? 0 : value);
    }),
  );
});

test('adding and comparing agree with whole numbers of the smallest unit', () => {
  const amount = fc.tuple(fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }), fc.nat(12));
  const decimal = ([units, scale]: [bigint, number]) => ({ units, scale });
  const whole = ([units, scale]: [bigint, number]) => units * 10n ** BigInt(12 - scale);
  fc.assert(
    fc.property(amount, amount, (left, right) => {
      const sum = decimalOf(decimalText(addDecimals(decimal(left), decimal(right))))!;
      expect(whole([sum.units, sum.scale])).toBe(whole(left) + whole(right));
      const [a, b] = [whole(left), whole(right)];
      expect(Math.sign(compareDecimals(decimal(left), decimal(right)))).toBe(a < b ? -1 : a > b ? 1 : 0);
    }),
  );
});

test.each([
  '',
  ' 1',
  '1,5',
  '1.',
  '.5',
  '1e5',
  '+1',
  '0x10',
  'NaN',
  '1'.repeat(65),
  '١',
  NaN,
  Infinity,
  null,
  true,
  [1],
])('%j is no decimal', (value) => {
  expect(decimalOf(value)).toBeUndefined();
});
