/** Routes for those who run Remit: health, metrics, the doctor, and the log's static files. */
import { z } from 'zod';
import { identifier } from './parameters.ts';
import { policySummarySchema } from './policies.ts';
import type { RouteDefinition } from './route.ts';

/** C2SP tlog-tiles "Merkle Tree" and "Log entries": level or `entries`, index, width of a partial tile. */
const tilePath = z
  .string()
  .regex(/^(?:[0-9]|[1-5][0-9]|6[0-3]|entries)(?:\/x[0-9]{3}){0,6}\/[0-9]{3}(?:\.p\/[1-9][0-9]{0,2})?$/);

export const upstreamSchema = z.object({
  server: z.string(),
  state: z.enum(['connecting', 'ready', 'down']),
  protocol_version: z.string().optional(),
  tools: z.number().int(),
  restarts: z.number().int(),
  problem: z.string().optional(),
});

export const ledgerStatusSchema = z.object({
  size: z.number().int(),
  root: z.string(),
  origin: z.string(),
  checkpoint: z.object({ size: z.number().int(), time: z.iso.datetime() }).optional(),
  witnessed: z.number().int().optional(),
  witnesses: z.array(
    z.object({
      name: z.string(),
      size: z.number().int(),
      time: z.iso.datetime().optional(),
      problem: z.object({ code: z.string(), message: z.string() }).optional(),
    }),
  ),
  writable: z.boolean(),
  queued_records: z.number().int(),
});

/** One thing that the doctor looked at. `remedy` is there wherever the status is not `ok`. */
export const findingSchema = z.object({
  check: z.string(),
  status: z.enum(['ok', 'warning', 'problem']),
  message: z.string(),
  remedy: z.string().optional(),
});
export type Finding = z.infer<typeof findingSchema>;

export const operationRoutes = {
  listUpstreams: {
    method: 'GET',
    path: '/api/v1/upstreams',
    summary: 'The upstream servers and how they are',
    tag: 'operations',
    permission: 'look',
    status: 200,
    response: z.object({ upstreams: z.array(upstreamSchema) }),
  },
  doctor: {
    method: 'GET',
    path: '/api/v1/doctor',
    summary: 'Everything that is worth a look, with what to do about it',
    tag: 'operations',
    permission: 'look',
    status: 200,
    response: z.object({
      status: z.enum(['ok', 'warning', 'problem']),
      findings: z.array(findingSchema),
      policy: policySummarySchema,
      ledger: ledgerStatusSchema,
      checkpoint_age_ms: z.number().int().optional(),
      upstreams: z.array(upstreamSchema),
    }),
  },
  openApi: {
    method: 'GET',
    path: '/api/v1/openapi.json',
    summary: 'This API as an OpenAPI 3.1 document',
    tag: 'operations',
    permission: 'look',
    status: 200,
    response: z.record(z.string(), z.json()),
  },
  health: {
    method: 'GET',
    path: '/healthz',
    summary: 'The process answers',
    tag: 'operations',
    permission: 'open',
    status: 200,
    response: z.object({ status: z.literal('ok') }),
  },
  readiness: {
    method: 'GET',
    path: '/readyz',
    summary: 'Calls can be governed: the ledger takes records (503 where it does not)',
    tag: 'operations',
    permission: 'open',
    status: 200,
    response: z.object({ status: z.literal('ready') }),
  },
  metrics: {
    method: 'GET',
    path: '/metrics',
    summary: 'Prometheus text format',
    tag: 'operations',
    permission: 'look',
    status: 200,
    media: 'text/plain; version=0.0.4; charset=utf-8',
  },
  logCheckpoint: {
    method: 'GET',
    path: '/log/checkpoint',
    summary: 'The last signed checkpoint (C2SP tlog-checkpoint)',
    tag: 'log',
    permission: 'look',
    status: 200,
    media: 'text/plain; charset=utf-8',
  },
  logTile: {
    method: 'GET',
    path: '/log/tile/{*}',
    summary: 'A hash tile or entry bundle (C2SP tlog-tiles)',
    tag: 'log',
    permission: 'look',
    parameters: z.object({ '*': tilePath }),
    status: 200,
    media: 'application/octet-stream',
    immutable: true,
  },
  logProof: {
    method: 'GET',
    path: '/log/proof/{id}',
    summary: 'A C2SP tlog-proof of the last record of this event',
    tag: 'log',
    permission: 'look',
    parameters: z.object({ id: identifier }),
    status: 200,
    media: 'text/plain; charset=utf-8',
  },
} as const satisfies Record<string, RouteDefinition>;
