/** A workspace with one reference server behind it, and an agent `tester` that may do everything there. */
import { connectSessionAgent, connectStatelessAgent, startReferenceServer } from '@remit/testkit';
import type { Endpoint, ReferenceServer } from '@remit/testkit';
import { startRemit } from './remit.ts';
import type { RunningRemit } from './remit.ts';

export type Era = 'session' | 'stateless';
export type ServerTransport = 'http' | 'sse' | 'stdio';

export interface Governed extends AsyncDisposable {
  remit: RunningRemit;
  reference: ReferenceServer;
  stop(): Promise<void>;
}

export async function startGoverned(era: Era, transport: ServerTransport): Promise<Governed> {
  const reference = await startReferenceServer({ era, transport });
  const tools = await toolNames(era, directEndpoint(reference, transport));
  const remit = await startRemit({ 'remit.yaml': allowAll(serverSettings(reference, transport), tools) });
  const stop = async (): Promise<void> => {
    await remit.stop();
    await reference.close();
  };
  return { remit, reference, stop, [Symbol.asyncDispose]: stop };
}

export function directEndpoint(
  { url = '', command = [] }: ReferenceServer,
  transport: ServerTransport,
): Endpoint {
  return transport === 'stdio' ? { transport, command } : { transport, url };
}

function serverSettings({ url, command }: ReferenceServer, transport: ServerTransport): object {
  if (command) return { command, trust: 'trusted' };
  return { url, trust: 'trusted', ...(transport === 'sse' && { transport: 'sse' }) };
}

/** Every tool stands in the automatic tier: the reference server says of few what they do. */
function allowAll(server: object, tools: readonly string[]): object[] {
  const everything = { allow: ['*'] };
  return [
    { workspace: 'reference', language: 1, mode: 'enforce', servers: { reference: server } },
    {
      agent: 'tester',
      access: {
        tools: { allow: ['reference/*'] },
        resources: everything,
        prompts: everything,
        sampling: everything,
        elicitation: everything,
      },
      guardrails: { tier_1_automatic: tools.map((tool) => `reference/${tool}`) },
    },
  ];
}

async function toolNames(era: Era, endpoint: Endpoint): Promise<string[]> {
  const agent = await (era === 'session' ? connectSessionAgent : connectStatelessAgent)(endpoint);
  const names = await agent.listTools();
  await agent.close();
  return names;
}
