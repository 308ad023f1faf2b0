import { describe, expect, it } from 'vitest';
import { fixture, LegacyClient, sendModern } from './fixture.ts';

describe('a governed call', () => {
  it('reaches the server between an intent and an outcome, for a client of the 2025 era', async () => {
    const { url, crm, story } = await fixture();
    const client = await LegacyClient.open(url);
    const { status, body } = await client.request('tools/call', {
      name: 'lookup',
      arguments: { value: 'a' },
    });
    expect(status).toBe(200);
    expect(body['result']).toEqual({
      content: [{ type: 'text', text: '{"name":"lookup","arguments":{"value":"a"}}' }],
    });
    expect(crm.asked).toHaveLength(1);
    expect(story()).toEqual(['intent tool_invoke', 'outcome tool_invoke success']);
  });

  it('reaches the server between an intent and an outcome, for a client of 2026-07-28', async () => {
    const { url, crm, story } = await fixture();
    const { status, body } = await sendModern(url, 'tools/call', {
      name: 'lookup',
      arguments: { value: 'a' },
    });
    expect(status).toBe(200);
    expect(body['result']).toMatchObject({ resultType: 'complete', content: [{ type: 'text' }] });
    expect(crm.asked).toHaveLength(1);
    expect(story()).toEqual(['intent tool_invoke', 'outcome tool_invoke success']);
  });
});
