import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { shop, workbench, type Workbench } from './workbench.ts';

// Real processes on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let bench: Workbench;
beforeAll(async () => {
  bench = await workbench((calls) => `${shop(calls)}limits: { calls: 2/minute }\n`);
  expect((await bench.remit(['tools', 'pull'])).code).toBe(0);
});
afterAll(() => bench.remove());

const example = (expectation: string) => `agent: support
tests:
  - name: records small amounts
    call: record
    args: { marker: a, amount: 5 }
    expect: ${expectation}
`;

describe('remit test', () => {
  test('is wrong use where there are no examples', async () => {
    const { code, stderr } = await bench.remit(['test', '--json']);
    expect([code, (JSON.parse(stderr) as { code: string }).code]).toEqual([2, 'no_examples']);
  });

  test('passes where each call is decided as expected, sequences and waits included', async () => {
    bench.write(
      'shop.test.yaml',
      `${example('{ effect: allow, tier: automatic }')}  - name: two a minute
    steps:
      - { call: record, args: { marker: a }, times: 2, expect: allow }
      - { call: record, args: { marker: a }, expect: { effect: deny, code: rate_limited } }
      - { wait: 1m }
      - { call: desk/record, args: { marker: a, amount: 500 }, expect: approve }
`,
    );
    const { code, stdout } = await bench.remit(['test']);
    expect([stdout, code]).toEqual(['2 passed, 0 failed', 0]);
  });

  test('shows a failing example with file, line, what was decided and why, and ends with 1', async () => {
    bench.write('shop.test.yaml', example('deny'));
    const { code, stdout } = await bench.remit(['test']);
    expect(code).toBe(1);
    expect(stdout).toBe(`FAIL: records small amounts
  --> shop.test.yaml:4:11
   |
 4 |     call: record
   |           ^^^^^^
  \`record\` by support: effect is allow, not deny
  decided: allow, tier automatic
  rule: support guardrails.tier_1_automatic[0] (remit.yaml:15)
  because: \`support guardrails.tier_1_automatic[0]\` (remit.yaml:15) puts \`desk/record\` into tier automatic.

0 passed, 1 failed`);
  });

  test('prints results as JSON', async () => {
    const { code, stdout } = await bench.remit(['test', '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      passed: 0,
      failed: 1,
      diagnostics: [],
      tests: [
        {
          name: 'records small amounts',
          file: 'shop.test.yaml',
          line: 3,
          ok: false,
          failures: [
            { line: 4, column: 11, problems: ['effect is allow, not deny'], decided: { effect: 'allow' } },
          ],
        },
      ],
    });
  });

  test('shows mistakes in a test file with place and remedy, and ends with 1', async () => {
    bench.write('shop.test.yaml', example('alow'));
    const { code, stdout } = await bench.remit(['test']);
    expect(code).toBe(1);
    expect(stdout).toContain('--> shop.test.yaml:6:13');
    expect(stdout).toContain('did you mean `allow`?');
  });

  test('passes on the demo workspace, as its README says', async () => {
    const demo = fileURLToPath(new URL('../../../examples/support-desk', import.meta.url));
    const { code, stdout } = await bench.remit(['test', demo]);
    expect(stdout).toMatch(/^\d+ passed, 0 failed$/);
    expect(code).toBe(0);
  });
});
