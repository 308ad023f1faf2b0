/** What an operator connects: a collector for traces, Prometheus for metrics; from the first call on. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { readFile } from 'node:fs/promises';
import { temporaryFolder } from '@remit/testkit';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { callRecord } from '../faults/load.ts';
import { recordingWorkspace } from '../faults/workspace.ts';
import { startRemit } from './remit.ts';

/** A collector's side of OTLP/HTTP, as far as it is needed to see what arrives: protobuf or JSON bodies. */
async function startCollector() {
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (request.url === '/v1/traces') bodies.push(Buffer.concat(chunks).toString('latin1'));
      response.writeHead(200, { 'content-type': request.headers['content-type'] ?? '' }).end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, bodies, [Symbol.dispose]: () => void server.close() };
}

const listener = z.object({ console: z.string(), operator_token: z.string() });

test('a call is a span at the collector and a count at /metrics', async () => {
  using collector = await startCollector();
  await using folder = await temporaryFolder();
  const database = join(folder.path, 'executed.db');
  const remit = await startRemit(recordingWorkspace({ database }), {
    folder: folder.path,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url },
  });
  await callRecord(remit.origin, await remit.key('worker'));

  const file = await readFile(join(folder.path, 'data', 'listener.json'), 'utf8');
  const { console: people, operator_token } = listener.parse(JSON.parse(file));
  const closed = await fetch(`${people}/metrics`);
  expect(closed.status).toBe(401);
  const open = await fetch(`${people}/metrics`, { headers: { authorization: `Bearer ${operator_token}` } });
  const metrics = await open.text();
  expect(metrics).toMatch(/^mcp_server_operation_duration_seconds_count\{[^}]*tools\/call[^}]*\} 1$/m);
  expect(metrics).toMatch(/^mcp_client_operation_duration_seconds_count\{[^}]*\} 1$/m);

  await remit.stop();
  const spans = collector.bodies.join('');
  expect(spans).toContain('tools/call record');
  expect(spans).toContain('gen_ai.tool.name');
  expect(spans).toContain('remit.decision.id');
});
