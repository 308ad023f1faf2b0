/** A question to the agent's client is an action of its own: whatever becomes of it, its intent gets an outcome. */
import { bounds, Fault, type NewRecord } from '@remit/contracts';
import { fakeClock } from '@remit/testkit';
import { expect, it } from 'vitest';
import { governedAsk } from '../../src/mcp/governed-ask.ts';
import type { AgentRequest } from '../../src/mcp/request.ts';
import type { Services } from '../../src/mcp/services.ts';
import { lockOf, policyOf, policyText, portsOf, servers } from './fixture.ts';

const form = { mode: 'form', message: 'Which?', requestedSchema: { type: 'object', properties: {} } };
const requests = { first: { method: 'elicitation/create', params: form } };

function asking(ask: AgentRequest['channel']['ask']) {
  const records: NewRecord[] = [];
  const logged: unknown[] = [];
  const { crm, web } = servers();
  const policy = policyOf(policyText, lockOf([crm, web]));
  const ports = portsOf(policy, records, new Map(), fakeClock(), { full: false }, new Set());
  const quiet = () => undefined;
  const logger = {
    debug: quiet,
    info: quiet,
    warn: quiet,
    error: (entry: unknown) => void logged.push(entry),
  };
  const services: Partial<Services> = { ports, bounds, logger };
  const request: AgentRequest = {
    id: 1,
    method: 'tools/call',
    params: {},
    caller: {
      agent: 'support',
      keyId: 'key_support',
      version: '2025-11-25',
      capabilities: { elicitation: {}, sampling: {} },
      headers: {},
    },
    channel: { notify: () => undefined, ask },
    signal: new AbortController().signal,
    notes: {},
  };
  const forwarded: string[] = [];
  const interim = { visible: () => ({}), forwarded: (method: string) => void forwarded.push(method) };
  const answered = governedAsk(services as Services, request, { server: 'crm', requests, interim });
  const story = () => records.map(({ phase, meta }) => [phase, meta.result].filter(Boolean).join(' '));
  return { answered, story, logged, forwarded, records };
}

it('an error that nobody foresaw ends it as unknown, and is told to the log alone', async () => {
  const error = new TypeError('cannot read properties of undefined');
  const { answered, story, logged } = asking(() => Promise.reject(error));
  await expect(answered).rejects.toMatchObject({
    code: 'ask_failed',
    message: 'The gateway failed while it asked the client.',
  });
  expect(story()).toEqual(['intent', 'outcome unknown']);
  expect(logged).toMatchObject([{ err: error }]);
});

it.each([
  [new Fault('ask_timeout', 'Too late.'), 'unknown'],
  [new Fault('cancelled', 'Gone.'), 'cancelled'],
])('%s ends it as what it is', async (fault, result) => {
  const { answered, story } = asking(() => Promise.reject(fault));
  await expect(answered).rejects.toBe(fault);
  expect(story()).toEqual(['intent', `outcome ${result}`]);
});

it('it counts as forwarded once it has been let through', async () => {
  const { answered, forwarded } = asking(() => Promise.resolve({ first: { action: 'accept', content: {} } }));
  await answered;
  expect(forwarded).toEqual(['elicitation/create']);
});
