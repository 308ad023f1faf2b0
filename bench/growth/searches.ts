/** First pages as people ask for them, each filter with many values; and how much a later page costs. */
import type { Ledger, SearchQuery } from '@remit/ledger';
import { agentName, days, seeded, skewed, toolName } from './events.ts';

type Ask = (random: () => number, now_ms: number) => Partial<SearchQuery>;

const someAgent = (random: () => number): number => skewed(random, 200);
const since = (random: () => number, now_ms: number): string =>
  new Date(now_ms - random() * days * 86_400_000).toISOString();

const results = ['success', 'error', 'denied', 'held', 'cancelled'];

export const asked: Record<string, Ask> = {
  'by nothing': () => ({}),
  'by agent': (random) => ({ agent: agentName(someAgent(random)) }),
  'by tool': (random) => ({ tool: `tool-${Math.floor(random() * 500)}` }),
  'by decision': (random) => ({ result: results[Math.floor(random() * results.length)]! }),
  'by kind': (random) => ({ action: random() < 0.5 ? 'approval_granted' : 'tool_invoke' }),
  'by time': (random, now_ms) => ({ until: since(random, now_ms) }),
  'by agent, tool and decision': (random) => {
    const agent = someAgent(random);
    return { agent: agentName(agent), tool: toolName(agent, skewed(random, 12)), result: 'denied' };
  },
  'by agent and time': (random, now_ms) => ({
    agent: agentName(someAgent(random)),
    until: since(random, now_ms),
  }),
  // Both are frequent, and never come together.
  'by an agent and a tool it never used': (random) => ({
    agent: agentName(Math.floor(random() * 5)),
    tool: toolName(5 + Math.floor(random() * 20), 0),
  }),
  'by tool and decision, seldom': (random) => ({
    tool: `tool-${Math.floor(random() * 500)}`,
    result: 'held',
  }),
};

/** Milliseconds of each first page of 50. */
export async function firstPages(ledger: Ledger, ask: Ask, now_ms: number, times = 40): Promise<number[]> {
  const random = seeded(99);
  const taken: number[] = [];
  for (let turn = 0; turn < times; turn += 1) {
    const query = { ...ask(random, now_ms), limit: 50 };
    const start = performance.now();
    await ledger.search(query);
    taken.push(performance.now() - start);
  }
  return taken;
}

/** Conversations that occur, so that those who look for one find something. */
export async function someConversations(ledger: Ledger, now_ms: number): Promise<string[]> {
  const random = seeded(7);
  const found: string[] = [];
  for (let turn = 0; turn < 40; turn += 1) {
    const { events } = await ledger.search({ until: since(random, now_ms), limit: 5 });
    for (const { context } of events) {
      const id = context?.['conversation_id'];
      if (typeof id === 'string') found.push(id);
    }
  }
  return found;
}

/** Milliseconds of the first page and of the one that lies `pages` behind it. */
export async function pageCosts(ledger: Ledger, pages: number): Promise<{ first: number; last: number }> {
  const taken: number[] = [];
  let cursor: string | undefined;
  for (let page = 0; page <= pages; page += 1) {
    const start = performance.now();
    const answer = await ledger.search({
      limit: 50,
      result: 'success',
      ...(cursor !== undefined && { cursor }),
    });
    taken.push(performance.now() - start);
    cursor = answer.cursor;
  }
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  return { first: mean(taken.slice(1, 11)), last: mean(taken.slice(-10)) };
}
