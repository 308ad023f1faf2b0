import type { credentialRoutes } from '../api/credentials.ts';
import { actorOf } from '../server/caller.ts';
import type { ControlDeps } from '../server/deps.ts';
import type { Handlers } from './handler.ts';

export function credentialHandlers({ credentials }: ControlDeps): Handlers<keyof typeof credentialRoutes> {
  return {
    listCredentials: () => ({ credentials: credentials.list() }),
    setCredential: ({ parameters, body, caller }) =>
      credentials.set(parameters.name, body.value, actorOf(caller)),
    removeCredential: ({ parameters, caller }) => credentials.remove(parameters.name, actorOf(caller)),
  };
}
