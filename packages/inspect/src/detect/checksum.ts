/** Check digits that numbers of people and accounts carry. All take plain ASCII digits. */

export function digitAt(text: string, index: number): number {
  return text.charCodeAt(index) - 0x30;
}

/** ISO/IEC 7812-1, annex B: every second digit from the right is doubled. */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let index = digits.length - 1, double = false; index >= 0; index--, double = !double) {
    const digit = digitAt(digits, index);
    sum += double ? (digit > 4 ? digit * 2 - 9 : digit * 2) : digit;
  }
  return sum % 10 === 0;
}

/** Of a number of any length; letters count as 10 to 35 (ISO 7064, ISO 13616-1). */
export function remainder97(text: string): number {
  let rest = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code <= 0x39) rest = (rest * 10 + code - 0x30) % 97;
    else rest = (rest * 100 + (code | 0x20) - 0x57) % 97;
  }
  return rest;
}

/** Sum of digits times weights; digits beyond the weights do not count. */
export function weightedSum(digits: string, weights: readonly number[]): number {
  return weights.reduce((sum, weight, index) => sum + weight * digitAt(digits, index), 0);
}

/** ISO 7064, MOD 11,10: the last digit makes the product come out at 1. */
export function passesMod11And10(digits: string): boolean {
  let product = 10;
  for (let index = 0; index < digits.length - 1; index++) {
    const sum = (digitAt(digits, index) + product) % 10 || 10;
    product = (sum * 2) % 11;
  }
  return (digitAt(digits, digits.length - 1) + product) % 10 === 1;
}

/** Multiplication in the dihedral group D5, on which Verhoeff's scheme rests. */
function timesInD5(left: number, right: number): number {
  const turned = left < 5 ? (left + right) % 5 : (left - right + 5) % 5;
  return left < 5 === right < 5 ? turned : turned + 5;
}

/** Powers of Verhoeff's permutation (J. Verhoeff, Error Detecting Decimal Codes, 1969). */
const permutations: readonly number[][] = [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]];
const first = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
for (let power = 1; power < 8; power++) {
  const previous = permutations[power - 1]!;
  (permutations as number[][]).push(previous.map((_, digit) => previous[first[digit]!]!));
}

export function passesVerhoeff(digits: string): boolean {
  let product = 0;
  for (let index = 0; index < digits.length; index++) {
    const digit = digitAt(digits, digits.length - 1 - index);
    product = timesInD5(product, permutations[index % 8]![digit]!);
  }
  return product === 0;
}
