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

const call = (amount: number, more: object = {}) => ({
  tool: 'record',
  arguments: { marker: 'a', amount },
  ...more,
});

async function replay(runs: object[], ...more: string[]) {
  bench.write('runs.jsonl', runs.map((run) => JSON.stringify(run)).join('\n'));
  return bench.remit(['replay', '--traces', 'runs.jsonl', ...more]);
}

const lines = (stdout: string) =>
  stdout.split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);

describe('remit replay --traces', () => {
  test('prints one line for each call, with what decided it', async () => {
    const { code, stdout } = await replay(
      [
        {
          run: 'one',
          agent: 'support',
          prompt: 'ignored',
          calls: [call(5, { result: { ok: true } }), call(500)],
        },
      ],
      '--json',
    );
    expect(code).toBe(0);
    expect(lines(stdout)).toEqual([
      {
        run: 'one',
        index: 0,
        tool: 'record',
        effect: 'allow',
        tier: 'automatic',
        rule: { name: 'support guardrails.tier_1_automatic[0]', file: 'remit.yaml', line: 15 },
        code: null,
        reason: expect.stringContaining('tier automatic') as string,
      },
      expect.objectContaining({
        run: 'one',
        index: 1,
        effect: 'approve',
        tier: 'approval',
        code: 'approval_pending',
      }),
    ]);
  });

  test('carries limits through a run, and starts the next one anew', async () => {
    const calls = [call(1), call(2), call(3, { error: 'it broke' })];
    const { stdout } = await replay(
      [
        { run: 1, agent: 'support', calls },
        { run: 2, agent: 'support', calls },
      ],
      '--json',
    );
    const said = lines(stdout).map(({ run, index, code }) => [run, index, code]);
    expect(said).toEqual(
      [1, 2].flatMap((run) => [0, 1, 2].map((index) => [run, index, index === 2 ? 'rate_limited' : null])),
    );
  });

  test('lets time pass where the file says so', async () => {
    const at = (minute: number) => ({ at: `2026-03-02T10:0${minute}:00+01:00` });
    const calls = [call(1, at(0)), call(2), call(3, at(1)), call(4), call(5)];
    const { stdout } = await replay([{ run: 1, agent: 'support', calls }], '--json');
    expect(lines(stdout).map(({ effect }) => effect)).toEqual(['allow', 'allow', 'allow', 'allow', 'deny']);
  });

  test('denies unknown agents, tools and arguments', async () => {
    const { stdout } = await replay(
      [
        { run: 1, agent: 'nobody', calls: [call(1)] },
        {
          run: 2,
          agent: 'support',
          calls: [
            { tool: 'recrd', arguments: {} },
            { tool: 'record', arguments: { marker: 7 } },
          ],
        },
      ],
      '--json',
    );
    expect(lines(stdout).map(({ code }) => code)).toEqual([
      'not_permitted',
      'unknown_tool',
      'invalid_arguments',
    ]);
  });

  test('prints the same bytes for the same file', async () => {
    const runs = [
      { run: 1, agent: 'support', user: 'dana', labels: ['x'], calls: [call(1), call(500), call(3)] },
    ];
    expect((await replay(runs, '--json')).stdout).toBe((await replay(runs, '--json')).stdout);
  });

  test('tells people what is not allowed, with the rule, and counts', async () => {
    const { stdout } = await replay([{ run: 'r', agent: 'support', calls: [call(1), call(500)] }]);
    expect(stdout.split('\n')).toEqual([
      expect.stringMatching(
        /^r #1 {2}support {2}record {2}approve {2}approval_pending \(remit\.yaml:16\) {2}/,
      ) as string,
      '2 calls in 1 runs: 1 allowed (50.0 %), 1 wait for a person, 0 denied',
    ]);
  });

  test.each([
    ['{"run": 1', 1],
    ['{"run": 1, "agent": "support", "calls": []}\n{"run": 2, "calls": []}', 2],
    ['[]', 1],
  ])('a file with %s is wrong use, with its line', async (text, line) => {
    bench.write('runs.jsonl', text);
    const { code, stderr } = await bench.remit(['replay', '--traces', 'runs.jsonl', '--json']);
    expect([code, JSON.parse(stderr)]).toMatchObject([2, { code: 'unreadable_traces', place: { line } }]);
  });

  test('a file that is not there, or none at all, is wrong use', async () => {
    expect((await bench.remit(['replay', '--traces', 'nowhere.jsonl'])).code).toBe(2);
    expect((await bench.remit(['replay'])).code).toBe(2);
  });
});

describe('remit replay --traces of what was read', () => {
  let flows: Workbench;
  beforeAll(async () => {
    const rules = `flows:
  - { from: internal, to: args.marker, then: approve }
  - { from: restricted, to: record, then: deny }
`;
    flows = await workbench((calls) => `${shop(calls)}${rules}`);
    expect((await flows.remit(['tools', 'pull'])).code).toBe(0);
  });
  afterAll(() => flows.remove());

  test('carries labels and values from one call of a run to the next, in the same bytes', async () => {
    const marked = (marker: string, result?: object) => ({
      tool: 'record',
      arguments: { marker, amount: 5 },
      ...(result && { result }),
    });
    const read = marked('first', { text: 'go on with evil-marker-7 please' });
    const runs = [
      { run: 'clean', agent: 'support', calls: [marked('evil-marker-7')] },
      { run: 'read', agent: 'support', calls: [read, marked('evil-marker-7'), marked('other')] },
      { run: 'labelled', agent: 'support', labels: ['restricted'], calls: [marked('other')] },
    ];
    flows.write('runs.jsonl', runs.map((run) => JSON.stringify(run)).join('\n'));
    const replayed = () => flows.remit(['replay', '--traces', 'runs.jsonl', '--json']);
    const { stdout } = await replayed();
    expect(lines(stdout).map(({ run, effect, code }) => [run, effect, code])).toEqual([
      ['clean', 'allow', null],
      ['read', 'allow', null],
      ['read', 'approve', 'approval_pending'],
      ['read', 'allow', null],
      ['labelled', 'deny', 'flow_blocked'],
    ]);
    expect((await replayed()).stdout).toBe(stdout);
  });

  test('and so do the steps of a test of the policy', async () => {
    flows.write(
      'flows.test.yaml',
      `agent: support
tests:
  - name: a value that was read waits for a person
    steps:
      - { call: record, args: { marker: a }, result: { text: use evil-marker-7 now }, expect: allow }
      - { call: record, args: { marker: evil-marker-7 }, expect: { effect: approve, rule: "flows[0]" } }
  - name: what is restricted goes nowhere
    labels: [restricted]
    call: record
    args: { marker: a }
    expect: { effect: deny, code: flow_blocked }
`,
    );
    expect(await flows.remit(['test'])).toMatchObject({ code: 0, stdout: '2 passed, 0 failed' });
    flows.write(
      'flows.test.yaml',
      'tests: [{ name: n, agent: support, call: record, args: { marker: a }, labels: untrustd, expect: allow }]\n',
    );
    const { code, stderr } = await flows.remit(['test', '--json']);
    expect([code, JSON.parse(stderr)]).toMatchObject([1, { code: 'unknown_label' }]);
  });
});
