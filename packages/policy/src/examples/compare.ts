/** What was decided against what was expected. */
import type { Decision } from '@remit/contracts';
import type { Expectation } from './document.ts';

/** What an expectation looks at. */
export interface Decided {
  effect: Decision['effect'];
  tier?: Decision['tier'];
  code?: string;
  rule?: Decision['rule'];
  reason: string;
}

/** Each part that is not as expected, like `effect allow, not deny`; empty where all is. */
export function mismatches(expected: Expectation, { effect, tier, code, rule, reason }: Decided): string[] {
  const exact = (
    [
      ['effect', effect],
      ['tier', tier],
      ['code', code],
    ] as const
  ).flatMap(([name, actual]) =>
    expected[name] === undefined || expected[name] === actual
      ? []
      : [`${name} is ${actual ?? 'not set'}, not ${expected[name]}`],
  );
  const parts = (
    [
      ['rule', rule?.name],
      ['reason', reason],
    ] as const
  ).flatMap(([name, actual]) =>
    expected[name] === undefined || actual?.includes(expected[name]) === true
      ? []
      : [
          `${name} is ${actual === undefined ? 'not set' : `\`${actual}\``}, which does not hold \`${expected[name]}\``,
        ],
  );
  return [...exact, ...parts];
}
