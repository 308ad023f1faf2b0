/** One request that waits for its answer: settled exactly once, within its time, whatever happens. */
import type { Peer, UpstreamAnswer } from '../exchange.ts';

export interface CallTimes {
  /** Without an answer or progress. */
  idle_ms: number;
  /** In all. */
  total_ms: number;
}

export interface CallSettings extends CallTimes {
  id: number;
  method: string;
  /** Which tool or prompt it is for, see `replacement.ts`. */
  subject?: string;
  /** The agent's end; absent where Remit itself asks (handshake, lists). */
  peer?: Peer;
  signal?: AbortSignal;
  /** Called once when time is up or the agent has cancelled; the answer follows from what it says. */
  onGivenUp: (call: Call, reason: 'timeout' | 'cancelled') => void;
}

export class Call {
  readonly id: number;
  readonly method: string;
  readonly subject: string | undefined;
  readonly peer: Peer | undefined;
  readonly answer: Promise<UpstreamAnswer>;
  /** Interim messages and questions of the server so far. */
  interim_messages = 0;
  asks = 0;
  /** `elicitationId` of the URL elicitations that this call has asked. */
  readonly elicitations = new Set<string>();
  readonly #settings: CallSettings;
  readonly #idle: NodeJS.Timeout;
  readonly #total: NodeJS.Timeout;
  readonly #resolve: (answer: UpstreamAnswer) => void;
  readonly #abort = (): void => this.#giveUp(isTimeout(this.#settings.signal) ? 'timeout' : 'cancelled');
  #waiting_for_agent = 0;
  #settled = false;

  constructor(settings: CallSettings) {
    this.#settings = settings;
    this.id = settings.id;
    this.method = settings.method;
    this.subject = settings.subject;
    this.peer = settings.peer;
    const { promise, resolve } = Promise.withResolvers<UpstreamAnswer>();
    this.answer = promise;
    this.#resolve = resolve;
    this.#idle = setTimeout(() => this.#idled(), settings.idle_ms);
    this.#total = setTimeout(() => this.#giveUp('timeout'), settings.total_ms);
    settings.signal?.addEventListener('abort', this.#abort, { once: true });
  }

  get settled(): boolean {
    return this.#settled;
  }

  settle(answer: UpstreamAnswer): void {
    if (this.#settled) return;
    this.#settled = true;
    clearTimeout(this.#idle);
    clearTimeout(this.#total);
    this.#settings.signal?.removeEventListener('abort', this.#abort);
    this.#resolve(answer);
  }

  /** The server shows that it is at work. */
  progressed(): void {
    if (!this.#settled) this.#idle.refresh();
  }

  /** While the agent's client is asked, the server cannot go on: its idle time does not run. */
  async whileAsking<Value>(ask: () => Promise<Value>): Promise<Value> {
    this.#waiting_for_agent += 1;
    try {
      return await ask();
    } finally {
      this.#waiting_for_agent -= 1;
      this.progressed();
    }
  }

  #idled(): void {
    if (this.#waiting_for_agent === 0) this.#giveUp('timeout');
    else this.#idle.refresh();
  }

  #giveUp(reason: 'timeout' | 'cancelled'): void {
    if (!this.#settled) this.#settings.onGivenUp(this, reason);
  }
}

/** `AbortSignal.timeout`: Remit's own patience has ended, no agent has cancelled. */
function isTimeout(signal: AbortSignal | undefined): boolean {
  return signal?.reason instanceof DOMException && signal.reason.name === 'TimeoutError';
}
