import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { executions, waitFor } from '@remit/testkit';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { shop, workbench, type Running, type Workbench } from './workbench.ts';

// Real processes on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let bench: Workbench;
let running: Running;

beforeAll(async () => {
  bench = await workbench(shop);
  running = await bench.up('--checkpoints', join(bench.path, 'checkpoints'));
});
afterAll(() => bench.remove());

interface Called {
  isError: boolean;
  refusal: { code?: string; approval?: { id: string } };
}

async function call(key: string, args: Record<string, unknown>): Promise<Called> {
  const client = new Client({ name: 'test', version: '1' });
  const headers = { authorization: `Bearer ${key}`, 'remit-context': '{"conversation_id": "conv-789"}' };
  const transport = new StreamableHTTPClientTransport(new URL(`${running.agents}/mcp`), {
    requestInit: { headers },
  });
  await client.connect(transport);
  try {
    const result = await client.callTool({ name: 'record', arguments: args });
    const content = result.structuredContent as { remit?: Called['refusal'] } | undefined;
    return { isError: result.isError === true, refusal: content?.remit ?? {} };
  } finally {
    await client.close();
  }
}

async function data<Value>(args: string[], env?: Record<string, string>): Promise<Value> {
  const { code, stdout, stderr } = await bench.remit([...args, '--json'], env);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return JSON.parse(stdout) as Value;
}

const issueKey = async (): Promise<string> =>
  (await data<{ key: string }>(['agents', 'token', 'support'])).key;

