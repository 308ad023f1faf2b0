import type { peopleRoutes } from '../api/people.ts';
import { actorOf, refusalFor, required } from '../server/caller.ts';
import type { ControlDeps } from '../server/deps.ts';
import type { Handlers } from './handler.ts';

const abilities = ['look', 'approve', 'administer', 'administer_people', 'erase'] as const;

export function peopleHandlers({ people }: ControlDeps): Handlers<keyof typeof peopleRoutes> {
  return {
    whoAmI: ({ caller }) => {
      const { kind, id } = required(caller);
      const person = people.get(id);
      const may = abilities.filter((permission) => !refusalFor(caller, permission, people));
      return { kind, may, ...(person && { person }) };
    },
    listPeople: () => ({ people: people.list() }),
    addPerson: ({ body, caller }) => people.add(body.name, body.groups, actorOf(caller)),
    removePerson: ({ parameters, caller }) => people.remove(parameters.name, actorOf(caller)),
  };
}
