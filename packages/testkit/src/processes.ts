/** Child processes of tests: their output is kept, and none outlives the test run. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';

export interface ProcessOptions {
  cwd?: string;
  /** The whole environment; by default this process's own. */
  env?: NodeJS.ProcessEnv;
  /** Written to stdin, which is closed after it. */
  input?: string;
}

export interface ProcessExit {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface TestProcess extends AsyncDisposable {
  readonly pid: number;
  /** All output so far. */
  readonly stdout: string;
  readonly stderr: string;
  /** Resolves when the process has ended and its output is complete. */
  readonly exited: Promise<ProcessExit>;
  /** Sends a signal to the process alone. */
  kill(signal: NodeJS.Signals): void;
  /** The first match in what it has written to stdout, now or later. Rejects when it ends without one. */
  output(pattern: RegExp): Promise<RegExpExecArray>;
  /** SIGTERM, after `grace_ms` SIGKILL; resolves when it has ended. */
  stop(grace_ms?: number): Promise<ProcessExit>;
}

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export function startProcess(command: readonly string[], options: ProcessOptions = {}): TestProcess {
  const [program = '', ...args] = command;
  const child = spawn(program, args, {
    ...(options.cwd !== undefined && { cwd: options.cwd }),
    env: options.env ?? process.env,
    stdio: 'pipe',
  });
  running.add(child);
  child.stdin.on('error', () => undefined); // it may end before it has read all
  if (options.input !== undefined) child.stdin.end(options.input);
  return watched(child);
}

/** Runs a command to its end. */
export function runProcess(command: readonly string[], options: ProcessOptions = {}): Promise<ProcessExit> {
  return startProcess(command, { input: '', ...options }).exited;
}

function watched(child: ChildProcess): TestProcess {
  const written = { stdout: '', stderr: '' };
  const collect = (name: 'stdout' | 'stderr') => (chunk: string) => {
    written[name] += chunk;
  };
  child.stdout?.setEncoding('utf8').on('data', collect('stdout'));
  child.stderr?.setEncoding('utf8').on('data', collect('stderr'));
  const exited = ended(child, written);
  exited.catch(() => undefined); // reported to whoever awaits it
  const stop = (grace_ms = 5000): Promise<ProcessExit> => stopped(child, exited, grace_ms);
  return {
    pid: child.pid ?? -1,
    get stdout() {
      return written.stdout;
    },
    get stderr() {
      return written.stderr;
    },
    exited,
    kill: (signal) => void child.kill(signal),
    output: (pattern) => matched(child, written, exited, pattern),
    stop,
    [Symbol.asyncDispose]: async () => void (await stop()),
  };
}

function ended(child: ChildProcess, written: { stdout: string; stderr: string }): Promise<ProcessExit> {
  return new Promise((resolve, reject) => {
    child.once('error', (error) => {
      running.delete(child);
      reject(error);
    });
    child.once('close', (code, signal) => {
      running.delete(child);
      resolve({ code, signal, ...written });
    });
  });
}

async function stopped(
  child: ChildProcess,
  exited: Promise<ProcessExit>,
  grace_ms: number,
): Promise<ProcessExit> {
  child.kill('SIGTERM');
  const killer = setTimeout(() => child.kill('SIGKILL'), grace_ms);
  try {
    return await exited;
  } finally {
    clearTimeout(killer);
  }
}

function matched(
  child: ChildProcess,
  written: { stdout: string; stderr: string },
  exited: Promise<ProcessExit>,
  pattern: RegExp,
): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      const match = pattern.exec(written.stdout);
      if (!match) return;
      child.stdout?.off('data', look);
      resolve(match);
    };
    child.stdout?.on('data', look);
    exited.then(({ code, stderr }) => {
      reject(new Error(`ended with ${String(code)} before ${String(pattern)} was written\n${stderr}`));
    }, reject);
    look();
  });
}
