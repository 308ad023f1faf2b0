import { z } from 'zod';
import { plainText } from './parameters.ts';
import type { RouteDefinition } from './route.ts';

/** Groups with a meaning of their own; any other name is a group of approvers. */
export const administratorsGroup = 'administrators';
export const viewersGroup = 'viewers';

/** A person's name is often an e-mail address; it is what policy and delegated tokens call them. */
export const personName = plainText(254);
export const groupName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'letters, digits, `.`, `_` and `-`, at most 64');

export const personSchema = z.object({
  /** Random; what records call this person. */
  id: z.string(),
  name: z.string(),
  groups: z.array(z.string()),
  added_at: z.iso.datetime(),
});
export type Person = z.infer<typeof personSchema>;

export const peopleRoutes = {
  whoAmI: {
    method: 'GET',
    path: '/api/v1/me',
    summary: 'Whom the token stands for, and what it may do',
    tag: 'people',
    permission: 'look',
    status: 200,
    response: z.object({
      kind: z.enum(['operator', 'person']),
      person: personSchema.optional(),
      may: z.array(z.enum(['look', 'approve', 'administer', 'administer_people', 'erase'])),
    }),
  },
  listPeople: {
    method: 'GET',
    path: '/api/v1/people',
    summary: 'All people, by name',
    tag: 'people',
    permission: 'administer',
    status: 200,
    response: z.object({ people: z.array(personSchema) }),
  },
  addPerson: {
    method: 'POST',
    path: '/api/v1/people',
    summary: 'Add a person; the token is shown in this answer only',
    tag: 'people',
    permission: 'administer_people',
    body: z.strictObject({ name: personName, groups: z.array(groupName).min(1).max(32) }),
    status: 201,
    response: personSchema.extend({
      /** `remit_person_…`, shown this once. */
      token: z.string(),
    }),
    shown_once: true,
  },
  removePerson: {
    method: 'DELETE',
    path: '/api/v1/people/{name}',
    summary: 'Remove a person; the last administrator stays',
    tag: 'people',
    permission: 'administer_people',
    parameters: z.object({ name: personName }),
    status: 204,
  },
} as const satisfies Record<string, RouteDefinition>;
