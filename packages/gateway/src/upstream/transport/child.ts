/** A child process that serves as upstream: started without a shell, stopped for certain. */
import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { Fault } from '@remit/contracts';
import { within } from '../../within.ts';
import type { Watchdog } from './watchdog.ts';

export interface ChildSettings {
  command: readonly string[];
  environment: Readonly<Record<string, string>>;
  cwd: string;
}

export type Child = ChildProcessWithoutNullStreams;

/**
 * Resolves when the program runs. It leads a process group of its own, so that it is stopped
 * together with everything that it has started.
 * @throws Fault `upstream_unreachable` where the program cannot be started.
 */
export async function startChild(settings: ChildSettings, watchdog: Watchdog): Promise<Child> {
  const [program, ...args] = settings.command;
  if (program === undefined) throw new Fault('upstream_unreachable', 'the server has an empty command');
  const child = spawn(program, args, {
    cwd: settings.cwd,
    env: settings.environment,
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
    shell: false,
  });
  const { pid } = child;
  if (pid !== undefined) {
    watchdog.guard(pid);
    child.once('exit', () => {
      signalGroup(pid, 'SIGKILL');
      watchdog.release(pid);
    });
  }
  await started(child, program, settings.cwd);
  return child;
}

function started(child: Child, program: string, cwd: string): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.on('error', (error: NodeJS.ErrnoException) => {
      reject(
        new Fault(
          'upstream_unreachable',
          `\`${program}\` cannot be started in ${cwd} (${error.code ?? 'error'})`,
          {
            remedy: 'check the server’s `command`, and that the program is on the PATH',
            cause: error,
          },
        ),
      );
    });
  });
}

/** Ends the input, then asks, then forces; each step has `grace_ms` (2026-07-28, stdio "Shutdown"). */
export async function stopChild(child: Child, grace_ms: number): Promise<void> {
  if (child.pid === undefined || hasExited(child)) return;
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.stdin.end();
  if (await within(exited, grace_ms)) return;
  signalGroup(child.pid, 'SIGTERM');
  if (await within(exited, grace_ms)) return;
  signalGroup(child.pid, 'SIGKILL');
  await exited;
}

export function hasExited(child: Child): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** How it ended, for people. */
export function exitDescription(child: Child): string {
  return child.signalCode === null
    ? `the server process ended with exit code ${child.exitCode ?? 'unknown'}`
    : `the server process was ended by ${child.signalCode}`;
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // ESRCH: nobody of the group is left. macOS says EPERM where only a zombie is left.
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}
