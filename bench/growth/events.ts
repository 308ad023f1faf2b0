/**
 * A year of a busy workspace in small: a few agents do most of the work, tools have favourites, customers
 * come back, most calls succeed, some are denied or held, and conversations last about ten calls.
 */
import { administrativeKinds, type NewRecord } from '@remit/contracts';

/** Spread of the events over time, up to now. */
export const days = 90;
const agents = 200;
const toolsPerAgent = 12;
const customers = 100_000;
const people = 3000;
const conversationsAtOnce = 400;
const dayMs = 86_400_000;

export const agentName = (number: number): string => `agent-${String(number).padStart(3, '0')}`;
export const toolName = (agent: number, number: number): string =>
  `tool-${(agent * 7 + number * number) % 500}`;

/** xorshift32: the same events from the same seed. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** Small numbers often, large ones seldom. */
export const skewed = (random: () => number, count: number): number => Math.floor(random() ** 3 * count);

interface Conversation {
  id: string;
  customer: string;
  user: string;
  agent: number;
}

/** Makes the records of one event after another: an intent and its outcome, or a refusal, or an approval's request. */
export class Events {
  readonly #random: () => number;
  readonly #start_ms: number;
  readonly #step_ms: number;
  readonly #conversations: Conversation[] = [];
  #made = 0;

  constructor(count: number, now_ms: number, seed = 1) {
    this.#random = seeded(seed);
    this.#start_ms = now_ms - days * dayMs;
    this.#step_ms = (days * dayMs) / count;
  }

  get made(): number {
    return this.#made;
  }

  next(): NewRecord[] {
    const number = this.#made;
    this.#made += 1;
    const time = new Date(this.#start_ms + number * this.#step_ms).toISOString();
    const id = `act_${number.toString(36).padStart(8, '0')}${Math.floor(this.#random() * 1e9).toString(36)}`;
    const share = this.#random();
    if (share < 0.002) return [this.#approval(id, time)];
    const conversation = this.#conversation();
    return share < 0.12 ? [this.#refusal(id, time, conversation)] : this.#call(id, time, conversation);
  }

  #conversation(): Conversation {
    const slot = Math.floor(this.#random() * conversationsAtOnce);
    const open = this.#conversations[slot];
    if (open !== undefined && this.#random() > 0.1) return open;
    return (this.#conversations[slot] = {
      id: `conv-${this.#made.toString(36)}-${slot}`,
      customer: `cust-${skewed(this.#random, customers)}`,
      user: `person-${skewed(this.#random, people)}@example.com`,
      agent: skewed(this.#random, agents),
    });
  }

  #meta({ agent }: Conversation, effect: string): NewRecord['meta'] {
    const tier = skewed(this.#random, 4);
    return {
      agent: agentName(agent),
      decision: {
        effect,
        id: `dec_${this.#made.toString(36)}`,
        rule: `rule-${tier}-${agent % 40}`,
        tier: `tier_${tier}`,
      },
      server: `server-${agent % 15}`,
      tool: toolName(agent, skewed(this.#random, toolsPerAgent)),
    };
  }

  #call(id: string, time: string, conversation: Conversation): NewRecord[] {
    const meta = this.#meta(conversation, 'allow');
    const share = this.#random();
    const result = share < 0.94 ? 'success' : share < 0.99 ? 'error' : 'cancelled';
    const end = { ...meta, duration_ms: Math.round(this.#random() * 400), result } as const;
    const payload = { ...this.#context(conversation), parameters: this.#parameters() };
    return [
      { phase: 'intent', id, event: 'tool_invoke', time, meta, payload },
      {
        phase: 'outcome',
        id,
        event: 'tool_invoke',
        time,
        meta: end,
        payload: { output: { ok: result === 'success' } },
      },
    ];
  }

  #refusal(id: string, time: string, conversation: Conversation): NewRecord {
    const held = this.#random() < 0.2;
    const meta = {
      ...this.#meta(conversation, held ? 'approve' : 'deny'),
      result: held ? 'held' : 'denied',
    } as const;
    const payload = {
      ...this.#context(conversation),
      parameters: this.#parameters(),
      reasons: ['no rule allows it'],
    };
    return { phase: 'event', id, event: 'tool_invoke', time, meta, payload };
  }

  #approval(id: string, time: string): NewRecord {
    const event = administrativeKinds[skewed(this.#random, 6)]!;
    return { phase: 'event', id, event, time, meta: { agent: agentName(skewed(this.#random, agents)) } };
  }

  #context({ id, customer, user }: Conversation): { context: Record<string, string>; user: string } {
    return {
      context: { conversation_id: id, customer_id: customer, triggered_by: 'customer-request' },
      user,
    };
  }

  #parameters(): Record<string, string | number> {
    const ticket = Math.floor(this.#random() * 1e6);
    return {
      ticket_id: `TKT-${ticket}`,
      status: 'resolved',
      amount: ticket % 1000,
      resolution: 'Password reset completed',
    };
  }
}
