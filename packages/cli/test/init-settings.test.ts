import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { clientPlaces } from '../src/init/client-places.ts';
import { findClientSettings, readNamedSettings } from '../src/init/client-settings.ts';
import { importServers } from '../src/init/import.ts';
import { listBackups, restoreClient, rewriteClient, rewritten } from '../src/init/rewrite.ts';
import { thisMachine, type Machine } from '../src/machine.ts';

let folder: string;
let machine: Machine;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'remit-init-'));
  machine = { ...thisMachine(), platform: 'linux', home: folder, folder, env: {} };
});
afterEach(() => rmSync(folder, { recursive: true }));

function place(client: string, text: string): string {
  const file = clientPlaces(machine).find((known) => known.client === client)?.file;
  if (file === undefined) throw new Error(`no place is known for ${client}`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

describe('where clients keep their settings', () => {
  const desktop = (platform: NodeJS.Platform, env = {}) =>
    clientPlaces({ ...machine, platform, home: '/home/dana', env }).find(
      (known) => known.client === 'Claude Desktop',
    )?.file;

  test('follows the platform', () => {
    expect(desktop('linux')).toBe('/home/dana/.config/Claude/claude_desktop_config.json');
    expect(desktop('darwin')).toBe(
      '/home/dana/Library/Application Support/Claude/claude_desktop_config.json',
    );
    expect(desktop('win32', { APPDATA: '/roaming' })).toBe('/roaming/Claude/claude_desktop_config.json');
  });

  test('follows XDG_CONFIG_HOME', () => {
    expect(desktop('linux', { XDG_CONFIG_HOME: '/settings' })).toBe(
      '/settings/Claude/claude_desktop_config.json',
    );
  });
});

describe('reading settings', () => {
  test('every client’s servers are found, under its own key and with comments', () => {
    place('Cursor', '{"mcpServers": {"crm": {"command": "node", "args": ["crm.mjs"]}}}');
    place(
      'VS Code',
      '{\n// servers\n"servers": {"web": {"type": "http", "url": "https://web.example/mcp"},}\n}',
    );
    const { found, unreadable } = findClientSettings(machine);
    expect(unreadable).toEqual([]);
    expect(found.map(({ client, servers }) => [client, servers.map(({ name }) => name)])).toEqual([
      ['Cursor', ['crm']],
      ['VS Code', ['web']],
    ]);
  });

  test('a file that is no JSON is reported with its line and costs the others nothing', () => {
    place('Cursor', '{\n  "mcpServers": {\n    oops\n}');
    place('Windsurf', '{"mcpServers": {"crm": {"serverUrl": "https://crm.example/sse"}}}');
    const { found, unreadable } = findClientSettings(machine);
    expect(found.map(({ client }) => client)).toEqual(['Windsurf']);
    expect(unreadable.map(({ code, place: at }) => [code, at?.line])).toEqual([
      ['client_settings_unreadable', 3],
    ]);
  });

  test('what cannot be reached, is switched off or is Remit itself is left out with the reason', () => {
    const file = place(
      'Cursor',
      JSON.stringify({
        mcpServers: {
          remit: { command: 'node', args: ['remit.mjs', 'gateway', '--stdio'] },
          old: { command: 'old', disabled: true },
          odd: {},
        },
      }),
    );
    expect(readNamedSettings(machine, file).skipped).toEqual([
      { name: 'remit', reason: 'it is Remit itself' },
      { name: 'old', reason: 'it is switched off' },
      { name: 'odd', reason: 'it has neither a command nor a URL' },
    ]);
  });
});

describe('importing', () => {
  test('no value of a variable or header goes into the workspace', () => {
    const imported = importServers(
      [
        { name: 'My CRM!', command: ['node', 'crm.mjs'], env: { CRM_KEY: 'k-1' }, headers: {} },
        { name: 'web', url: 'https://w.example', env: {}, headers: { Authorization: 'Bearer t-2' } },
      ],
      '/workspace',
    );
    expect(imported.servers).toEqual([
      { name: 'my-crm', command: ['node', 'crm.mjs'], env: { CRM_KEY: 'secret:my-crm-crm-key' } },
      {
        name: 'web',
        url: 'https://w.example',
        headers: { Authorization: 'Bearer secret:web-authorization' },
      },
    ]);
    expect([...imported.credentials]).toEqual([
      ['my-crm-crm-key', 'k-1'],
      ['web-authorization', 't-2'],
    ]);
  });

  test('two servers never get one name', () => {
    const same = { command: ['x'], env: {}, headers: {} };
    const imported = importServers(
      [
        { name: 'a b', ...same },
        { name: 'A-B', ...same },
      ],
      '/workspace',
    );
    expect(imported.servers.map(({ name }) => name)).toEqual(['a-b', 'a-b-2']);
  });

  test('a value that the client fills in itself is asked for, not invented', () => {
    const imported = importServers(
      [{ name: 'web', command: ['x'], env: { KEY: '${input:key}' }, headers: {} }],
      '/w',
    );
    expect(imported.credentials.size).toBe(0);
    expect(imported.notes).toEqual([
      'The client fills in KEY of web itself; give Remit the value as credential web-key.',
    ]);
  });
});

describe('rewriting a client', () => {
  const original =
    '{\r\n\t// mine\r\n\t"theme": "dark",\r\n\t"mcpServers": {"crm": {"command": "crm"}, "off": {"disabled": true}}\r\n}\r\n';
  const relay = {
    type: 'stdio' as const,
    command: 'node',
    args: ['gateway', '--stdio'],
    env: { REMIT_KEY: 'k' },
  };
  const backups = () => join(folder, 'backups');

  function rewrite(): string {
    const file = place('Cursor', original);
    const settings = readNamedSettings(machine, file);
    rewriteClient(backups(), '/workspace', settings, rewritten(settings, ['crm'], relay));
    return file;
  }

  test('replaces the imported servers and leaves all else', () => {
    const text = readFileSync(rewrite(), 'utf8');
    expect(text).toContain('// mine');
    expect(text).toContain('"off"');
    expect(text).not.toContain('"crm"');
    expect(text).toContain('"REMIT_KEY": "k"');
  });

  test('keeps the key from other users', () => {
    expect(statSync(rewrite()).mode & 0o077).toBe(0);
  });

  test('undo brings every byte and the mode back', () => {
    const file = rewrite();
    for (const backup of listBackups(backups(), '/workspace')) restoreClient(backup, false);
    expect(readFileSync(file)).toEqual(Buffer.from(original));
    expect(statSync(file).mode & 0o777).toBe(0o644);
    expect(listBackups(backups(), '/workspace')).toEqual([]);
  });

  test('undo leaves what was rewritten for another workspace', () => {
    rewrite();
    expect(listBackups(backups(), '/elsewhere')).toEqual([]);
  });

  test('undo refuses to drop what the client has changed since, unless forced', () => {
    const file = rewrite();
    writeFileSync(file, '{}');
    const [backup] = listBackups(backups(), '/workspace');
    if (backup === undefined) throw new Error('there is no backup');
    expect(() => restoreClient(backup, false)).toThrow(
      expect.objectContaining({ code: 'client_settings_changed' }),
    );
    restoreClient(backup, true);
    expect(readFileSync(file, 'utf8')).toBe(original);
  });

  test('a second rewrite never takes the place of the first backup', () => {
    const file = rewrite();
    const settings = readNamedSettings(machine, file);
    expect(() => rewriteClient(backups(), '/workspace', settings, '{}')).toThrow(
      expect.objectContaining({ code: 'client_settings_already_rewritten' }),
    );
  });
});
