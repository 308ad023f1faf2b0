/** All sessions of the gateway: found only by who opened them, bounded, ended when idle. */
import type { Bounds } from '@remit/contracts';
import { RpcFault, rpcCodes } from '../rpc-fault.ts';
import { ReplayBudget } from './replay-budget.ts';
import { Session, type SessionOptions, type SessionOwner } from './session.ts';

interface AgentSessions {
  /** In the order of last use, longest ago first. */
  open: Set<Session>;
  replayBudget: ReplayBudget;
}

export class Sessions {
  readonly #bounds: Bounds;
  readonly #sessions = new Map<string, Session>();
  readonly #byAgent = new Map<string, AgentSessions>();
  readonly #replayBudget: ReplayBudget;

  constructor(bounds: Bounds) {
    this.#bounds = bounds;
    this.#replayBudget = new ReplayBudget(bounds.replay_bytes_max);
  }

  get count(): number {
    return this.#sessions.size;
  }

  all(): Iterable<Session> {
    return this.#sessions.values();
  }

  /** @throws RpcFault with status 503 where the gateway has no room. */
  open(options: Omit<SessionOptions, 'bounds' | 'replayBudget'>, now: number): Session {
    const { open } = this.#ofAgent(options.agent);
    const [oldest] = open;
    if (open.size >= this.#bounds.sessions_per_agent_max && oldest) this.end(oldest);
    if (this.#sessions.size >= this.#bounds.sessions_max) {
      throw new RpcFault(rpcCodes.overloaded, 'The gateway has as many sessions as it takes.', {
        status: 503,
      });
    }
    const ofAgent = this.#ofAgent(options.agent);
    const session = new Session({ ...options, bounds: this.#bounds, replayBudget: ofAgent.replayBudget });
    session.lastUsed = now;
    this.#sessions.set(session.id, session);
    ofAgent.open.add(session);
    return session;
  }

  /** The session, if this very key opened it on this very path; others learn nothing of it. */
  find(id: string, owner: SessionOwner, now: number): Session | undefined {
    const session = this.#sessions.get(id);
    if (session?.owner.keyId !== owner.keyId || session.owner.scope !== owner.scope) return undefined;
    session.lastUsed = now;
    const { open } = this.#ofAgent(session.owner.agent);
    open.delete(session);
    open.add(session);
    return session;
  }

  end(session: Session): void {
    if (!this.#sessions.delete(session.id)) return;
    const { open } = this.#ofAgent(session.owner.agent);
    open.delete(session);
    if (open.size === 0) this.#byAgent.delete(session.owner.agent);
    session.end();
  }

  /** Ends what nobody has used for too long, and what a key has opened that is not `valid` any more. */
  sweep(now: number, valid: (owner: SessionOwner) => boolean): void {
    for (const session of this.#sessions.values()) {
      const idle = !session.inUse && now - session.lastUsed > this.#bounds.session_idle_ms;
      if (idle || !valid(session.owner)) this.end(session);
    }
  }

  endAll(): void {
    for (const session of [...this.#sessions.values()]) this.end(session);
  }

  #ofAgent(agent: string): AgentSessions {
    let ofAgent = this.#byAgent.get(agent);
    if (!ofAgent) {
      const replayBudget = new ReplayBudget(this.#bounds.replay_bytes_per_agent_max, this.#replayBudget);
      this.#byAgent.set(agent, (ofAgent = { open: new Set(), replayBudget }));
    }
    return ofAgent;
  }
}
