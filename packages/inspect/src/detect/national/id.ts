/** Numbers that states give to people. Each country's file says how its own are made. */

export interface NationalId {
  /** Characters without separators, upper case: whether they are such a number, check digit and all. */
  valid(compact: string): boolean;
  /** How it is written with separators, as a whole. */
  printed?: RegExp;
  /** Words before a number that say what it is. */
  named: RegExp;
  /** Characters without separators. */
  lengths: readonly number[];
  /** True where the form is so particular that it needs no word beside it. */
  particular?: 'compact' | 'printed';
}

/** Whether six digits are a day: two each of year, month, day, with what is added to some of them taken off. */
export function isDay(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return (
    month >= 1 && month <= 12 && day >= 1 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  );
}

export function number(text: string, from: number, to: number): number {
  return Number(text.slice(from, to));
}
