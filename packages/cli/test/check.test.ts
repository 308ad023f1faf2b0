import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { removeListener, writeListener } from '../src/data/listener-file.ts';
import { shop, workbench, type Workbench } from './workbench.ts';

// Real processes on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let bench: Workbench;
beforeAll(async () => {
  bench = await workbench(shop);
});
afterAll(() => bench.remove());

describe('remit check', () => {
  test('writes tools.lock where there is none, from the real server, and passes', async () => {
    const { code, stdout } = await bench.remit(['check', '--json']);
    const report = JSON.parse(stdout) as { ok: boolean; version: string; diagnostics: unknown[] };
    expect(code).toBe(0);
    expect(report.ok).toBe(true);
    expect(report.version).toMatch(/^sha256:[0-9a-f]{64}$/);
    const listed = JSON.parse((await bench.remit(['tools', 'list', '--json'])).stdout) as { tool: string }[];
    expect(listed.map(({ tool }) => tool)).toEqual(['record']);
  });

  test('an unknown tool is an error with place, line and remedy, and ends with 1', async () => {
    bench.write('wrong.yaml', 'agent: wrong\naccess:\n  tools:\n    allow: [recrd]\n');
    const { code, stdout } = await bench.remit(['check']);
    rmSync(join(bench.workspace, 'wrong.yaml'));
    expect(code).toBe(1);
    expect(stdout).toContain('--> wrong.yaml:4:13');
    expect(stdout).toContain(' 4 |     allow: [recrd]\n   |             ^^^^^');
    expect(stdout).toContain('record');
    expect(stdout).toMatch(/^NOT OK: 1 error/m);
  });

  test('a second workspace document is an error', async () => {
    bench.write('wrong.yaml', 'workspace: other\n');
    const { code, stdout } = await bench.remit(['check', '--json']);
    rmSync(join(bench.workspace, 'wrong.yaml'));
    expect(code).toBe(1);
    expect((JSON.parse(stdout) as { ok: boolean }).ok).toBe(false);
  });

  test('a tools.lock that somebody edited is an error', async () => {
    const other = await workbench(shop);
    try {
      other.write(
        'tools.lock',
        '{"version": 1, "servers": {"desk": {"tools": [{"digest": "sha256:0", "definition": {"name": "record", "inputSchema": {"type": "object"}}}]}}}',
      );
      const { code, stdout } = await other.remit(['check']);
      expect(code).toBe(1);
      expect(stdout).toContain('error[invalid_lock]');
    } finally {
      await other.remove();
    }
  });

  test('--offline starts no server and says what was not checked', async () => {
    const other = await workbench(shop);
    try {
      const { code, stderr } = await other.remit(['check', '--offline']);
      expect(code).toBe(0);
      expect(stderr).toContain('There is no tools.lock');
      expect(existsSync(join(other.workspace, 'tools.lock'))).toBe(false);
      expect(existsSync(other.calls)).toBe(false);
      expect(existsSync(other.data)).toBe(false);
    } finally {
      await other.remove();
    }
  });

  test('a folder that is not there, or holds no documents, is wrong use', async () => {
    const missing = await bench.remit(['check', join(bench.path, 'nowhere')]);
    expect([missing.code, missing.stderr.split('\n')[0]]).toEqual([
      2,
      `error[no_such_folder]: There is no folder ${join(bench.path, 'nowhere')}.`,
    ]);
    const empty = await bench.remit(['check', bench.data, '--offline', '--json']);
    expect(empty.code).toBe(2);
    expect(JSON.parse(empty.stderr)).toMatchObject({ code: 'no_documents', type: 'about:blank' });
  });
});

