/** Metrics and spans, under the names that dashboards rely on. */
import { trace } from '@opentelemetry/api';
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace';
import { waitFor } from '@remit/testkit';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { text } from './fake-upstream.ts';
import { fixture, LegacyClient, sendModern } from './fixture.ts';

const exporter = new InMemorySpanExporter();
/** Spans begun and not ended. */
let open = 0;
const counting: SpanProcessor = {
  onStart: () => void open++,
  onEnd: () => void open--,
  forceFlush: () => Promise.resolve(),
  shutdown: () => Promise.resolve(),
};
const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter }), counting] });
trace.setGlobalTracerProvider(provider);
afterAll(async () => {
  await provider.shutdown();
  trace.disable();
});
beforeEach(() => {
  exporter.reset();
});

const traceId = '0af7651916cd43dd8448eb211c80319c';
const traceparent = `00-${traceId}-00f067aa0ba902b7-01`;

describe('a span', () => {
  it('is named and attributed after the conventions, and its parent is the one that the agent names', async () => {
    const { url, crm, records } = await fixture();
    await sendModern(url, 'tools/call', { name: 'lookup' }, { meta: { traceparent } });
    const [span] = exporter.getFinishedSpans();
    expect(span?.name).toBe('tools/call lookup');
    expect(span?.attributes).toEqual({
      'mcp.method.name': 'tools/call',
      'mcp.protocol.version': '2026-07-28',
      'jsonrpc.request.id': expect.any(String) as string,
      'gen_ai.agent.id': 'support',
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'lookup',
      'remit.decision.id': expect.stringMatching(/^dec_/) as string,
    });
    expect(span?.spanContext().traceId).toBe(traceId);
    expect(span?.parentSpanContext?.spanId).toBe('00f067aa0ba902b7');
    expect(records[0]?.meta.trace_id).toBe(traceId);
    const decision = records[0]?.meta.decision?.['id'];
    expect(span?.attributes['remit.decision.id']).toBe(decision);
    const passedOn = crm.asked[0]?.params['_meta'];
    expect(passedOn).toEqual({ traceparent: `00-${traceId}-${span?.spanContext().spanId}-01` });
  });

  it('says what went wrong, and names the session where there is one', async () => {
    const { url, crm } = await fixture();
    const client = await LegacyClient.open(url);
    crm.behaviours.set('lookup', () => text('no', { isError: true }));
    await client.request('tools/call', { name: 'lookup' });
    await client.request('tools/call', { name: 'delete' });
    const spans = exporter.getFinishedSpans();
    expect(spans.map(({ attributes }) => attributes['error.type'])).toEqual([
      'tool_error',
      'denied_by_policy',
    ]);
    expect(spans[0]?.attributes['mcp.session.id']).toBe(client.headers['mcp-session-id']);
  });

  it('ends also where what the agent claims of its call is not valid', async () => {
    const { url } = await fixture();
    const { body } = await sendModern(
      url,
      'tools/call',
      { name: 'lookup' },
      { meta: { 'io.remit/context': 'no object' } },
    );
    expect(body['error']).toMatchObject({ code: -32602 });
    expect(open).toBe(0);
  });

  it('of a resource does not hold its URI', async () => {
    const { url } = await fixture();
    await sendModern(url, 'resources/read', { uri: 'crm://customers/1' });
    const [span] = exporter.getFinishedSpans();
    expect(span?.name).toBe('resources/read');
    expect(JSON.stringify(span?.attributes)).not.toContain('crm://');
  });

  it.each([
    ['00-0-0-01'],
    [`00-${'0'.repeat(32)}-00f067aa0ba902b7-01`],
    [`ff-${traceId}-00f067aa0ba902b7-01`],
  ])('has no parent where the agent names one that cannot be (%s)', async (malformed) => {
    const { url } = await fixture();
    await sendModern(url, 'tools/call', { name: 'lookup' }, { headers: { traceparent: malformed } });
    expect(exporter.getFinishedSpans()[0]?.parentSpanContext).toBeUndefined();
  });
});

describe('the metrics', () => {
  it('count requests, decisions and outcomes, and time both legs', async () => {
    const { url, registry } = await fixture();
    await sendModern(url, 'tools/call', { name: 'lookup' });
    await sendModern(url, 'tools/call', { name: 'delete' });
    await sendModern(url, 'tools/call', { name: 'nothing' });
    const page = await registry.metrics();
    const lines = [
      'mcp_server_operation_duration_seconds_count{mcp_method_name="tools/call",mcp_protocol_version="2026-07-28",gen_ai_tool_name="lookup",error_type=""} 1',
      'mcp_server_operation_duration_seconds_count{mcp_method_name="tools/call",mcp_protocol_version="2026-07-28",gen_ai_tool_name="delete",error_type="denied_by_policy"} 1',
      'mcp_server_operation_duration_seconds_count{mcp_method_name="tools/call",mcp_protocol_version="2026-07-28",gen_ai_tool_name="",error_type="-32602"} 1',
      'mcp_client_operation_duration_seconds_count{mcp_method_name="tools/call",remit_server="crm",gen_ai_tool_name="lookup",error_type=""} 1',
      'remit_decisions_total{agent="support",kind="tool_invoke",effect="deny",policy_effect="deny",code="denied_by_policy",tier="",mode="enforce"} 1',
      'remit_outcomes_total{kind="tool_invoke",result="success"} 1',
      'remit_open_calls 0',
      'remit_sessions 0',
    ];
    expect(
      page
        .split('\n')
        .filter((line) => lines.includes(line))
        .toSorted(),
    ).toEqual(lines.toSorted());
  });

  it('show calls while they are open', async () => {
    const { url, crm, registry } = await fixture();
    const held = Promise.withResolvers<void>();
    crm.behaviours.set('lookup', () => held.promise.then(() => text('done')));
    const call = sendModern(url, 'tools/call', { name: 'lookup' });
    await waitFor(() => crm.asked.length === 1);
    expect(await registry.getSingleMetricAsString('remit_open_calls')).toContain('remit_open_calls 1');
    held.resolve();
    await call;
  });

  it('give an agent no way to make up labels', async () => {
    const { url, registry } = await fixture();
    const client = await LegacyClient.open(url);
    await client.request('made/up');
    await client.request('tools/call', { name: 'made_up' });
    await client.request('resources/read', { uri: 'crm://customers/1' });
    const page = await registry.metrics();
    expect(page).toContain('mcp_method_name="_OTHER"');
    expect(page).not.toMatch(/made|crm:\/\//);
  });
});
