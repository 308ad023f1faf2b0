import { z } from 'zod';
import type { RouteDefinition } from './route.ts';

/** As in `secret:NAME` of server settings. */
export const credentialName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, 'letters, digits, `.`, `_` and `-`, at most 128');

/** A credential as it may be shown: never its value. */
export const credentialSchema = z.object({ name: z.string(), set_at: z.iso.datetime() });

const byName = z.object({ name: credentialName });
const administer = { tag: 'credentials', permission: 'administer' } as const;

export const credentialRoutes = {
  listCredentials: {
    ...administer,
    method: 'GET',
    path: '/api/v1/credentials',
    summary: 'Names of the credentials that are kept',
    status: 200,
    response: z.object({ credentials: z.array(credentialSchema) }),
  },
  setCredential: {
    ...administer,
    method: 'PUT',
    path: '/api/v1/credentials/{name}',
    summary: 'Keep or replace a credential; no answer ever shows it',
    parameters: byName,
    body: z.strictObject({ value: z.string().min(1).max(65_536) }),
    status: 200,
    response: credentialSchema,
  },
  removeCredential: {
    ...administer,
    method: 'DELETE',
    path: '/api/v1/credentials/{name}',
    summary: 'Destroy a credential',
    parameters: byName,
    status: 204,
  },
} as const satisfies Record<string, RouteDefinition>;
