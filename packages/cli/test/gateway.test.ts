import { readFileSync, writeFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { executions, waitFor } from '@remit/testkit';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { readListener } from '../src/data/listener-file.ts';
import { shop, workbench, type Workbench } from './workbench.ts';

// Real processes on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let bench: Workbench;
beforeEach(async () => {
  bench = await workbench(shop);
});
afterEach(() => bench.remove());

/** Whether a process with this id is there. */
function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false; // ESRCH: there is none
  }
}

describe('remit gateway --stdio', () => {
  test('starts a Remit where there is none, and governs what an official client calls', async () => {
    const issued = await bench.remit(['agents', 'token', 'support', '--json']);
    const { key } = JSON.parse(issued.stdout) as { key: string };
    const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
    const flags = ['--conditions=remit-source', '--disable-warning=ExperimentalWarning'];
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [...flags, main, 'gateway', '--stdio', '--workspace', bench.workspace, '--data', bench.data],
      env: { PATH: process.env['PATH'] ?? '', HOME: bench.path, REMIT_KEY: key },
      stderr: 'pipe',
    });
    const client = new Client({ name: 'test', version: '1' });
    await client.connect(transport);
    const listener = readListener(bench.data);
    try {
      expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['record']);
      const result = await client.callTool({ name: 'record', arguments: { marker: 'relayed' } });
      expect(result.isError ?? false).toBe(false);
      expect(executions(bench.calls).get('relayed')).toBe(1);
    } finally {
      await client.close();
      if (listener !== undefined) process.kill(listener.pid, 'SIGTERM');
    }
    await waitFor(() => listener !== undefined && !runs(listener.pid), {
      what: 'the end of the started Remit',
      timeout_ms: 60_000,
    });
  });

  test.each([
    [['gateway'], {}, 'no_transport'],
    [['gateway', '--stdio'], {}, 'no_key'],
  ])('%j is wrong use', async (args, env, code) => {
    const { code: exit, stderr } = await bench.remit(args, env);
    expect([exit, stderr.startsWith(`error[${code}]`)]).toEqual([2, true]);
  });
});

describe('remit audit verify', () => {
  test('passes on what a Remit left, and finds a single changed byte', async () => {
    await bench.remit(['agents', 'token', 'support']);
    const good = await bench.remit(['audit', 'verify', '--json']);
    expect([good.code, JSON.parse(good.stdout)]).toEqual([
      0,
      expect.objectContaining({ ok: true, findings: [] }),
    ]);
    const segments = join(bench.data, 'ledger', 'segments');
    const [segment = ''] = readdirSync(segments);
    const bytes = readFileSync(join(segments, segment));
    const middle = Math.floor(bytes.length / 2);
    bytes[middle] = (bytes[middle] ?? 0) ^ 1;
    writeFileSync(join(segments, segment), bytes);
    const bad = await bench.remit(['audit', 'verify']);
    expect(bad.code).toBe(1);
    expect(bad.stdout).toMatch(/^NOT VERIFIED: [1-9]\d* findings? in /);
  });

  test('without a ledger ends with 3', async () => {
    expect((await bench.remit(['audit', 'verify'])).code).toBe(3);
  });
});
