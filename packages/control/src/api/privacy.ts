/** Routes of what a person may ask about themselves, of what must be kept for it, and of what was deleted. */
import { auditEventSchema } from '@remit/contracts';
import { z } from 'zod';
import { agentName, identifier, plainText, reason } from './parameters.ts';
import type { RouteDefinition } from './route.ts';

/** An id under which records name a person: of a customer, a user, an address. Never part of a path or query. */
const subject = plainText(254);

export const holdSchema = z.object({
  id: z.string(),
  reason: z.string(),
  placed_at: z.iso.datetime(),
  subject: z.string().optional(),
  conversation: z.string().optional(),
  agent: z.string().optional(),
  since: z.iso.datetime().optional(),
  until: z.iso.datetime().optional(),
});
export type Hold = z.infer<typeof holdSchema>;

const holdBody = z.strictObject({
  reason,
  subject: subject.optional(),
  conversation: plainText(256).optional(),
  agent: agentName.optional(),
  /** Inclusive. */
  since: z.iso.datetime({ offset: true }).optional(),
  /** Exclusive. */
  until: z.iso.datetime({ offset: true }).optional(),
});

/** `waiting` for a second person, or `done`. */
export const erasureSchema = z.object({
  id: z.string(),
  status: z.enum(['waiting', 'done']),
  /** Where it is done: the events that record it, and the payloads that were taken out. */
  events: z.array(z.string()).optional(),
  payloads: z.number().int().optional(),
  /** What the events say instead of the subject: SHA-256 of salt and subject, base64url. The salt is shown this once. */
  commitment: z.string().optional(),
  salt: z.string().optional(),
});
export type Erasure = z.infer<typeof erasureSchema>;

export const privacyRoutes = {
  requestErasure: {
    method: 'POST',
    path: '/api/v1/erasures',
    summary:
      'Take out everything that is recorded about a person; waits for a second administrator where there is one',
    tag: 'privacy',
    permission: 'erase',
    body: z.strictObject({ subject }),
    status: 200,
    response: erasureSchema,
    shown_once: true,
  },
  listErasures: {
    method: 'GET',
    path: '/api/v1/erasures',
    summary: 'Erasures that wait for a second administrator',
    tag: 'privacy',
    permission: 'administer',
    status: 200,
    response: z.object({
      erasures: z.array(
        z.object({ id: z.string(), subject: z.string(), asked_by: z.string(), asked_at: z.iso.datetime() }),
      ),
    }),
  },
  confirmErasure: {
    method: 'POST',
    path: '/api/v1/erasures/{id}/confirm',
    summary: 'Agree to an erasure that somebody else has asked for, and carry it out',
    tag: 'privacy',
    permission: 'erase',
    parameters: z.object({ id: identifier }),
    status: 200,
    response: erasureSchema,
    shown_once: true,
  },
  exportSubject: {
    method: 'POST',
    path: '/api/v1/subjects/export',
    summary: 'Everything that is held about a person, one record a line; the export is recorded',
    tag: 'privacy',
    permission: 'administer',
    body: z.strictObject({ subject }),
    status: 200,
    media: 'application/jsonl; charset=utf-8',
  },
  listHolds: {
    method: 'GET',
    path: '/api/v1/holds',
    summary: 'Legal holds: what neither erasure nor retention may touch',
    tag: 'privacy',
    permission: 'administer',
    status: 200,
    response: z.object({ holds: z.array(holdSchema) }),
  },
  addHold: {
    method: 'POST',
    path: '/api/v1/holds',
    summary: 'Place a legal hold; all that is given has to fit a record for it to be held',
    tag: 'privacy',
    permission: 'erase',
    body: holdBody,
    status: 201,
    response: holdSchema,
  },
  releaseHold: {
    method: 'POST',
    path: '/api/v1/holds/{id}/release',
    summary: 'Release a legal hold',
    tag: 'privacy',
    permission: 'erase',
    parameters: z.object({ id: identifier }),
    status: 204,
  },
  reportDeletions: {
    method: 'GET',
    path: '/api/v1/reports/deletions',
    summary: 'What was deleted, when, why and by whom, newest first',
    tag: 'privacy',
    permission: 'look',
    query: z.strictObject({ since: z.iso.datetime({ offset: true }).optional() }),
    status: 200,
    response: z.object({ deletions: z.array(auditEventSchema), complete: z.boolean() }),
  },
} as const satisfies Record<string, RouteDefinition>;
