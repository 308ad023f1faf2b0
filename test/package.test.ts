/** Outside the checkout: what `npm pack` makes of the packages, installed and used as a user would. */
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { runProcess, startProcess, temporaryFolder } from '@remit/testkit';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Node 24 first, as on a machine whose own Node it is. */
const environment = (folder: string): NodeJS.ProcessEnv => ({
  ...process.env,
  PATH: `${join(root, 'node_modules', '.bin')}${delimiter}${process.env['PATH'] ?? ''}`,
  XDG_STATE_HOME: join(folder, 'state'),
  XDG_CONFIG_HOME: join(folder, 'config'),
});

interface Manifest {
  name: string;
  private?: boolean;
}

function published(): string[] {
  return globSync('packages/*/package.json', { cwd: root })
    .filter((file) => (JSON.parse(readFileSync(join(root, file), 'utf8')) as Manifest).private !== true)
    .map((file) => join(root, file, '..'));
}

function listeningProcess(state: string): number {
  const [file = ''] = globSync('remit/*/listener.json', { cwd: state });
  return (JSON.parse(readFileSync(join(state, file), 'utf8')) as { pid: number }).pid;
}

test(
  'packed and installed into an empty folder, `remit init` and `remit up` govern a real server',
  { timeout: 300_000 },
  async () => {
    await using temporary = await temporaryFolder();
    const folder = join(temporary.path, 'elsewhere');
    const env = environment(temporary.path);
    mkdirSync(folder);
    const run = async (command: string[], cwd = folder): Promise<string> => {
      const { code, stdout, stderr } = await runProcess(command, { cwd, env });
      expect(code, `${command.join(' ')}\n${stdout}${stderr}`).toBe(0);
      return stdout;
    };

    await run(['npm', 'pack', '--silent', '--pack-destination', temporary.path, ...published()], root);
    const tarballs = globSync('*.tgz', { cwd: temporary.path }).map((file) => join(temporary.path, file));
    expect(tarballs).toHaveLength(published().length);
    writeFileSync(join(folder, 'package.json'), '{ "name": "elsewhere", "private": true }\n');
    await run([
      'npm',
      'install',
      '--prefer-offline',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
      ...tarballs,
    ]);
    expect(existsSync(join(folder, 'node_modules', '@remit', 'testkit'))).toBe(false);

    const server = join(root, 'node_modules/@modelcontextprotocol/server-memory/dist/index.js');
    const settings = { mcpServers: { memory: { command: process.execPath, args: [server], env: {} } } };
    writeFileSync(join(folder, 'client.json'), JSON.stringify(settings));
    const remit = ['npx', 'remit'];
    await run([...remit, 'init', '--import', 'client.json']);
    await run([...remit, 'check']);

    await using running = startProcess([...remit, 'up', '--port', '0', '--console-port', '0'], {
      cwd: folder,
      env,
    });
    const ready = await running.output(/^ready · agents (http:\S+) · console http:\S+$/m);
    try {
      await run([...remit, 'agents', 'add', 'assistant']);
      const { key } = JSON.parse(await run([...remit, 'agents', 'token', 'assistant', '--json'])) as {
        key: string;
      };
      const client = new Client({ name: 'test', version: '1' });
      const requestInit = { headers: { authorization: `Bearer ${key}` } };
      await client.connect(new StreamableHTTPClientTransport(new URL(ready[1] ?? ''), { requestInit }));
      try {
        expect((await client.listTools()).tools.map(({ name }) => name)).toContain('read_graph');
        const result = await client.callTool({ name: 'read_graph', arguments: {} });
        expect(result.isError ?? false).toBe(false);
      } finally {
        await client.close();
      }
      const events = (await run([...remit, 'audit', 'search', 'tool:read_graph', '--json']))
        .trim()
        .split('\n');
      expect(events.map((line) => JSON.parse(line) as unknown)).toEqual([
        expect.objectContaining({
          agent: 'assistant',
          action: 'tool_invoke',
          tool: 'read_graph',
          result: 'success',
        }),
      ]);
      expect(await run([...remit, 'audit', 'verify'])).toMatch(/^verified: /);
    } finally {
      // npx keeps signals to itself, so the process that listens is told directly.
      process.kill(listeningProcess(join(temporary.path, 'state')), 'SIGTERM');
    }
    expect((await running.exited).code).toBe(0);
  },
);
