/** What a running Remit knows that no policy file says: an agent's state, the policy in force. */
import type { AgentStatus } from '@remit/enforce';
import type { Location } from '../context.ts';
import { readListener } from '../data/listener-file.ts';
import { CommandFault } from '../exit-code.ts';
import type { Machine } from '../machine.ts';
import { ApiClient } from './api-client.ts';
import { httpTransport } from './transport.ts';

/** Nobody has stopped an agent of which nobody has heard. */
const unknown: readonly string[] = ['remit_unreachable', 'agent_not_found'];

/** The agent's state; undefined where no Remit runs on the data folder, or it does not know the agent. */
export function runningStatus(
  machine: Pick<Machine, 'env'>,
  location: Location,
  agent: string,
): Promise<AgentStatus | undefined> {
  const parameters = { name: agent };
  return ask(machine, location, async (remit) => (await remit.call('showAgent', { parameters })).status);
}

/** The policy version that decides; undefined where no Remit runs on the data folder. */
export function runningPolicy(
  machine: Pick<Machine, 'env'>,
  location: Location,
): Promise<string | undefined> {
  return ask(machine, location, async (remit) => (await remit.call('showPolicy')).active.version);
}

async function ask<Answer>(
  machine: Pick<Machine, 'env'>,
  location: Location,
  question: (remit: ApiClient) => Promise<Answer>,
): Promise<Answer | undefined> {
  const listener = readListener(location.data);
  if (listener === undefined) return undefined;
  const token = machine.env['REMIT_TOKEN'] ?? '';
  const remit = new ApiClient(
    httpTransport(listener.console),
    token === '' ? listener.operator_token : token,
  );
  try {
    return await question(remit);
  } catch (error) {
    if (error instanceof CommandFault && unknown.includes(error.code)) return undefined;
    throw error;
  } finally {
    await remit.close();
  }
}
