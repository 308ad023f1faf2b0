/** Load for the benchmark "governed call": MCP 2026-07-28 `tools/call` over kept-alive connections. */
import { Agent, request } from 'node:http';

export interface Endpoint {
  url: string;
  key?: string;
}

const body = Buffer.from(
  JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: {
      name: 'echo',
      arguments: { text: 'The quick brown fox jumps over the lazy dog.' },
      _meta: {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientCapabilities': {},
      },
    },
  }),
);

/** One call; resolves with its milliseconds. Throws on anything but the echo's own answer. */
export function callOnce({ url, key }: Endpoint, agent: Agent): Promise<number> {
  const headers: Record<string, string | number> = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': 'tools/call',
    'mcp-name': 'echo',
    'content-length': body.length,
  };
  if (key !== undefined) headers['authorization'] = `Bearer ${key}`;
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', headers, agent }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        if (response.statusCode === 200 && text.includes('lazy dog') && !text.includes('"isError":true')) {
          resolve(performance.now() - started);
        } else reject(new Error(`${url} answered ${response.statusCode}: ${text.slice(0, 500)}`));
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Calls per second with `connections` callers that never pause, over `duration_ms`. */
export async function throughput(
  endpoint: Endpoint,
  connections: number,
  duration_ms: number,
): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const until = performance.now() + duration_ms;
  let calls = 0;
  const caller = async () => {
    while (performance.now() < until) {
      await callOnce(endpoint, agent);
      calls++;
    }
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: connections }, caller));
  const seconds = (performance.now() - started) / 1000;
  agent.destroy();
  return calls / seconds;
}

/**
 * Latencies in ms at a steady rate: calls start on schedule whether or not earlier ones are back, and
 * each is counted from its scheduled start, so that a stall is not hidden (coordinated omission).
 */
export async function steady(
  endpoint: Endpoint,
  calls_per_s: number,
  duration_ms: number,
): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  const total = Math.floor((calls_per_s * duration_ms) / 1000);
  const started = performance.now();
  const pending: Promise<number>[] = [];
  while (pending.length < total) {
    const due = Math.min(total, Math.floor(((performance.now() - started) * calls_per_s) / 1000));
    while (pending.length < due) {
      const late = performance.now() - (started + (pending.length * 1000) / calls_per_s);
      pending.push(callOnce(endpoint, agent).then((taken) => taken + late));
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const latencies = await Promise.all(pending);
  agent.destroy();
  return latencies;
}
