import { expect, test } from 'vitest';
import { regressions } from './suite.ts';
import type { Check, Results } from './suite.ts';

function results(checks: Record<string, Check['status']>): Results {
  return new Map(Object.entries(checks).map(([key, status]) => [key, { status, message: 'why' }]));
}

test('a check that passes direct must pass through the gateway', () => {
  const direct = results({ a: 'SUCCESS', b: 'WARNING', c: 'SUCCESS' });
  const through = results({ a: 'FAILURE', b: 'FAILURE', c: 'SUCCESS' });
  expect(regressions(direct, through)).toMatchObject([
    { check: 'a', direct: { status: 'SUCCESS' }, through: { status: 'FAILURE' } },
    { check: 'b', direct: { status: 'WARNING' }, through: { status: 'FAILURE' } },
  ]);
});

test('a check that is skipped or does not run through the gateway has not passed', () => {
  expect(regressions(results({ a: 'SUCCESS', b: 'SUCCESS' }), results({ a: 'SKIPPED' }))).toHaveLength(2);
});

test('what fails direct may fail through the gateway, or do better', () => {
  expect(
    regressions(results({ a: 'FAILURE', b: 'FAILURE' }), results({ a: 'FAILURE', b: 'SUCCESS' })),
  ).toEqual([]);
});
