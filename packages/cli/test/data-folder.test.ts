import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { takeDataFolder } from '../src/data/data-folder.ts';
import { readListener, writeListener, type Listener } from '../src/data/listener-file.ts';
import { defaultDataFolder } from '../src/data/place.ts';
import { thisMachine } from '../src/machine.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'remit-data-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const inUse = expect.objectContaining({ code: 'data_folder_in_use', exit: 3 }) as Error;

test('the data folder is its user’s alone, even where it was not before', () => {
  const path = join(folder, 'data');
  mkdirSync(path, { mode: 0o755 });
  takeDataFolder(path).release();
  expect(statSync(path).mode & 0o777).toBe(0o700);
});

test('a second owner is refused until the first lets go', () => {
  const first = takeDataFolder(folder);
  expect(() => takeDataFolder(folder)).toThrow(inUse);
  first.release();
  takeDataFolder(folder).release();
});

test('a second process is refused, and a killed one leaves no lock', async () => {
  const child = await owner(folder);
  expect(() => takeDataFolder(folder)).toThrow(inUse);
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
  takeDataFolder(folder).release();
});

async function owner(path: string): Promise<ChildProcess> {
  const module = fileURLToPath(new URL('../src/data/data-folder.ts', import.meta.url));
  const script = `const { takeDataFolder } = await import(${JSON.stringify(module)});
    globalThis.kept = takeDataFolder(${JSON.stringify(path)}); console.log('taken'); setInterval(() => {}, 1e6);`;
  const child = spawn(process.execPath, ['--conditions=remit-source', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

const listener: Listener = {
  version: 1,
  pid: 1,
  agents: 'http://127.0.0.1:4747',
  console: 'http://127.0.0.1:4748',
  operator_token: 'secret',
  started_at: '2026-03-03T14:32:15.000Z',
};

test('the file with the operator token is its user’s alone', () => {
  writeFileSync(join(folder, 'listener.json'), '{}', { mode: 0o644 });
  writeListener(folder, listener);
  expect(readListener(folder)).toEqual(listener);
  expect(statSync(join(folder, 'listener.json')).mode & 0o777).toBe(0o600);
});

test('whoever takes the folder removes the listener that a killed process left', () => {
  writeListener(folder, listener);
  takeDataFolder(folder).release();
  expect(readListener(folder)).toBeUndefined();
});

test('each workspace has a data folder of its own, in the state folder, whatever way leads to it', () => {
  const machine = { ...thisMachine(), platform: 'linux' as const, home: '/home/dana', env: {} };
  for (const name of ['a', 'b']) mkdirSync(join(folder, name, 'support'), { recursive: true });
  symlinkSync(join(folder, 'a'), join(folder, 'link'));
  const [a, b, link] = ['a', 'b', 'link'].map((name) =>
    defaultDataFolder(machine, join(folder, name, 'support')),
  );
  expect(a).toMatch(/^\/home\/dana\/\.local\/state\/remit\/support-[0-9a-f]{12}$/);
  expect(b).not.toBe(a);
  expect(link).toBe(a);
});

test('the state folder follows XDG_STATE_HOME and the platform', () => {
  const machine = { ...thisMachine(), home: '/home/dana', env: { XDG_STATE_HOME: '/state' } };
  expect(defaultDataFolder({ ...machine, platform: 'linux' }, '/w')).toMatch(/^\/state\/remit\/w-/);
  expect(defaultDataFolder({ ...machine, platform: 'darwin', env: {} }, '/w')).toMatch(
    /^\/home\/dana\/Library\/Application Support\/remit\/w-/,
  );
});
