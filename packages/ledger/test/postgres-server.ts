/**
 * A PostgreSQL server of the tests' own: its programs are found, or installed with the system's package manager
 * where this process may; it listens on a free port, keeps its data in a temporary folder, and ends with the tests.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';

const installing = 'apt-get install -y --no-install-recommends postgresql';

/** Where `initdb` and `postgres` lie; undefined, with a line that says what to do, where they cannot be had. */
export function postgresPrograms(): string | undefined {
  const found = find() ?? (install() ? find() : undefined);
  if (found === undefined) console.log(`skipped: no PostgreSQL on this machine; run: ${installing}`);
  return found;
}

function find(): string | undefined {
  const debian = '/usr/lib/postgresql';
  const versions = fs.existsSync(debian) ? fs.readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...versions.map((version) => path.join(debian, version, 'bin')),
    ...(process.env['PATH'] ?? '').split(path.delimiter),
  ];
  return folders.find((folder) =>
    ['initdb', 'postgres'].every((name) => fs.existsSync(path.join(folder, name))),
  );
}

/** Only as root, and never asking anything. */
function install(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const options = { env, stdio: 'ignore', timeout: 240_000 } as const;
  try {
    execFileSync('apt-get', ['update', '-q'], options);
    execFileSync('sh', ['-c', installing], options);
    return true;
  } catch {
    return false; // no package manager, no network or no such package: the tests say that they are skipped
  }
}

/** It refuses to run as root. */
function user(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string, name: string): number => Number(execFileSync('id', [flag, name]).toString());
  const name = /^postgres:/m.test(fs.readFileSync('/etc/passwd', 'utf8')) ? 'postgres' : 'nobody';
  return { uid: id('-u', name), gid: id('-g', name) };
}

export class PostgresServer {
  readonly #programs: string;
  readonly #folder = fs.mkdtempSync(path.join(os.tmpdir(), 'remit-postgres-'));
  readonly #user = user();
  #port = 0;
  #process: ChildProcess | undefined;
  #schemas = 0;

  constructor(programs: string) {
    this.#programs = programs;
    const { uid, gid } = this.#user;
    if (uid !== undefined && gid !== undefined) fs.chownSync(this.#folder, uid, gid);
  }

  async start(): Promise<void> {
    const data = path.join(this.#folder, 'data');
    const options = {
      ...this.#user,
      cwd: this.#folder,
      env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C' },
    };
    if (!fs.existsSync(data))
      execFileSync(path.join(this.#programs, 'initdb'), ['-D', data, '-A', 'trust', '-U', 'remit'], {
        ...options,
        stdio: 'ignore',
      });
    if (this.#port === 0) this.#port = await freePort();
    const settings = [`listen_addresses=127.0.0.1`, 'unix_socket_directories=', `port=${this.#port}`];
    const child = spawn(
      path.join(this.#programs, 'postgres'),
      ['-D', data, ...settings.flatMap((setting) => ['-c', setting])],
      { ...options, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    this.#process = child;
    await ready(child);
  }

  /** `SIGINT` ends all connections and stops; `SIGQUIT` stops as a crash would. */
  async stop(signal: 'SIGINT' | 'SIGQUIT' = 'SIGINT'): Promise<void> {
    const child = this.#process;
    if (child === undefined) return;
    this.#process = undefined;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  async remove(): Promise<void> {
    await this.stop('SIGQUIT');
    fs.rmSync(this.#folder, { recursive: true, force: true });
  }

  /** A place for one log, empty. */
  async freshUrl(): Promise<string> {
    this.#schemas += 1;
    const name = `log_${this.#schemas}`;
    await this.query(`CREATE SCHEMA ${name}`);
    return `${this.#base}?options=${encodeURIComponent(`-c search_path=${name}`)}`;
  }

  async query(text: string, url = this.#base): Promise<unknown[]> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(text)).rows;
    } finally {
      await client.end();
    }
  }

  get #base(): string {
    return `postgres://remit@127.0.0.1:${this.#port}/postgres`;
  }
}

function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('ready to accept connections')) resolve();
    });
    child.on('exit', () => reject(new Error(`PostgreSQL ended:\n${said}`)));
  });
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  server.close();
  return port;
}
