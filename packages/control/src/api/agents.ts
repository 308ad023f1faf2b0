import { modeSchema } from '@remit/contracts';
import { z } from 'zod';
import { agentName, identifier, reason } from './parameters.ts';
import type { RouteDefinition } from './route.ts';

export const agentStatusSchema = z.enum(['active', 'suspended', 'quarantined', 'retired']);

export const agentSchema = z.object({
  name: z.string(),
  status: agentStatusSchema,
  registered_at: z.iso.datetime(),
  /** False where the active policy does not name it. */
  in_policy: z.boolean(),
  owner: z.string().optional(),
  team: z.string().optional(),
  purpose: z.string().optional(),
  risk: z.enum(['low', 'medium', 'high', 'critical']).optional(),
  mode: modeSchema.optional(),
  place: z
    .object({ file: z.string().optional(), line: z.number().optional(), column: z.number().optional() })
    .optional(),
  keys: z.array(z.object({ id: z.string(), issued_at: z.iso.datetime() })),
});
export type Agent = z.infer<typeof agentSchema>;

export const issuedKeySchema = z.object({
  agent: z.string(),
  /** `remit_…`, shown this once. */
  key: z.string(),
  key_id: z.string(),
});

const byName = z.object({ name: agentName });
const change = { tag: 'agents', permission: 'administer' } as const;
const changeState = {
  ...change,
  method: 'POST',
  parameters: byName,
  body: z.strictObject({ reason: reason.optional() }),
  status: 200,
  response: agentSchema,
} as const;

export const agentRoutes = {
  listAgents: {
    method: 'GET',
    path: '/api/v1/agents',
    summary: 'All agents, by name',
    tag: 'agents',
    permission: 'look',
    status: 200,
    response: z.object({ agents: z.array(agentSchema) }),
  },
  showAgent: {
    method: 'GET',
    path: '/api/v1/agents/{name}',
    summary: 'One agent',
    tag: 'agents',
    permission: 'look',
    parameters: byName,
    status: 200,
    response: agentSchema,
  },
  addAgent: {
    ...change,
    method: 'POST',
    path: '/api/v1/agents',
    summary: 'Register an agent that policy does not name (observe mode, no agent documents)',
    body: z.strictObject({ name: agentName }),
    status: 201,
    response: agentSchema,
  },
  issueAgentKey: {
    ...change,
    method: 'POST',
    path: '/api/v1/agents/{name}/token',
    summary: 'Issue a further key; it is shown in this answer only',
    parameters: byName,
    status: 201,
    response: issuedKeySchema,
    shown_once: true,
  },
  revokeAgentKey: {
    ...change,
    method: 'DELETE',
    path: '/api/v1/agents/{name}/keys/{key_id}',
    summary: 'Revoke one key',
    parameters: z.object({ name: agentName, key_id: identifier }),
    status: 204,
  },
  suspendAgent: {
    ...changeState,
    path: '/api/v1/agents/{name}/suspend',
    summary: 'Refuse its calls from the next one on',
  },
  resumeAgent: {
    ...changeState,
    path: '/api/v1/agents/{name}/resume',
    summary: 'End a suspension or quarantine',
  },
  quarantineAgent: {
    ...changeState,
    path: '/api/v1/agents/{name}/quarantine',
    summary: 'Suspend on suspicion',
  },
  retireAgent: {
    ...changeState,
    path: '/api/v1/agents/{name}/retire',
    summary: 'End it for good and revoke its keys',
  },
} as const satisfies Record<string, RouteDefinition>;
