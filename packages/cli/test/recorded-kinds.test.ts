/** What was recorded and is no tool call is replayed, suggested and reported as well. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectSessionAgent, startReferenceServer } from '@remit/testkit';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { workbench, type Workbench } from './workbench.ts';

// Real processes on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let bench: Workbench;

/** Each once, by kind; the two tools are those that ask. */
const used = [
  { kind: 'elicitation', tool: 'desk' },
  { kind: 'prompt_get', tool: 'desk/test_simple_prompt' },
  { kind: 'resource_read', tool: 'test://static-text' },
  { kind: 'sampling', tool: 'desk' },
  { kind: 'tool_invoke', tool: 'desk/test_elicitation' },
  { kind: 'tool_invoke', tool: 'desk/test_sampling' },
];

const access = `
  resources: { allow: ["test://static-text"] }
  prompts: { allow: [desk/test_simple_prompt] }
  sampling: { allow: [desk] }
  elicitation: { allow: [desk] }`;

beforeAll(async () => {
  const { command } = await startReferenceServer({ era: 'session', transport: 'stdio' });
  const policy = `workspace: shop
servers: { desk: { command: ${JSON.stringify(command)}, trust: internal } }
---
agent: support
access:
  tools: { allow: [test_elicitation, test_sampling] }${access}
guardrails: { tier_1_automatic: [test_elicitation, test_sampling] }
`;
  bench = await workbench(() => policy);
  const running = await bench.up();
  const { stdout } = await bench.remit(['agents', 'token', 'support', '--json']);
  const { key } = JSON.parse(stdout) as { key: string };
  const headers = { authorization: `Bearer ${key}` };
  const agent = await connectSessionAgent({ transport: 'http', url: `${running.agents}/mcp`, headers });
  await agent.read('test://static-text');
  await agent.getPrompt('test_simple_prompt');
  await agent.call('test_elicitation', { message: 'Which color?' });
  await agent.call('test_sampling', { prompt: 'Which capital?' });
  await agent.close();
});
afterAll(() => bench.remove());

async function printed(...args: string[]): Promise<unknown> {
  const { code, stdout, stderr } = await bench.remit([...args, '--json']);
  expect([stderr, code]).toEqual(['', 0]);
  return JSON.parse(stdout);
}

const byKind = <Entry extends { kind: string; tool: string }>(entries: Entry[]): Entry[] =>
  entries.toSorted((a, b) => `${a.kind} ${a.tool}`.localeCompare(`${b.kind} ${b.tool}`));

test('replay decides each kind anew', async () => {
  const candidate = join(bench.path, 'candidate');
  cpSync(bench.workspace, candidate, { recursive: true });
  const unchanged = await printed('replay', candidate, '--since', '1d');
  expect(unchanged).toMatchObject({ calls: used.length, changed: 0, unreadable: 0 });
  const file = join(candidate, 'remit.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replace(access, ''));
  const changed = (await printed('replay', candidate, '--since', '1d')) as { groups: typeof used };
  const denied = { count: 1, before: { effect: 'allow' }, after: { effect: 'deny', code: 'not_permitted' } };
  expect(byKind(changed.groups)).toMatchObject(used.slice(0, 4).map((each) => ({ ...each, ...denied })));
});

test('suggest grants what was read, got and asked, and no more', async () => {
  const suggestion = await printed('suggest', '--agent', 'support');
  expect(suggestion).toMatchObject({
    calls: used.length,
    refused: 0,
    access: [
      { area: 'elicitation', name: 'desk', uses: 1 },
      { area: 'prompts', name: 'desk/test_simple_prompt', uses: 1 },
      { area: 'resources', name: 'test://static-text', uses: 1 },
      { area: 'sampling', name: 'desk', uses: 1 },
    ],
    tools: [{ tool: 'desk/test_elicitation' }, { tool: 'desk/test_sampling' }],
  });
});

test('the report of visibility tells each by its kind', async () => {
  const report = (await printed('report', 'visibility')) as { agents: { tools: typeof used }[] };
  expect(byKind(report.agents[0]!.tools)).toMatchObject(
    used.map((each) => ({ ...each, calls: 1, not_run: 0 })),
  );
  const { stdout } = await bench.remit(['report', 'visibility']);
  expect(stdout).toContain('resource test://static-text');
  expect(stdout).toContain('sampling by desk');
});
