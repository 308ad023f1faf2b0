/** The sides of the benchmark "governed call", each in processes of its own. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from './free-port.ts';
import type { Endpoint } from './load.ts';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const fromSource = ['--conditions=remit-source', '--disable-warning=ExperimentalWarning'];
export const remit = path.join(root, 'packages/cli/bin/remit.mjs');

export interface Sides {
  direct: Endpoint;
  proxy: Endpoint;
  remit: Endpoint;
  mcpProxy: Endpoint;
  /** Where Remit keeps its ledger: syncs are measured on the same disk. */
  folder: string;
  stop(): void;
}

export async function startSides(): Promise<Sides> {
  const folder = mkdtempSync(path.join(tmpdir(), 'remit-bench-'));
  const children: ChildProcess[] = [];
  const start = (args: string[], pattern: RegExp) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    children.push(child);
    return firstMatch(child, pattern);
  };
  const stop = () => {
    for (const child of children) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const [direct] = await start([...fromSource, 'bench/call/echo-http.ts'], /http\S+/);
    const origin = new URL(direct).origin;
    const [proxy] = await start([...fromSource, 'bench/call/proxy.ts', origin], /http\S+/);
    const data = path.join(folder, 'data');
    writeWorkspace(folder, direct);
    const up = ['up', '--workspace', folder, '--data', data, '--port', '0', '--console-port', '0'];
    const [, agents] = await start([remit, ...up], /ready · agents (\S+)/);
    const port = await freePort();
    const command = [process.execPath, ...fromSource, path.join(root, 'bench/call/echo-stdio.ts')];
    const mcpProxy = [
      'node_modules/mcp-proxy/dist/bin/mcp-proxy.mjs',
      '--host',
      '127.0.0.1',
      '--port',
      String(port),
    ];
    await start([...mcpProxy, '--', ...command], /starting server|listening|started/i);
    return {
      direct: { url: direct },
      proxy: { url: `${proxy}/mcp` },
      remit: { url: agents!, key: agentKey(folder, data) },
      mcpProxy: { url: `http://127.0.0.1:${port}/mcp` },
      folder,
      stop,
    };
  } catch (error) {
    stop();
    throw error;
  }
}

/** Data rules, limits and conditions are on, as a careful operator would have them. */
export function writeWorkspace(folder: string, url: string, limits = ['calls: 10000000/minute']): void {
  writeFileSync(
    path.join(folder, 'workspace.yaml'),
    `workspace: bench\nlanguage: 1\nmode: enforce\nservers:\n  echo: { url: "${url}", trust: internal }\n` +
      `actions:\n  short_echo: { tool: echo, when: size(args.text) < 1000 }\n`,
  );
  writeFileSync(
    path.join(folder, 'bench.yaml'),
    `agent: bench\naccess:\n  tools:\n    allow: [short_echo]\n  data:\n    deny: [ssn, credit_card]\n` +
      `guardrails:\n  tier_1_automatic: [short_echo]\nlimits:\n${limits.map((limit) => `  ${limit}\n`).join('')}`,
  );
}

export function agentKey(folder: string, data: string): string {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [remit, 'agents', 'token', 'bench', '--workspace', folder, '--data', data, '--json'],
    { encoding: 'utf8' },
  );
  if (stdout === '') throw new Error(stderr);
  return (JSON.parse(stdout) as { key: string }).key;
}

export function firstMatch(child: ChildProcess, pattern: RegExp): Promise<[string, ...string[]]> {
  return new Promise((resolve, reject) => {
    let text = '';
    const look = (chunk: Buffer) => {
      text += chunk.toString();
      const match = pattern.exec(text);
      if (match) resolve(match as unknown as [string, ...string[]]);
    };
    child.stdout?.on('data', look);
    child.stderr?.on('data', look);
    child.on('exit', (code) =>
      reject(new Error(`${child.spawnargs.join(' ')} ended with ${code}:\n${text}`)),
    );
  });
}
