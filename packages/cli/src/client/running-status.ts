/** What a running Remit knows of an agent that no policy file says. */
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
export async function runningStatus(
  machine: Pick<Machine, 'env'>,
  location: Location,
  agent: string,
): Promise<AgentStatus | undefined> {
  const listener = readListener(location.data);
  if (listener === undefined) return undefined;
  const token = machine.env['REMIT_TOKEN'] ?? '';
  const remit = new ApiClient(
    httpTransport(listener.console),
    token === '' ? listener.operator_token : token,
  );
  try {
    return (await remit.call('showAgent', { parameters: { name: agent } })).status;
  } catch (error) {
    if (error instanceof CommandFault && unknown.includes(error.code)) return undefined;
    throw error;
  } finally {
    await remit.close();
  }
}
