/** Commands that look at what was recorded: a Remit that served some calls, running and stopped. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { shop, workbench, type Running, type Workbench } from './workbench.ts';

// Real processes on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let bench: Workbench;
let running: Running;
let candidate: string;

beforeAll(async () => {
  bench = await workbench(shop);
  running = await bench.up();
  const { stdout } = await bench.remit(['agents', 'token', 'support', '--json']);
  const { key } = JSON.parse(stdout) as { key: string };
  for (const amount of [5, 20, 150]) await call(key, { marker: `m${amount}`, amount });
  await call(key, { marker: 'm' });
  candidate = join(bench.path, 'candidate');
  cpSync(bench.workspace, candidate, { recursive: true });
});
afterAll(() => bench.remove());

async function call(key: string, args: Record<string, unknown>): Promise<void> {
  const client = new Client({ name: 'test', version: '1' });
  const headers = { authorization: `Bearer ${key}` };
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${running.agents}/mcp`), { requestInit: { headers } }),
  );
  await client.callTool({ name: 'record', arguments: args });
  await client.close();
}

/** The candidate's policy: that of the shop, with something else in it. */
function write(from: string, to: string): void {
  const text = readFileSync(join(bench.workspace, 'remit.yaml'), 'utf8');
  writeFileSync(join(candidate, 'remit.yaml'), text.replace(from, to));
}

interface Report {
  calls: number;
  changed: number;
  groups: { agent: string; tool: string; count: number; before: object; after: object }[];
}

async function replay(...more: string[]): Promise<Report> {
  const { code, stdout, stderr } = await bench.remit([
    'replay',
    candidate,
    '--since',
    '1d',
    '--json',
    ...more,
  ]);
  expect([stderr, code]).toEqual(['', 0]);
  return JSON.parse(stdout) as Report;
}

describe('remit replay --since', () => {
  test('finds nothing to change under the policy that decided', async () => {
    expect(await replay()).toMatchObject({ calls: 4, changed: 0, groups: [], unreadable: 0, cut: false });
  });

  test('says which decisions change under another policy, by agent and rule', async () => {
    write('amount > 100.0', 'amount > 10.0');
    expect(await replay()).toMatchObject({
      calls: 4,
      changed: 1,
      groups: [
        {
          agent: 'support',
          tool: 'desk/record',
          count: 1,
          before: { effect: 'allow', tier: 'automatic', rule: 'support guardrails.tier_1_automatic[0]' },
          after: { effect: 'approve', tier: 'approval', rule: 'support guardrails.tier_3_approval[0]' },
        },
      ],
    });
    const { stdout } = await bench.remit(['replay', candidate, '--since', '1d']);
    expect(stdout).toContain('agent support\n  1 × desk/record: allow (automatic) → approve (approval)\n');
    expect(stdout).toMatch(/^1 of 4 calls since \S+ would be decided otherwise$/m);
  });

  test('decides each call with the state that the calls before it leave behind', async () => {
    write('guardrails:', 'limits: { calls: 2/hour }\nguardrails:');
    expect((await replay()).groups).toMatchObject([
      { count: 1, after: { effect: 'deny', code: 'rate_limited' } },
    ]);
  });

  test('of another agent finds no calls', async () => {
    expect(await replay('--agent', 'nobody')).toMatchObject({ calls: 0, changed: 0 });
  });

  test('with a file as well, or where nothing was recorded, does nothing', async () => {
    expect((await bench.remit(['replay', '--since', '1d', '--traces', 'x'])).code).toBe(2);
    const other = await workbench(shop);
    const { code, stderr } = await other.remit(['replay', '--since', '1d', '--json']);
    await other.remove();
    expect([code, JSON.parse(stderr)]).toMatchObject([3, { code: 'no_records' }]);
  });
});

