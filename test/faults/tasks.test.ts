/** Kill -9 while a server works on a task: the outcome is unknown, and the call is not sent again. */
import type { JsonObject } from '@remit/contracts';
import { startReferenceServer, temporaryFolder, waitFor } from '@remit/testkit';
import { expect, test, vi } from 'vitest';
import { startRemit } from '../e2e/remit.ts';
import type { RunningRemit } from '../e2e/remit.ts';

// Two starts of the whole program; a loaded machine takes its time.
vi.setConfig({ testTimeout: 120_000 });

const version = '2026-07-28';
const extensions = { 'io.modelcontextprotocol/tasks': {} };

async function send(
  remit: RunningRemit,
  key: string,
  method: string,
  params: JsonObject,
  named: string,
): Promise<JsonObject> {
  const meta = {
    'io.modelcontextprotocol/protocolVersion': version,
    'io.modelcontextprotocol/clientCapabilities': { extensions },
  };
  const response = await fetch(`${remit.origin}/mcp`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': version,
      'mcp-method': method,
      'mcp-name': named,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: meta } }),
  });
  return (await response.json()) as JsonObject;
}

function workspace(url: string): Record<string, object[]> {
  const access = { tools: { allow: ['reference/slow_compute'] } };
  const guardrails = { tier_2_logged: ['reference/slow_compute'] };
  return {
    'remit.yaml': [
      {
        workspace: 'tasks',
        language: 1,
        mode: 'enforce',
        servers: { reference: { url, trust: 'trusted' } },
      },
      { agent: 'worker', access, guardrails },
    ],
  };
}

test('a kill in mid-task ends as unknown; the task is unknown too, and the call was sent once', async () => {
  await using folder = await temporaryFolder();
  const reference = await startReferenceServer({ era: 'stateless', transport: 'http' });
  try {
    const files = workspace(reference.url ?? '');
    const first = await startRemit(files, { folder: folder.path });
    const key = await first.key('worker');
    const call = { name: 'slow_compute', arguments: { seconds: 600, label: 'the-one' } };
    const { result } = (await send(first, key, 'tools/call', call, call.name)) as {
      result: JsonObject & { taskId: string };
    };
    expect(result).toMatchObject({ resultType: 'task', status: 'working' });
    await waitFor(() => reference.state?.started.length === 1);
    first.process.kill('SIGKILL');
    expect((await first.process.exited).signal).toBe('SIGKILL');

    await using again = await startRemit(files, { folder: folder.path });
    const found = await again.run('audit', 'search', 'action:tool_invoke', '--json');
    expect(JSON.parse(found.stdout)).toMatchObject({ tool: 'slow_compute', result: 'unknown' });
    expect(await send(again, key, 'tasks/get', { taskId: result.taskId }, result.taskId)).toMatchObject({
      error: { code: -32602 },
    });
    expect(reference.state?.started).toEqual(['the-one']);
    expect((await again.run('audit', 'verify')).code).toBe(0);
  } finally {
    await reference.close();
  }
});