describe('a running Remit', () => {
  test('says ready in exactly one line on stdout, and how to connect on stderr', async () => {
    await waitFor(() => running.process.stderr.includes('Bearer KEY'), {
      what: 'the lines for a client',
      timeout_ms: 60_000,
    });
    expect(running.process.stdout).toBe(
      `ready · agents ${running.agents}/mcp · console ${running.console}\n`,
    );
    expect(running.process.stderr).toContain(`"url": "${running.agents}/mcp"`);
  });

  test('keeps its data and the operator’s token to its user', () => {
    expect(statSync(bench.data).mode & 0o777).toBe(0o700);
    expect(statSync(join(bench.data, 'listener.json')).mode & 0o777).toBe(0o600);
  });

  test('prints a key once, as agent and key and nothing else', async () => {
    const issued = await data<Record<string, string>>(['agents', 'token', 'support']);
    expect(Object.keys(issued)).toEqual(['agent', 'key']);
    expect(issued['key']).toMatch(/^remit_/);
    const shown = await bench.remit(['agents', 'show', 'support', '--json']);
    expect(shown.stdout).not.toContain(issued['key']);
  });

  test('governs a call, and the audit gives it in the shape of the ledger’s page', async () => {
    const key = await issueKey();
    expect((await call(key, { marker: 'one' })).isError).toBe(false);
    expect(executions(bench.calls).get('one')).toBe(1);
    const { stdout } = await bench.remit([
      'audit',
      'search',
      'agent:support',
      'tool:record',
      'result:success',
      '--json',
    ]);
    const [line = '', ...others] = stdout.split('\n');
    expect(others).toEqual([]);
    const event = JSON.parse(line) as Record<string, unknown>;
    const { timestamp, ...shape } = Object.fromEntries(Object.entries(event).slice(0, 7));
    expect(timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
    expect(shape).toEqual({
      agent: 'support',
      action: 'tool_invoke',
      tool: 'record',
      parameters: { marker: 'one' },
      context: { conversation_id: 'conv-789' },
      result: 'success',
    });
    const shown = await data<Record<string, unknown>>(['audit', 'show', String(event['id'])]);
    expect(shown['parameters']).toEqual({ marker: 'one' });
    const proof = await bench.remit(['audit', 'proof', String(event['id'])]);
    expect(proof.stdout).toMatch(/^c2sp\.org\/tlog-proof@v1\n/);
  });

  test('an explanation asks the running Remit whether the agent is suspended', async () => {
    const explain = async () => {
      const args = ['--agent', 'support', '--tool', 'record', '--args', '{"marker": "x"}', '--json'];
      const { code, stdout } = await bench.remit(['explain', ...args]);
      const { agent_status, decision } = JSON.parse(stdout) as Record<
        string,
        { effect: string; code?: string }
      >;
      return [code, agent_status, decision?.effect, decision?.code];
    };
    expect(await explain()).toEqual([0, 'active', 'allow', undefined]);
    await bench.remit(['agents', 'suspend', 'support', '--reason', 'a test']);
    expect(await explain()).toEqual([1, 'suspended', 'deny', 'agent_suspended']);
    await bench.remit(['agents', 'resume', 'support']);
    expect(await explain()).toEqual([0, 'active', 'allow', undefined]);
  });

  test('a suspended agent is refused on its next call, and may again when resumed', async () => {
    const key = await issueKey();
    expect((await bench.remit(['agents', 'suspend', 'support', '--reason', 'a test'])).code).toBe(0);
    await expect(call(key, { marker: 'suspended' })).rejects.toThrow('agent_suspended');
    expect((await bench.remit(['agents', 'resume', 'support'])).code).toBe(0);
    expect((await call(key, { marker: 'resumed' })).isError).toBe(false);
    expect(executions(bench.calls).has('suspended')).toBe(false);
  });

  test('a held call runs once after a person has approved it, never after the operator has', async () => {
    const key = await issueKey();
    const large = { marker: 'large', amount: 150 };
    const { refusal } = await call(key, large);
    expect(refusal.code).toBe('approval_pending');
    const id = refusal.approval?.id ?? '';
    const byOperator = await bench.remit(['approvals', 'approve', id]);
    expect([byOperator.code, byOperator.stderr.split(':')[0]]).toEqual([1, 'error[approval_needs_person]']);
    const dana = await data<{ token: string }>([
      'people',
      'add',
      'dana@example.com',
      '--groups',
      'administrators',
    ]);
    const adding = await bench.remit(['people', 'add', 'eve@example.com', '--groups', 'administrators']);
    expect(adding.code).toBe(1);
    const approved = await data<{ status: string; arguments: unknown }>(
      ['approvals', 'approve', id, '--note', 'fine'],
      {
        REMIT_TOKEN: dana.token,
      },
    );
    expect(approved).toMatchObject({ status: 'approved', arguments: large });
    expect((await call(key, large)).isError).toBe(false);
    expect((await call(key, large)).refusal.code).toBe('approval_pending');
    expect(executions(bench.calls).get('large')).toBe(1);
    const pending = await data<unknown[]>(['approvals', 'list', '--status', 'pending']);
    expect(pending).toHaveLength(1);
    expect(await data<{ name: string }[]>(['people', 'list'])).toMatchObject([{ name: 'dana@example.com' }]);
  });

  test('an unknown agent, approval or event is an answer (1), a malformed one wrong use (2)', async () => {
    expect((await bench.remit(['agents', 'show', 'nobody'])).code).toBe(1);
    expect((await bench.remit(['approvals', 'show', 'apr_none'])).code).toBe(1);
    expect((await bench.remit(['audit', 'show', 'act_none'])).code).toBe(1);
    expect((await bench.remit(['agents', 'show', 'no body'])).code).toBe(2);
    expect((await bench.remit(['audit', 'search', '--limit', 'many'])).code).toBe(2);
  });

  test('the doctor finds nothing wrong', async () => {
    const report = await data<{ findings: { check: string; status: string }[] }>(['doctor']);
    expect(report.findings.filter(({ status }) => status === 'problem')).toEqual([]);
    expect(report.findings).toContainEqual(expect.objectContaining({ check: 'upstream desk', status: 'ok' }));
  });

  test('a changed document becomes active, and one with errors leaves the one before', async () => {
    const key = await issueKey();
    const file = join(bench.workspace, 'remit.yaml');
    const before = readFileSync(file, 'utf8');
    writeFileSync(file, before.replace('allow: [record]', 'allow: [recrd]'));
    await waitFor(async () => (await bench.remit(['doctor'])).stdout.includes('have 1 errors'), {
      what: 'the rejection',
      timeout_ms: 60_000,
    });
    expect((await call(key, { marker: 'still' })).isError).toBe(false);
    writeFileSync(file, before.replace('allow: [record]', 'deny: [record]'));
    await waitFor(async () => (await call(key, { marker: 'denied?' })).refusal.code === 'denied_by_policy', {
      what: 'the denial',
      timeout_ms: 60_000,
    });
    writeFileSync(file, before);
    await waitFor(async () => !(await call(key, { marker: 'again' })).isError, {
      what: 'the permission',
      timeout_ms: 60_000,
    });
    const events = await bench.remit(['audit', 'search', 'action:policy_rejected', '--json']);
    expect(events.stdout.split('\n')).toHaveLength(1);
  });

  test('a second one on the same data folder refuses, and says why', async () => {
    const second = await bench.spawn(['up', '--port', '0', '--console-port', '0']);
    expect(second.code).toBe(3);
    expect(second.stdout).toBe('');
    expect(second.stderr).toContain(
      `error[data_folder_in_use]: Another Remit uses the data folder ${bench.data}.`,
    );
  });

  test('audit tail follows what becomes durable', async () => {
    const following = bench.remit([
      'audit',
      'tail',
      'agent:support',
      'result:success',
      '--limit',
      '1',
      '--json',
    ]);
    const key = await issueKey();
    let over = false;
    const calls = waitFor(async () => {
      await call(key, { marker: 'followed' });
      return over;
    });
    const { stdout, code } = await following;
    over = true;
    await calls;
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ agent: 'support', result: 'success' });
  });
});