describe('remit explain', () => {
  const ask = (args: string, ...more: string[]) =>
    bench.remit(['explain', '--agent', 'support', '--tool', 'record', '--args', args, ...more]);

  test('an allowed call ends with 0 and names the rule', async () => {
    const { code, stdout } = await ask('{"marker": "a"}', '--json');
    const { decision, server } = JSON.parse(stdout) as { decision: Record<string, unknown>; server: string };
    expect(code).toBe(0);
    expect(server).toBe('desk');
    expect(decision).toMatchObject({
      effect: 'allow',
      tier: 'automatic',
      rule: { name: 'support guardrails.tier_1_automatic[0]', file: 'remit.yaml', line: 15 },
    });
  });

  test('where no Remit runs the agent counts as active, also where one was killed', async () => {
    writeListener(bench.data, {
      version: 1,
      pid: 1,
      agents: 'http://127.0.0.1:1',
      console: 'http://127.0.0.1:1',
      operator_token: 'remit_operator_gone',
      started_at: '2026-03-03T14:32:15.000Z',
    });
    const { code, stdout } = await ask('{"marker": "a"}', '--json');
    removeListener(bench.data);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).not.toHaveProperty('agent_status');
  });

  test('a held call ends with 0', async () => {
    const { code, stdout } = await ask('{"marker": "a", "amount": 150}');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^approve {2}approval_pending {2}tier approval$/m);
    expect(stdout).toContain('remit.yaml:16');
  });

  test('a denied call ends with 1', async () => {
    const { code, stdout } = await bench.remit(['explain', '--agent', 'nobody', '--tool', 'desk/record']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^deny {2}not_permitted/m);
  });

  test.each([
    [['--agent', 'support', '--tool', 'recrd'], 'unknown_tool'],
    [['--agent', 'support', '--tool', 'record', '--args', '{'], 'args_no_json'],
    [['--agent', 'support', '--tool', 'record', '--args', '[]'], 'args_no_object'],
  ])('%j is wrong use: %s', async (args, problem) => {
    const { code, stderr } = await bench.remit(['explain', ...args, '--json']);
    expect([code, (JSON.parse(stderr) as { code: string }).code]).toEqual([2, problem]);
  });

  test('a policy with errors is shown, and ends with 1', async () => {
    bench.write('wrong.yaml', 'agent: wrong\nacess: {}\n');
    const { code, stderr } = await ask('{"marker": "a"}');
    rmSync(join(bench.workspace, 'wrong.yaml'));
    expect(code).toBe(1);
    expect(stderr).toContain('--> wrong.yaml:2:1');
    expect(stderr).toContain('error[policy_has_errors]');
  });
});

describe('the command line itself', () => {
  test.each([
    [[], 2],
    [['unknown'], 2],
    [['explain'], 2],
    [['check', '--unknown'], 2],
    [['agents'], 2],
    [['--help'], 0],
    [['agents', 'token', '--help'], 0],
    [['--version'], 0],
  ])('%j ends with %i', async (args, code) => {
    expect((await workbenchless(args)).code).toBe(code);
  });

  test('every command has help with an example', async () => {
    const groups = ['agents', 'approvals', 'people', 'tools', 'credentials', 'audit', 'report'];
    const alone = [
      'up',
      'init',
      'check',
      'test',
      'explain',
      'diff',
      'replay',
      'suggest',
      'doctor',
      'gateway',
    ];
    const commands = [...alone.map((name) => [name]), ...(await Promise.all(groups.map(subcommands))).flat()];
    expect(commands.length).toBeGreaterThan(25);
    for (const path of commands) {
      const { stdout } = await workbenchless([...path, '--help']);
      expect(stdout, path.join(' ')).toMatch(/Examples?:\n {2}\$ .*remit /);
    }
  });
});

/** Without `--data`, which not every command line may end with. */
async function workbenchless(args: string[]) {
  const { run } = await import('../src/run.ts');
  const out: string[] = [];
  const terminal = { print: (line: string) => void out.push(line), say: () => undefined };
  const nobody = () => Promise.reject(new Error('nobody can be asked'));
  const code = await run(args, bench.machine, {
    ...terminal,
    interactive: false,
    color: false,
    ask: nobody,
    readSecret: nobody,
    pass: nobody,
  });
  return { code, stdout: out.join('\n') };
}

async function subcommands(group: string): Promise<string[][]> {
  const { stdout } = await workbenchless([group, '--help']);
  const listed = stdout.slice(stdout.indexOf('Commands:')).matchAll(/^ {2}(\w+) /gm);
  return [...listed]
    .map((match) => match[1] ?? '')
    .filter((name) => name !== 'help')
    .map((name) => [group, name]);
}
