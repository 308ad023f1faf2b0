/**
 * One row of the API's contract. The table of all rows (`routes.ts`) is what the server registers,
 * what the OpenAPI document is generated from, what the command line calls, and what the test of
 * who may do what walks through.
 */
import type { z } from 'zod';

export const methods = ['GET', 'POST', 'PUT', 'DELETE'] as const;
export type Method = (typeof methods)[number];

/**
 * Who may call a route. `open`: anybody; `look`: every token; `approve`: a person who is no viewer,
 * never the operator's token; `administer`: the operator's token or an administrator;
 * `administer_people`: an administrator, and the operator's token only until there is one; `operate`: the
 * operator's token alone, for what reaches into the machine; `erase`: an administrator, never the operator's token.
 */
export const permissions = [
  'open',
  'look',
  'approve',
  'administer',
  'administer_people',
  'operate',
  'erase',
] as const;
export type Permission = (typeof permissions)[number];

export interface RouteDefinition {
  method: Method;
  /** Path with `{name}` parameters, as OpenAPI spells them. */
  path: string;
  summary: string;
  tag: string;
  permission: Permission;
  parameters?: z.ZodObject;
  query?: z.ZodObject;
  body?: z.ZodType;
  /** The successful answer's status. */
  status: 200 | 201 | 204;
  /** Absent for 204 and for answers that are not JSON. */
  response?: z.ZodType;
  /** Media type of an answer that is not JSON. */
  media?: string;
  /** The answer never changes, so whoever asked may keep it. */
  immutable?: true;
  /** The answer holds a secret that is shown once: it is never kept to answer a repeated request. */
  shown_once?: true;
}
