/** Flags come before variables, variables before the workspace document, that before the defaults. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { existingCheckpointFolder, readSettings, type UpOptions } from '../src/settings.ts';
import { workbench, type Workbench } from './workbench.ts';

let bench: Workbench;
beforeEach(async () => {
  bench = await workbench();
});
afterEach(() => bench.remove());

const document = (settings: string) => bench.write('remit.yaml', `workspace: shop\n${settings}`);
const settings = (options: UpOptions = {}, env: Record<string, string> = {}) =>
  readSettings({ ...bench.machine, env: { ...bench.machine.env, ...env } }, options);

const all = `settings:
  host: 127.0.0.2
  port: 5001
  console_port: 0
  checkpoints: ../apart
  allow_hosts: [Remit.Example]
  allow_origins: ["https://remit.example"]
  log_level: warn
`;

test('without any, the listeners are on loopback', () => {
  document('');
  expect(settings()).toMatchObject({
    host: '127.0.0.1',
    port: 4747,
    console_port: 4748,
    hosts: ['127.0.0.1'],
    origins: [],
    log_level: 'info',
  });
});

test('the workspace document comes before the defaults', () => {
  document(all);
  expect(settings()).toMatchObject({
    host: '127.0.0.2',
    port: 5001,
    console_port: 0,
    checkpoints: join(bench.path, 'apart'),
    hosts: ['remit.example', '127.0.0.2'],
    origins: ['https://remit.example'],
    log_level: 'warn',
  });
});

test.each([
  ['host', 'REMIT_HOST', '127.0.0.3', 'host', '127.0.0.3'],
  ['port', 'REMIT_PORT', '5002', 'port', 5002],
  ['consolePort', 'REMIT_CONSOLE_PORT', '5003', 'console_port', 5003],
  ['checkpoints', 'REMIT_CHECKPOINTS', '/far/away', 'checkpoints', '/far/away'],
  ['logLevel', 'REMIT_LOG_LEVEL', 'debug', 'log_level', 'debug'],
  ['allowOrigin', 'REMIT_ALLOW_ORIGIN', 'https://a.example', 'origins', ['https://a.example']],
] as const)(
  'the flag %s comes before %s, and that before the document',
  (flag, variable, value, key, read) => {
    document(all);
    expect(settings({}, { [variable]: value })[key]).toEqual(read);
    const given = flag === 'allowOrigin' ? { allowOrigin: [value] } : { [flag]: value };
    const other = { port: '1', consolePort: '1', logLevel: 'error' }[flag as string] ?? 'other';
    expect(settings(given, { [variable]: other })[key]).toEqual(read);
  },
);

test('a variable that is empty says that there are none', () => {
  document(all);
  expect(settings({}, { REMIT_ALLOW_ORIGIN: '' }).origins).toEqual([]);
});

describe('in the workspace document', () => {
  test.each([
    ['an unknown key', 'prot: 1', 'unknown key `prot`'],
    ['a port beyond the last', 'port: 65536', '`settings.port` has to be a port'],
    ['a port that is text', 'port: "4747"', '`settings.port` has to be a port'],
    ['a host with a path', 'host: "a/b"', '`settings.host` has to be a name or address'],
    ['a level that is none', 'log_level: loud', '`settings.log_level` has to be one of'],
    ['an origin that is no text', 'allow_origins: [7]', '`settings.allow_origins[0]` has to be text'],
  ])('%s keeps Remit from starting, and `check` shows it', async (_, line, message) => {
    document(`settings:\n  ${line}\n`);
    for (const command of [
      ['up', '--offline'],
      ['check', '--offline'],
    ]) {
      const { code, stdout, stderr } = await bench.remit(command);
      expect(code).toBe(1);
      expect(stdout + stderr).toContain(message);
    }
  });
});

describe('data that is verified', () => {
  const folder = (options: { data?: string; workspace?: string; checkpoints?: string }) =>
    existingCheckpointFolder(bench.machine, options, { workspace: bench.workspace, data: bench.data });

  test('has its checkpoints where the workspace says', () => {
    document(all);
    expect(folder({})).toBe(join(bench.path, 'apart'));
    expect(folder({ workspace: bench.workspace, data: bench.data })).toBe(join(bench.path, 'apart'));
    expect(folder({ checkpoints: '/far/away' })).toBe('/far/away');
  });

  test('and not where the folder says that the command happens to run in', () => {
    document(all);
    expect(folder({ data: bench.data })).toBeUndefined();
  });
});

test('the table in docs/settings.md has every setting', () => {
  const table = readFileSync(join(import.meta.dirname, '../../../docs/settings.md'), 'utf8');
  const keys = [...all.matchAll(/^ {2}(\w+):/gm)].map(([, key]) => key);
  for (const key of keys) expect(table).toContain(`| \`${key}\``);
});
