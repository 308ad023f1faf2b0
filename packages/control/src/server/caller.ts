/** Who calls, and what they may. */
import { timingSafeEqual, hash } from 'node:crypto';
import { Fault } from '@remit/contracts';
import type { Permission } from '../api/route.ts';
import { administratorsGroup, viewersGroup, type Person } from '../api/people.ts';
import type { Actor } from '../ports.ts';
import { needsAdministrator, type PeopleRegistry } from '../registry/people.ts';

export type Caller = Actor &
  ({ kind: 'operator' } | { kind: 'person'; name: string; groups: readonly string[] });

export type Authenticate = (authorization: string | undefined) => Caller | undefined;

const operator: Caller = { kind: 'operator', id: 'operator' };

/** Reads `Authorization: Bearer …` (RFC 6750, 2.1); undefined for a missing or unknown token. */
export function authenticator(operatorToken: string, people: PeopleRegistry): Authenticate {
  const operatorDigest = hash('sha256', operatorToken, 'buffer');
  return (authorization) => {
    const token = /^bearer +([\x21-\x7e]{1,512})$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) return undefined;
    if (timingSafeEqual(hash('sha256', token, 'buffer'), operatorDigest)) return operator;
    const person = people.authenticate(token);
    return person && callerOf(person);
  };
}

function callerOf({ id, name, groups }: Person): Caller {
  return { kind: 'person', id, name, groups };
}

/** For routes whose permission has made sure that somebody calls. */
export function required(caller: Caller | undefined): Caller {
  if (caller) return caller;
  throw new Error('a route that needs a caller was reached without one');
}

/** As records name them. */
export function actorOf(caller: Caller | undefined): Actor {
  const { id, name } = required(caller);
  return { id, ...(name !== undefined && { name }) };
}

/**
 * What stops this caller from using a route of this permission; undefined where nothing does.
 * The operator's token may do everything but approve, and manages people only until there is an
 * administrator: whoever can read a file on the machine must not be able to make approvers.
 */
export function refusalFor(
  caller: Caller | undefined,
  permission: Permission,
  people: PeopleRegistry,
): Fault | undefined {
  if (permission === 'open') return undefined;
  if (!caller) {
    return new Fault('token_required', 'This takes a valid token, as `Authorization: Bearer …`.', {
      remedy: "Send the operator's token or a person's token (`remit people add`).",
    });
  }
  return refusals[permission](caller, people);
}

const refusals: Record<
  Exclude<Permission, 'open'>,
  (caller: Caller, people: PeopleRegistry) => Fault | undefined
> = {
  look: () => undefined,
  approve: (caller) => {
    if (caller.kind === 'operator') {
      return new Fault('approval_needs_person', "The operator's token cannot approve or deny.", {
        remedy: "Use a person's token (REMIT_TOKEN); an administrator makes one with `remit people add`.",
      });
    }
    return caller.groups.includes(viewersGroup)
      ? notPermitted(`Whoever is in \`${viewersGroup}\` may only look.`)
      : undefined;
  },
  administer: (caller) =>
    caller.kind === 'operator' || isAdministrator(caller)
      ? undefined
      : notPermitted(`This takes a person in the group \`${administratorsGroup}\`, or the operator's token.`),
  administer_people: (caller, people) => {
    if (caller.kind === 'operator') return people.hasAdministrator() ? needsAdministrator() : undefined;
    return isAdministrator(caller) ? undefined : needsAdministrator();
  },
  operate: (caller) =>
    caller.kind === 'operator'
      ? undefined
      : new Fault('operator_only', 'This reaches into the machine that Remit runs on.', {
          remedy: 'Run the command as the user that runs Remit, without REMIT_TOKEN.',
        }),
  erase: (caller) => (isAdministrator(caller) ? undefined : needsPerson()),
};

function isAdministrator(caller: Caller): boolean {
  return caller.kind === 'person' && caller.groups.includes(administratorsGroup);
}

function needsPerson(): Fault {
  return notPermitted(
    `This takes the token of a person in the group \`${administratorsGroup}\`; the operator's is not enough.`,
  );
}

function notPermitted(message: string): Fault {
  return new Fault('not_permitted', message, { remedy: 'Ask an administrator.' });
}
