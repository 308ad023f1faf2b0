/** What an action is called in reports: as policies write it, and with its kind where it is no tool. */
import type { Action } from '@remit/contracts';

type Named = Pick<Action, 'kind' | 'server' | 'target'>;

/** `server/name` of tools and prompts, the URI of a resource, the server that asks. */
export function nameOf({ kind, server, target }: Named): string {
  switch (kind) {
    case 'tool_invoke':
    case 'prompt_get':
      return `${server}/${target}`;
    case 'sampling':
    case 'elicitation':
      return server;
    case 'resource_read':
    case 'completion':
    case 'agent_message':
    case 'model_call':
      return target;
  }
}

const kinds: Record<Action['kind'], string> = {
  tool_invoke: '',
  resource_read: 'resource ',
  prompt_get: 'prompt ',
  completion: 'completion of ',
  sampling: 'sampling by ',
  elicitation: 'elicitation by ',
  agent_message: 'message to ',
  model_call: 'model ',
};

export function titled(kind: Action['kind'], name: string): string {
  return `${kinds[kind]}${name}`;
}
