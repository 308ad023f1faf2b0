import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { recordingCommand } from '@remit/testkit';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { workbench, type Workbench } from './workbench.ts';

// Real processes on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let bench: Workbench;
beforeEach(async () => {
  bench = await workbench();
});
afterEach(() => bench.remove());

/** Settings as Cursor keeps them, with a credential in a variable. */
function cursorSettings(): { file: string; bytes: string } {
  const [command, ...args] = recordingCommand(bench.calls);
  const file = join(bench.path, '.cursor', 'mcp.json');
  const bytes = `{\n  // mine\n  "mcpServers": {\n    "desk": ${JSON.stringify({ command, args, env: { DESK_KEY: 'very-secret-value' } })}\n  }\n}\n`;
  mkdirSync(join(bench.path, '.cursor'));
  writeFileSync(file, bytes);
  return { file, bytes };
}

describe('remit init', () => {
  test('writes a workspace that passes the check, and makes no data folder', async () => {
    const { code, stdout } = await bench.remit(['init', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      workspace: bench.workspace,
      files: ['remit.yaml', 'agents.yaml', 'policy.schema.json'],
      servers: [],
      notes: [],
    });
    expect(existsSync(bench.data)).toBe(false);
    const checked = await bench.remit(['check', '--offline', '--json']);
    expect([checked.code, checked.stdout]).toEqual([0, expect.stringContaining('"ok":true')]);
  });

  test('never writes over a workspace, nor into a folder whose YAML files are something else', async () => {
    bench.write('compose.yaml', 'services: {}\n');
    const { code, stderr } = await bench.remit(['init']);
    expect([code, stderr.split(':')[0]]).toEqual([2, 'error[folder_has_documents]']);
    expect(existsSync(join(bench.workspace, 'remit.yaml'))).toBe(false);
  });

  test('says which clients it found, and imports none of them unasked', async () => {
    const { file, bytes } = cursorSettings();
    const { code, stderr } = await bench.remit(['init']);
    expect(code).toBe(0);
    expect(stderr).toContain(`Found 1 server (desk) of Cursor in ${file}.`);
    expect(readFileSync(join(bench.workspace, 'remit.yaml'), 'utf8')).toContain('servers: {}');
    expect(readFileSync(file, 'utf8')).toBe(bytes);
  });

  test('imports servers; their credentials go to Remit and not into the workspace', async () => {
    const { file, bytes } = cursorSettings();
    const { code, stdout } = await bench.remit(['init', '--import', file, '--json']);
    expect([code, (JSON.parse(stdout) as { servers: string[] }).servers]).toEqual([0, ['desk']]);
    const text = readFileSync(join(bench.workspace, 'remit.yaml'), 'utf8');
    expect(text).toContain('DESK_KEY: secret:desk-desk-key');
    expect(text).not.toContain('very-secret-value');
    const kept = JSON.parse((await bench.remit(['credentials', 'list', '--json'])).stdout) as {
      name: string;
    }[];
    expect(kept.map(({ name }) => name)).toEqual(['desk-desk-key']);
    expect(readFileSync(file, 'utf8')).toBe(bytes);
    expect((await bench.remit(['check'])).code).toBe(0);
    expect((await bench.remit(['tools', 'list'])).stdout).toContain('desk/record');
  });

  test('rewrites a client only when asked, and undoes it byte for byte', async () => {
    const { file, bytes } = cursorSettings();
    expect((await bench.remit(['init', '--yes', '--rewrite'])).code).toBe(0);
    const settings = readFileSync(file, 'utf8');
    const { mcpServers } = JSON.parse(settings.replace('// mine', '')) as {
      mcpServers: Record<string, { args: string[]; env: { REMIT_KEY: string } }>;
    };
    expect(Object.keys(mcpServers)).toEqual(['remit']);
    expect(mcpServers['remit']?.args.slice(-6)).toEqual([
      'gateway',
      '--stdio',
      '--workspace',
      bench.workspace,
      '--data',
      bench.data,
    ]);
    expect(mcpServers['remit']?.env.REMIT_KEY).toMatch(/^remit_/);
    expect(statSync(file).mode & 0o077).toBe(0);
    expect((await bench.remit(['init', '--undo'])).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe(bytes);
    const nothing = await bench.remit(['init', '--undo', '--json']);
    expect([nothing.code, nothing.stdout]).toEqual([1, '{"restored":[]}']);
  });

  test('a settings file that names no servers is refused with its place', async () => {
    writeFileSync(join(bench.path, 'other.json'), '{"theme": "dark"}');
    const { code, stderr } = await bench.remit([
      'init',
      '--import',
      join(bench.path, 'other.json'),
      '--json',
    ]);
    expect(code).toBe(3);
    expect(JSON.parse(stderr)).toMatchObject({
      code: 'no_servers_in_settings',
      place: { file: join(bench.path, 'other.json') },
    });
  });
});
