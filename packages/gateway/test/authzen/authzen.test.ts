/** OpenID AuthZEN Authorization API 1.0 on the agents' listener: its examples, its metadata, its HTTP binding. */
import type { JsonObject } from '@remit/contracts';
import { z } from 'zod';
import { describe, expect, it } from 'vitest';
import { fixture, keys } from '../mcp/fixture.ts';
import { examples } from './examples.ts';
import { access, toolCall } from './fixture.ts';

const decision = z.strictObject({
  decision: z.boolean(),
  context: z.record(z.string(), z.unknown()).optional(),
});
/** The responses as "API Endpoint Overview" has them. */
const shapes: Readonly<Record<string, z.ZodType>> = {
  evaluation: decision,
  evaluations: z.strictObject({ evaluations: z.array(decision) }),
};
const search = z.strictObject({
  page: z.strictObject({ next_token: z.string(), count: z.int().min(0), total: z.int().min(0) }),
  results: z.array(z.record(z.string(), z.unknown())),
});

describe('the examples of the specification', () => {
  it.each(examples)(
    '%s (%s) is answered in its shape; nobody knows the person, so nothing is allowed',
    async (_, endpoint, request) => {
      const { url } = await fixture();
      const { status, headers, body } = await access(url, endpoint, request);
      expect(status).toBe(200);
      expect(headers.get('content-type')).toBe('application/json');
      expect((shapes[endpoint] ?? search).parse(body)).toEqual(body);
      expect(JSON.stringify(body)).not.toContain('"decision":true');
    },
  );
});

describe('the HTTP binding', () => {
  it('repeats the identifier of a request, also where it is refused', async () => {
    const { url } = await fixture();
    const headers = { 'x-request-id': 'bfe9eb29-ab87-4ca3-be83-a1d5d8305716' };
    const answers = await Promise.all([
      access(url, 'evaluation', toolCall('lookup'), headers),
      access(url, 'evaluation', {}, headers),
      access(url, 'evaluation', toolCall('lookup'), { ...headers, authorization: 'Bearer remit_wrong' }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 400, 401]);
    for (const answer of answers) expect(answer.headers.get('x-request-id')).toBe(headers['x-request-id']);
  });

  it.each<[string, string | JsonObject, number, Record<string, string>]>([
    ['no JSON', 'nonsense', 400, {}],
    ['no object', '[]', 400, {}],
    ['duplicate keys', '{"subject":{},"subject":{}}', 400, {}],
    ['no subject', { action: { name: 'a' }, resource: { type: 't', id: 'i' } }, 400, {}],
    ['a subject without an id', { ...toolCall('lookup'), subject: { type: 'agent' } }, 400, {}],
    ['a resource that is an array', { ...toolCall('lookup'), resource: [] }, 400, {}],
    ['an action without a name', { ...toolCall('lookup'), action: {} }, 400, {}],
    [
      'properties that are no object',
      { ...toolCall('lookup'), action: { name: 'a', properties: 1 } },
      400,
      {},
    ],
    ['a context that is no object', { ...toolCall('lookup'), context: 'now' }, 400, {}],
    ['an id without end', { ...toolCall('x'.repeat(9000)) }, 400, {}],
    ['another content type', toolCall('lookup'), 400, { 'content-type': 'text/plain' }],
    ['a foreign Origin', toolCall('lookup'), 403, { origin: 'https://evil.example' }],
  ])('answers %s with an error message', async (_, request, status, headers) => {
    const { url, records } = await fixture();
    const answer = await access(url, 'evaluation', request, headers);
    expect(answer.status).toBe(status);
    expect(typeof answer.body).toBe('string');
    expect(records.filter(({ event }) => event === 'decision')).toEqual([]);
  });

  it('knows its paths and methods only', async () => {
    const { url } = await fixture();
    expect((await access(url, 'nothing', {})).status).toBe(404);
    const headers = { authorization: `Bearer ${keys.support}` };
    const got = await fetch(new URL('/access/v1/evaluation', url), { headers });
    expect([got.status, got.headers.get('allow')]).toEqual([405, 'POST']);
  });

  it('tells where everything is', async () => {
    const { url } = await fixture();
    const headers = { authorization: `Bearer ${keys.support}` };
    const response = await fetch(new URL('/.well-known/authzen-configuration', url), { headers });
    const { origin } = new URL(url);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      policy_decision_point: origin,
      access_evaluation_endpoint: `${origin}/access/v1/evaluation`,
      access_evaluations_endpoint: `${origin}/access/v1/evaluations`,
      search_subject_endpoint: `${origin}/access/v1/search/subject`,
      search_resource_endpoint: `${origin}/access/v1/search/resource`,
      search_action_endpoint: `${origin}/access/v1/search/action`,
    });
  });
});
