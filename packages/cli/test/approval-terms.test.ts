/** Held calls are decided by those whom the policy names: through the command, on a running Remit. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { executions } from '@remit/testkit';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { shop, workbench, type Running, type Workbench } from './workbench.ts';

// Real processes on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let bench: Workbench;
let running: Running;

/** Eve is a manager by the policy; Finn is in finance by the registry of people. */
const documents = (calls: string): string =>
  `${shop(calls).replace('language: 1', 'language: 1\ngroups: { managers: [eve@example.com], finance: [] }')}
approvals: { who: [managers, finance], count: 2, within: 1h }
`;

beforeAll(async () => {
  bench = await workbench(documents);
  running = await bench.up();
});
afterAll(() => bench.remove());

/** What the command prints; of a problem its code. */
async function json(args: string[], env: Record<string, string> = {}): Promise<Record<string, unknown>> {
  const { stdout, stderr } = await bench.remit([...args, '--json'], env);
  return JSON.parse(stdout === '' ? stderr : stdout) as Record<string, unknown>;
}

async function call(key: string, args: Record<string, unknown>) {
  const client = new Client({ name: 'test', version: '1' });
  const requestInit = {
    headers: { authorization: `Bearer ${key}`, 'remit-context': '{"conversation_id":"c"}' },
  };
  await client.connect(new StreamableHTTPClientTransport(new URL(`${running.agents}/mcp`), { requestInit }));
  try {
    const { structuredContent } = await client.callTool({ name: 'record', arguments: args });
    return (structuredContent as { remit?: { code: string; approval?: { id: string } } } | undefined)?.remit;
  } finally {
    await client.close();
  }
}

test('runs once two different people of its groups have agreed, and not before', async () => {
  const administrator = await json(['people', 'add', 'root@example.com', '--groups', 'administrators']);
  const by = ({ token }: Record<string, unknown>) => ({ REMIT_TOKEN: String(token) });
  const root = by(administrator);
  const add = async (name: string, groups: string) =>
    by(await json(['people', 'add', name, '--groups', groups], root));
  const [eve, finn] = [await add('Eve@Example.com', 'staff'), await add('finn@example.com', 'finance')];
  const olga = await add('olga@example.com', 'finance');
  const key = String((await json(['agents', 'token', 'support']))['key']);
  const large = { marker: 'large', amount: 150 };
  const id = (await call(key, large))?.approval?.id ?? '';
  const approve = async (who: Record<string, string>) => {
    const { code, status } = await json(['approvals', 'approve', id], who);
    return code ?? status;
  };

  expect(await approve(root)).toBe('approver_not_asked');
  expect(await approve(olga)).toBe('approver_is_owner');
  expect(await approve(eve)).toBe('pending');
  expect(await approve(eve)).toBe('approval_already_given');
  expect((await call(key, large))?.code).toBe('approval_pending');
  const shown = await bench.remit(['approvals', 'show', id]);
  expect(shown.stdout).toMatch(/^who decides +2 people, somebody of managers or finance$/m);
  expect(shown.stdout).toMatch(/^agreed so far +Eve@Example\.com$/m);
  expect(await approve(finn)).toBe('approved');
  expect(await call(key, large)).toBeUndefined();
  expect(executions(bench.calls).get('large')).toBe(1);
});