describe('stopping and starting again', () => {
  test('SIGTERM drains, closes and ends with 0, and the next start knows what was', async () => {
    running.process.kill('SIGTERM');
    const { code, stderr } = await running.process.exited;
    expect(code).toBe(0);
    expect(stderr).toContain('stopping');
    const offline = await bench.remit(['agents', 'list', '--json']);
    expect(JSON.parse(offline.stdout)).toMatchObject([{ name: 'support', status: 'active' }]);
    const stops = await bench.remit(['audit', 'search', 'action:stop', '--json']);
    expect(stops.stdout.split('\n')).toHaveLength(1);
  });

  test('after kill -9 the next one starts, with a new operator’s token', async () => {
    running = await bench.up();
    const token = () =>
      (JSON.parse(readFileSync(join(bench.data, 'listener.json'), 'utf8')) as { operator_token: string })
        .operator_token;
    const before = token();
    running.process.kill('SIGKILL');
    await running.process.exited;
    running = await bench.up();
    expect(token()).not.toBe(before);
    expect((await bench.remit(['agents', 'list'])).code).toBe(0);
  });

  test('a port that is taken ends with 3', async () => {
    const other = await workbench(shop);
    try {
      const port = new URL(running.agents).port;
      const { code, stderr } = await other.spawn(['up', '--port', port, '--console-port', '0']);
      expect([code, stderr.includes('error[cannot_listen]')]).toEqual([3, true]);
    } finally {
      await other.remove();
    }
  });

  test('a policy with errors does not start, shows them, and ends with 1', async () => {
    const other = await workbench((calls) => shop(calls).replace('risk: medium', 'rsk: medium'));
    try {
      const { code, stdout, stderr } = await other.spawn(['up', '--port', '0', '--console-port', '0']);
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toContain('--> remit.yaml:10:1');
      expect(stderr).not.toMatch(/\n\s+at .*\.(ts|js)/);
    } finally {
      await other.remove();
    }
  });
});
