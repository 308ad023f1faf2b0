/**
 * `Idempotency-Key` (IETF draft-ietf-httpapi-idempotency-key-header): the same caller's same request,
 * sent again, gets the first one's answer and is not carried out twice.
 */
import { hash } from 'node:crypto';
import { bounds, Fault, type Clock } from '@remit/contracts';

export interface Answer {
  status: number;
  body?: unknown;
}

interface Kept {
  fingerprint: string;
  at: number;
  /** Absent while the first request is carried out. */
  answer?: Answer;
}

export interface IdempotentRequest {
  /** Caller and `Idempotency-Key`. */
  caller: string;
  key: string;
  /** Everything that makes it this request. */
  content: string;
  /** The answer holds a secret, so that it occurred is kept but not what it said. */
  shown_once: boolean;
}

export class RecentAnswers {
  readonly #clock: Clock;
  /** In the order in which they were made. */
  readonly #kept = new Map<string, Kept>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * A request that failed may be sent again with the same key.
   * @throws Fault `request_in_progress`, `idempotency_key_reused`, `shown_once`
   */
  async once(request: IdempotentRequest, carryOut: () => Promise<Answer>): Promise<Answer> {
    this.#forgetOld();
    const name = `${request.caller} ${request.key}`;
    const fingerprint = hash('sha256', request.content, 'hex');
    const earlier = this.#kept.get(name);
    if (earlier) return repeated(earlier, fingerprint, request.shown_once);
    const kept: Kept = { fingerprint, at: this.#clock.monotonic() };
    this.#kept.set(name, kept);
    try {
      return (kept.answer = await carryOut());
    } catch (error) {
      this.#kept.delete(name);
      throw error;
    } finally {
      if (request.shown_once && kept.answer) kept.answer = { status: kept.answer.status };
    }
  }

  #forgetOld(): void {
    const now = this.#clock.monotonic();
    for (const [name, kept] of this.#kept) {
      const surplus = this.#kept.size >= bounds.idempotency_keys_max;
      if (!surplus && now - kept.at < bounds.idempotency_ms) return;
      this.#kept.delete(name);
    }
  }
}

function repeated(kept: Kept, fingerprint: string, shownOnce: boolean): Answer {
  if (kept.fingerprint !== fingerprint) {
    throw new Fault('idempotency_key_reused', 'This Idempotency-Key came with a different request before.', {
      remedy: 'Use a new key for each request.',
    });
  }
  if (!kept.answer) {
    throw new Fault(
      'request_in_progress',
      'The first request with this Idempotency-Key is still being carried out.',
      {
        remedy: 'Send it again in a moment.',
      },
    );
  }
  if (shownOnce) {
    throw new Fault('shown_once', 'This was done already, and its secret is shown only once.', {
      remedy: 'If the first answer was lost, revoke what it made and ask for a new one.',
    });
  }
  return kept.answer;
}
