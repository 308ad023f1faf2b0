/** The rows of the era matrix pass without a gateway, so that what fails through it is the gateway's. */
import { connectSessionAgent, connectStatelessAgent, startReferenceServer } from '@remit/testkit';
import type { ReferenceServer, TestAgent } from '@remit/testkit';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { directEndpoint } from './allow-all.ts';
import { features, firstFeatures } from './features.ts';

const direct = [
  { era: 'session', transport: 'http' },
  { era: 'session', transport: 'sse' },
  { era: 'session', transport: 'stdio' },
  { era: 'stateless', transport: 'http' },
  { era: 'stateless', transport: 'stdio' },
] as const;

describe.each(direct)('$era era on $transport, without a gateway', ({ era, transport }) => {
  let server: ReferenceServer;
  let agent: TestAgent;
  beforeAll(async () => {
    server = await startReferenceServer({ era, transport });
    const connect = era === 'session' ? connectSessionAgent : connectStatelessAgent;
    agent = await connect(directEndpoint(server, transport));
  });
  afterAll(async () => {
    await agent.close();
    await server.close();
  });

  test.each([...firstFeatures, ...features])('%s', (_name, run) => run(agent));
});
