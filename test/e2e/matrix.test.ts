/**
 * The 2 × 2 matrix of eras on every transport: old and new clients, over HTTP and stdio, on old and
 * new servers, over stdio, HTTP and legacy SSE. Each cell runs every feature through a running Remit.
 */
import { connectSessionAgent, connectStatelessAgent } from '@remit/testkit';
import type { TestAgent } from '@remit/testkit';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { startGoverned } from './allow-all.ts';
import type { Governed } from './allow-all.ts';
import { features, firstFeatures } from './features.ts';

const servers = [
  { server: 'old server on http', era: 'session', transport: 'http' },
  { server: 'old server on sse', era: 'session', transport: 'sse' },
  { server: 'old server on stdio', era: 'session', transport: 'stdio' },
  { server: 'new server on http', era: 'stateless', transport: 'http' },
  { server: 'new server on stdio', era: 'stateless', transport: 'stdio' },
] as const;

const clients = [
  { client: 'old client on http', connect: connectSessionAgent, transport: 'http' },
  { client: 'old client on stdio', connect: connectSessionAgent, transport: 'stdio' },
  { client: 'new client on http', connect: connectStatelessAgent, transport: 'http' },
  { client: 'new client on stdio', connect: connectStatelessAgent, transport: 'stdio' },
] as const;

describe.each(servers)('$server', ({ era, transport: serverTransport }) => {
  let governed: Governed;
  beforeAll(async () => {
    governed = await startGoverned(era, serverTransport);
  });
  afterAll(() => governed.stop());

  describe.each([
    { part: 'while nothing was cancelled', rows: firstFeatures },
    { part: 'beside others', rows: features },
  ])('$part', ({ rows }) => {
    describe.each(clients)('$client', ({ connect, transport }) => {
      let agent: TestAgent;
      beforeAll(async () => {
        agent = await connect(await governed.remit.endpoint('tester', transport));
      });
      afterAll(() => agent.close());

      test.each(rows)('%s', (_name, run) => run(agent));
    });
  });
});
