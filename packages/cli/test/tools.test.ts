import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { workbench, type Running, type Workbench } from './workbench.ts';

// Real processes on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let bench: Workbench;
let server: string;

/** A server whose one tool is described by a file, so that its definition can change. */
const script = `
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
const answer = (id, result) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, result }) + '\\n');
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  const tools = JSON.parse(readFileSync(process.argv[2], 'utf8'));
  if (method === 'initialize') {
    const { protocolVersion } = params;
    answer(id, { protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'desk', version: '1' } });
  } else if (method === 'tools/list') answer(id, { tools });
  else if (method === 'tools/call') answer(id, { content: [{ type: 'text', text: 'done' }] });
  else if (id !== undefined) process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32601, message: 'no such method' } }) + '\\n');
});
`;

function lists(...tools: { name: string; description: string }[]): void {
  const definitions = tools.map((tool) => ({ ...tool, inputSchema: { type: 'object' } }));
  writeFileSync(join(bench.path, 'tools.json'), JSON.stringify(definitions));
}

beforeEach(async () => {
  bench = await workbench();
  server = join(bench.path, 'desk.mjs');
  writeFileSync(server, script);
  lists({ name: 'read', description: 'Reads.' });
  const command = JSON.stringify([process.execPath, server, join(bench.path, 'tools.json')]);
  bench.write(
    'remit.yaml',
    `workspace: shop\nlanguage: 1\nservers:\n  desk: { command: ${command}, trust: internal }\n`,
  );
  bench.write('agents.yaml', 'agent: support\naccess: { tools: { allow: ["desk/*"] } }\n');
});
afterEach(() => bench.remove());

const locked = (): string[] =>
  [...readFileSync(join(bench.workspace, 'tools.lock'), 'utf8').matchAll(/"description": "([^"]+)"/g)].map(
    (match) => match[1] ?? '',
  );

describe('tools.lock where no Remit runs', () => {
  test('pull writes it, and takes in new tools but no changed ones', async () => {
    expect((await bench.remit(['tools', 'pull'])).code).toBe(0);
    expect(locked()).toEqual(['Reads.']);
    lists({ name: 'read', description: 'Reads, and more.' }, { name: 'write', description: 'Writes.' });
    const { code, stdout, stderr } = await bench.remit(['tools', 'pull']);
    expect([code, stdout.split('\n')[0]]).toEqual([0, 'added    desk/write']);
    expect(stderr).toContain('desk/read has changed');
    expect(locked()).toEqual(['Reads.', 'Writes.']);
  });

  test('diff ends with 1 and shows what changed, accept takes it in, diff then ends with 0', async () => {
    await bench.remit(['tools', 'pull']);
    lists({ name: 'read', description: 'Reads, and sends it away.' });
    const differing = await bench.remit(['tools', 'diff']);
    expect(differing.code).toBe(1);
    expect(differing.stdout.split('\n')).toEqual([
      'changed  desk/read',
      '  - description: "Reads."',
      '  + description: "Reads, and sends it away."',
    ]);
    expect((await bench.remit(['tools', 'accept', 'read'])).code).toBe(0);
    expect(locked()).toEqual(['Reads, and sends it away.']);
    const same = await bench.remit(['tools', 'diff']);
    expect([same.code, same.stdout]).toEqual([0, 'Live tools are as in tools.lock.']);
  });

  test('what does not differ cannot be accepted, and nothing is accepted by accident', async () => {
    await bench.remit(['tools', 'pull']);
    expect((await bench.remit(['tools', 'accept'])).code).toBe(2);
    expect((await bench.remit(['tools', 'accept', 'read'])).code).toBe(2);
  });

  test('a changed tool that makes the policy fail can still be looked at and accepted', async () => {
    await bench.remit(['tools', 'pull']);
    lists({ name: 'fetch', description: 'Fetches.' });
    bench.write('agents.yaml', 'agent: support\naccess: { tools: { allow: [fetch] } }\n');
    expect((await bench.remit(['check'])).code).toBe(1);
    expect((await bench.remit(['tools', 'diff'])).stdout).toContain('added    desk/fetch');
    expect((await bench.remit(['tools', 'accept', '--all'])).code).toBe(0);
    expect((await bench.remit(['check'])).code).toBe(0);
  });

  test('a server that is down costs the others nothing, and is named', async () => {
    bench.write(
      'remit.yaml',
      readFileSync(join(bench.workspace, 'remit.yaml'), 'utf8') + '  gone: { command: [/nowhere/at-all] }\n',
    );
    const { code, stderr } = await bench.remit(['tools', 'pull']);
    expect(code).toBe(0);
    expect(stderr).toContain('gone is not connected');
    expect(locked()).toEqual(['Reads.']);
    const report = await bench.remit(['doctor', '--json']);
    expect(report.code).toBe(1);
    const { findings } = JSON.parse(report.stdout) as { findings: { check: string; status: string }[] };
    expect(findings.filter(({ status }) => status === 'problem').map(({ check }) => check)).toEqual([
      'upstream gone',
    ]);
  });
});

describe('tools.lock through a running Remit', () => {
  test('the first start writes it; diff and accept go through the running one', async () => {
    const running: Running = await bench.up();
    expect(locked()).toEqual(['Reads.']);
    lists({ name: 'read', description: 'Reads.' }, { name: 'write', description: 'Writes.' });
    running.process.kill('SIGTERM');
    await running.process.exited;
    await bench.up();
    const differing = await bench.remit(['tools', 'diff', '--json']);
    expect(differing.code).toBe(1);
    expect(JSON.parse(differing.stdout)).toMatchObject([
      { server: 'desk', tool: 'read', status: 'same' },
      { server: 'desk', tool: 'write', status: 'added' },
    ]);
    const accepted = await bench.remit(['tools', 'accept', 'desk/write', '--json']);
    expect(JSON.parse(accepted.stdout)).toEqual({
      written: true,
      errors: [],
      tools: [{ server: 'desk', tool: 'write', status: 'added' }],
    });
    expect(locked()).toEqual(['Reads.', 'Writes.']);
    const events = await bench.remit(['audit', 'search', 'action:tools_accepted', '--json']);
    expect(events.stdout.split('\n')).toHaveLength(1);
  });

  test('--offline starts without a lock and writes none', async () => {
    await bench.up('--offline');
    expect(() => locked()).toThrow('ENOENT');
  });
});
