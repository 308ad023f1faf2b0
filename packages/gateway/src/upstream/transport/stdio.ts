/**
 * stdio: one JSON-RPC message a line, over a child's standard input and output (2026-07-28,
 * basic/transports/stdio; the framing is the same in every revision).
 */
import type { Bounds } from '@remit/contracts';
import { decodeMessage } from '../message.ts';
import { exitDescription, hasExited, startChild, stopChild } from './child.ts';
import type { Child, ChildSettings } from './child.ts';
import { logErrorOutput } from './error-output.ts';
import type { ErrorOutputSinks } from './error-output.ts';
import { LineSplitter } from './lines.ts';
import type { Inbox, Transport } from './transport.ts';
import type { Watchdog } from './watchdog.ts';

export interface StdioDependencies extends ErrorOutputSinks {
  /** Read when the child starts, so that credentials are put in at the last moment. */
  settings: () => ChildSettings;
  watchdog: Watchdog;
  bounds: Bounds;
}

/** A line that waits; `id` where it is a request. */
interface Line {
  id: number | undefined;
  text: string;
}

export class StdioTransport implements Transport {
  readonly shared = true;
  readonly #dependencies: StdioDependencies;
  #child: Child | undefined;
  #inbox: Inbox | undefined;
  /**
   * Lines that the kernel has not been given. While one write is on its way further lines wait here,
   * and leave together: what is still here when the child dies was provably never sent.
   */
  #waiting: Line[] = [];
  #waiting_bytes = 0;
  #writing = false;
  #closing = false;
  #over = false;

  constructor(dependencies: StdioDependencies) {
    this.#dependencies = dependencies;
  }

  async open(inbox: Inbox): Promise<void> {
    const { settings, watchdog, bounds } = this.#dependencies;
    const child = await startChild(settings(), watchdog);
    this.#child = child;
    this.#inbox = inbox;
    logErrorOutput(child.stderr, this.#dependencies);
    this.#readMessages(child, inbox);
    // `close`, not `exit`: what the child has written before it ended is still delivered.
    child.once('close', () => this.#ended(exitDescription(child)));
    // A descendant that left the group may hold the output open; it is not waited for long.
    child.once('exit', () =>
      setTimeout(() => this.#ended(exitDescription(child)), bounds.upstream_stop_ms).unref(),
    );
    child.stdin.on('error', () => this.#ended('the server closed its input'));
    if (this.#closing) await this.close();
  }

  request(id: number, text: string): void {
    if (this.#running() === undefined) {
      this.#inbox?.failed(id, {
        reason: 'unreachable',
        sent: false,
        message: 'the server process does not run',
      });
      return;
    }
    if (this.#waiting_bytes + Buffer.byteLength(text) > this.#dependencies.bounds.upstream_queue_bytes_max) {
      const message = 'the server does not read its input; too much waits for it already';
      this.#inbox?.failed(id, { reason: 'unreachable', sent: false, message });
      return;
    }
    this.#enqueue({ id, text });
  }

  /** Order is kept by the channel, so that nobody has to wait. */
  post(text: string): Promise<void> {
    const { bounds, logger } = this.#dependencies;
    if (this.#running() === undefined) return Promise.resolve();
    if (this.#waiting_bytes + Buffer.byteLength(text) > bounds.upstream_queue_bytes_max) {
      logger.warn('a message to the server was dropped: it does not read its input');
    } else {
      this.#enqueue({ id: undefined, text });
    }
    return Promise.resolve();
  }

  abandon(id: number): boolean {
    const at = this.#waiting.findIndex((line) => line.id === id);
    if (at === -1) return true;
    const [line] = this.#waiting.splice(at, 1);
    this.#waiting_bytes -= Buffer.byteLength(line?.text ?? '');
    return false;
  }

  finish(): void {
    // Answers have no stream of their own.
  }

  useVersion(): void {
    // The version travels in the messages themselves.
  }

  listen(): void {
    // Everything comes on the one channel.
  }

  async close(): Promise<void> {
    this.#closing = true;
    if (this.#child !== undefined) await stopChild(this.#child, this.#dependencies.bounds.upstream_stop_ms);
  }

  #running(): Child | undefined {
    const child = this.#child;
    return child === undefined || this.#closing || hasExited(child) || !child.stdin.writable
      ? undefined
      : child;
  }

  #enqueue(line: Line): void {
    this.#waiting.push(line);
    this.#waiting_bytes += Buffer.byteLength(line.text);
    if (!this.#writing) this.#flush();
  }

  #flush(): void {
    const child = this.#running();
    if (child === undefined || this.#waiting.length === 0) return;
    const batch = this.#waiting.map((line) => line.text).join('\n') + '\n';
    this.#waiting = [];
    this.#waiting_bytes = 0;
    this.#writing = true;
    child.stdin.write(batch, (error) => {
      this.#writing = false;
      if (error === null || error === undefined) this.#flush();
    });
  }

  #readMessages(child: Child, inbox: Inbox): void {
    const { bounds, credentials } = this.#dependencies;
    const splitter = new LineSplitter(bounds.upstream_message_bytes_max, {
      line(bytes) {
        if (bytes.length === 0) return;
        const decoded = decodeMessage(bytes, credentials, bounds.json_depth_max);
        if (decoded.ok) inbox.message(decoded.value, undefined);
        else inbox.garbage(decoded.problem, undefined, decoded.id);
      },
      tooLong: () => inbox.tooLarge(undefined),
    });
    child.stdout.on('data', (chunk: Buffer) => splitter.push(chunk));
    child.stdout.on('error', () => this.#ended('the server’s output broke'));
  }

  #ended(problem: string): void {
    if (this.#over) return;
    this.#over = true;
    const unsent = this.#waiting;
    this.#waiting = [];
    this.#waiting_bytes = 0;
    for (const { id } of unsent) {
      if (id !== undefined) this.#inbox?.failed(id, { reason: 'closed', sent: false, message: problem });
    }
    this.#inbox?.closed(problem);
  }
}
