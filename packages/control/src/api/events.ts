import { auditEventSchema, bounds, eventKindSchema, resultSchema } from '@remit/contracts';
import { z } from 'zod';
import { exportFormats } from '../export/export.ts';
import { agentName, cursor, identifier, plainText, wholeNumber } from './parameters.ts';
import type { RouteDefinition } from './route.ts';

const filters = {
  agent: agentName.optional(),
  tool: plainText(256).optional(),
  server: plainText(256).optional(),
  action: eventKindSchema.optional(),
  result: resultSchema.optional(),
  conversation: plainText(256).optional(),
  /** `key:value -key:value key:(a OR b) duration>2s "text"`; all of it has to hold, beside the others. */
  filter: z.string().max(bounds.filter_length_max).optional(),
};
const byId = z.object({ id: identifier });

export const eventRoutes = {
  searchEvents: {
    method: 'GET',
    path: '/api/v1/events',
    summary: 'Audit events, newest first; the search is recorded',
    tag: 'events',
    permission: 'look',
    query: z.strictObject({
      ...filters,
      /** Inclusive. */
      since: z.iso.datetime({ offset: true }).optional(),
      /** Exclusive. */
      until: z.iso.datetime({ offset: true }).optional(),
      limit: wholeNumber(1, 1000).optional(),
      cursor: cursor.optional(),
      count: z.literal('true').optional(),
    }),
    status: 200,
    response: z.object({
      events: z.array(auditEventSchema),
      cursor: z.string().optional(),
      /** So far was looked, because a bound was reached; the cursor goes on from there. */
      searched_back_to: z.iso.datetime().optional(),
      /** Where it is not exact: at least so many. */
      count: z.object({ events: z.number().int(), exact: z.boolean() }).optional(),
    }),
  },
  exportEvents: {
    method: 'GET',
    path: '/api/v1/events/export',
    summary:
      'All events that the filter finds, newest first, as JSON lines, CSV or an evidence bundle; the export is recorded',
    tag: 'events',
    permission: 'look',
    query: z.strictObject({ format: z.enum(exportFormats), filter: filters.filter }),
    status: 200,
    media: 'application/octet-stream',
  },
  streamEvents: {
    method: 'GET',
    path: '/api/v1/events/stream',
    summary:
      'Audit events as they become durable (server-sent events); Last-Event-ID brings what was missed; the reading is recorded',
    tag: 'events',
    permission: 'look',
    query: z.strictObject(filters),
    status: 200,
    media: 'text/event-stream',
  },
  showEvent: {
    method: 'GET',
    path: '/api/v1/events/{id}',
    summary: 'One event with its parameters; the reading is recorded',
    tag: 'events',
    permission: 'look',
    parameters: byId,
    status: 200,
    response: auditEventSchema,
  },
  proveEvent: {
    method: 'GET',
    path: '/api/v1/events/{id}/proof',
    summary: 'A C2SP tlog-proof of the last record of this event',
    tag: 'events',
    permission: 'look',
    parameters: byId,
    status: 200,
    media: 'text/plain; charset=utf-8',
  },
} as const satisfies Record<string, RouteDefinition>;