describe('remit suggest', () => {
  test('grants what was used, within the arguments that were, and says on how much it rests', async () => {
    const { code, stdout } = await bench.remit(['suggest', '--agent', 'support', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      calls: 4,
      refused: 0,
      gone: [],
      tools: [
        {
          tool: 'desk/record',
          uses: 4,
          thin: true,
          when: '(!has(args.amount) || args.amount >= 5.0 && args.amount <= 150.0)',
        },
      ],
    });
  });

  test('prints a document that loads, with what belongs into the workspace as a comment', async () => {
    const { stdout } = await bench.remit(['suggest', '--agent', 'support']);
    const [policy = '', actions = ''] = stdout.split('# Into the workspace document:\n');
    const action = actions.replaceAll(/^# /gm, '').replace('actions:\n', '');
    const shopText = readFileSync(join(bench.workspace, 'remit.yaml'), 'utf8').split('---')[0] ?? '';
    writeFileSync(
      join(candidate, 'remit.yaml'),
      `${shopText.replace('actions:\n', `actions:\n${action}\n`)}---\n${policy}`,
    );
    const { code, stdout: checked } = await bench.remit(['check', candidate, '--json']);
    expect([code, checked]).toMatchObject([0, expect.stringContaining('"ok":true')]);
    const denied = [
      'explain',
      candidate,
      '--agent',
      'support',
      '--tool',
      'record',
      '--args',
      '{"marker":"a","amount":151}',
    ];
    expect((await bench.remit(denied)).code).toBe(1);
  });

  test('has nothing to say of an agent that did nothing', async () => {
    const { code, stderr } = await bench.remit(['suggest', '--agent', 'nobody', '--json']);
    expect([code, JSON.parse(stderr)]).toMatchObject([3, { code: 'nothing_recorded' }]);
  });
});

describe('remit report', () => {
  test('visibility tells agents, tools, risk and the remit that fits', async () => {
    const { code, stdout } = await bench.remit(['report', 'visibility', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      calls: 4,
      agents: [
        {
          agent: 'support',
          in_policy: true,
          calls: 4,
          people: 0,
          declared_risk: 'medium',
          implied_risk: 'medium',
          tools: [{ tool: 'desk/record', calls: 4, not_run: 1 }],
          suggestion: { tools: [{ tool: 'desk/record' }] },
        },
      ],
    });
    const text = await bench.remit(['report', 'visibility']);
    expect(text.stdout).toContain('agent support\n  4 calls on behalf of 0 people');
    expect(text.stdout).toContain('suggested remit:\n    agent: "support"');
  });

  test('readiness passes where enforcing would have refused nothing', async () => {
    const { code, stdout } = await bench.remit(['report', 'readiness']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^agent support \(enforce mode\): ready, 4 calls$/m);
  });

  test('readiness says what would have been refused or held, and ends with 1', async () => {
    write('tier_1_automatic: [record]', 'tier_4_blocked: [record]');
    const refused = await bench.remit(['report', 'readiness', '--workspace', candidate, '--json']);
    expect([refused.code, JSON.parse(refused.stdout)]).toMatchObject([
      1,
      {
        ready: false,
        agents: [{ ready: false, refused: [{ tool: 'desk/record', count: 3, code: 'denied_by_policy' }] }],
      },
    ]);
    write('amount > 100.0', 'amount > 10.0');
    const held = await bench.remit(['report', 'readiness', '--workspace', candidate, '--json']);
    expect([held.code, JSON.parse(held.stdout)]).toMatchObject([
      0,
      { ready: true, agents: [{ ready: true, refused: [], held: [{ effect: 'approve', count: 1 }] }] },
    ]);
  });

  test('of an unknown name is wrong use', async () => {
    expect((await bench.remit(['report', 'visibilty'])).code).toBe(2);
  });
});

describe('once Remit has stopped', () => {
  beforeAll(() => running.process.stop());

  test('replay reads the data folder, and leaves the agents of the candidate alone', async () => {
    write('agent: support', 'agent: helper');
    const { groups } = await replay();
    expect(groups.map(({ agent, after }) => [agent, after])).toEqual([
      ['support', { effect: 'deny', code: 'not_permitted' }],
      ['support', { effect: 'deny', code: 'not_permitted' }],
    ]);
    const { stdout } = await bench.remit(['agents', 'list', '--json']);
    expect((JSON.parse(stdout) as { name: string }[]).map(({ name }) => name)).toEqual(['support']);
  });
});
