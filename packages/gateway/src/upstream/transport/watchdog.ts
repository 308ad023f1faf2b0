/**
 * Keeps children from outliving Remit, even when Remit is killed with SIGKILL. One small process per
 * Remit is told of every child's process group over its standard input; when that input ends without
 * a goodbye, Remit is gone, and the groups are stopped. It lives in a session of its own, so that
 * what hits Remit's process group does not hit the watchdog. Works on Linux and macOS alike.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Watchdog {
  /** Of its process, while that runs. */
  readonly pid: number | undefined;
  /** Called in the same tick as the spawn, so that no child is ever unguarded while Remit runs code. */
  guard(pid: number): void;
  release(pid: number): void;
  /** Ends the watchdog process. */
  close(): Promise<void>;
}

/** The program that the watchdog process runs: beside this file, as source or as build output. */
function program(): string {
  return fileURLToPath(new URL(`./watchdog-process${extname(import.meta.url)}`, import.meta.url));
}

/** Somebody who kills the watchdog again and again is not fought for ever. */
const restarts_max = 10;

/** Starts the process with the first child, and again if somebody has killed it. */
export function createWatchdog(): Watchdog {
  return new WatchdogClient();
}

class WatchdogClient implements Watchdog {
  readonly #guarded = new Set<number>();
  #running: ChildProcess | undefined;
  #restarts = 0;

  get pid(): number | undefined {
    return this.#running?.pid;
  }

  guard(pid: number): void {
    this.#guarded.add(pid);
    this.#tell(`guard ${pid}\n`);
  }

  release(pid: number): void {
    if (this.#guarded.delete(pid)) this.#tell(`release ${pid}\n`);
  }

  async close(): Promise<void> {
    const ending = this.#running;
    this.#running = undefined;
    if (ending === undefined || ending.exitCode !== null || ending.signalCode !== null) return;
    const exited = new Promise<void>((resolve) => ending.once('exit', () => resolve()));
    ending.stdin?.end();
    await exited;
  }

  #tell(line: string): void {
    this.#running ??= this.#start();
    this.#running.stdin?.write(line);
  }

  #start(): ChildProcess {
    const started = spawn(process.execPath, [program()], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
      env: {},
    });
    started.unref();
    // The pipe must not hold Remit's event loop open either; it is a socket, which the type hides.
    if (started.stdin instanceof Socket) started.stdin.unref();
    // A watchdog that is gone shows as `exit`; that its pipe then breaks adds nothing.
    started.stdin?.on('error', () => undefined);
    started.once('error', () => this.#ended(started));
    started.once('exit', () => this.#ended(started));
    return started;
  }

  #ended(process_: ChildProcess): void {
    if (this.#running !== process_) return;
    this.#running = undefined;
    if (this.#guarded.size === 0 || ++this.#restarts > restarts_max) return;
    for (const pid of this.#guarded) this.#tell(`guard ${pid}\n`);
  }
}
