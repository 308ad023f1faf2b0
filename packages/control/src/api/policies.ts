import { decisionSchema, modeSchema, toolDefinitionSchema } from '@remit/contracts';
import { z } from 'zod';
import { agentStatusSchema } from './agents.ts';
import { agentName, plainText } from './parameters.ts';
import { personName } from './people.ts';
import type { RouteDefinition } from './route.ts';

export const diagnosticSchema = z.object({
  severity: z.enum(['error', 'warning', 'note']),
  code: z.string(),
  message: z.string(),
  place: z.object({
    file: z.string().optional(),
    line: z.number().optional(),
    column: z.number().optional(),
  }),
  remedy: z.string().optional(),
});

export const policySummarySchema = z.object({
  version: z.string(),
  workspace: z.string(),
  mode: modeSchema,
  environment: z.string().optional(),
  agents: z.number().int(),
  servers: z.number().int(),
});

/** What came of reading the documents again: `active` false means that the policy before stays. */
const loadedSchema = z.object({
  active: z.boolean(),
  version: z.string(),
  diagnostics: z.array(diagnosticSchema),
});

export const toolDriftSchema = z.object({
  server: z.string(),
  tool: z.string(),
  /** `unseen`: the server is not connected, so nothing can be said of it. */
  status: z.enum(['same', 'changed', 'added', 'removed', 'unseen']),
  locked_digest: z.string().optional(),
  live_digest: z.string().optional(),
  /** Both definitions, where they differ. */
  locked: toolDefinitionSchema.optional(),
  live: toolDefinitionSchema.optional(),
});

export const policyRoutes = {
  showPolicy: {
    method: 'GET',
    path: '/api/v1/policies',
    summary: 'The active policy, and what the last reading of the documents found',
    tag: 'policies',
    permission: 'look',
    status: 200,
    response: z.object({
      active: policySummarySchema,
      last_load: z.object({
        at: z.iso.datetime(),
        activated: z.boolean(),
        diagnostics: z.array(diagnosticSchema),
      }),
    }),
  },
  reloadPolicy: {
    method: 'POST',
    path: '/api/v1/policies/reload',
    summary: 'Read the documents again and activate them if they pass',
    tag: 'policies',
    permission: 'administer',
    status: 200,
    response: loadedSchema,
  },
  explainDecision: {
    method: 'POST',
    path: '/api/v1/decisions/explain',
    summary: 'What would be decided, and why; nothing runs',
    tag: 'policies',
    permission: 'look',
    body: z.strictObject({
      agent: agentName,
      /** `server/tool`, or the bare name where it is unique. */
      tool: plainText(512),
      arguments: z.record(z.string(), z.json()).optional(),
      user: personName.optional(),
    }),
    status: 200,
    response: z.object({
      agent: z.string(),
      agent_status: agentStatusSchema.optional(),
      server: z.string(),
      tool: z.string(),
      decision: decisionSchema,
    }),
  },
  diffTools: {
    method: 'GET',
    path: '/api/v1/tools',
    summary: 'The live tools against tools.lock',
    tag: 'tools',
    permission: 'look',
    status: 200,
    response: z.object({ tools: z.array(toolDriftSchema) }),
  },
  acceptTools: {
    method: 'POST',
    path: '/api/v1/tools/accept',
    summary: 'Take live definitions into tools.lock, exactly as they were shown',
    tag: 'tools',
    permission: 'administer',
    body: z.strictObject({
      tools: z
        .array(
          z.strictObject({
            server: plainText(256),
            tool: plainText(256),
            /** The live digest that was reviewed; null accepts that the tool is gone. */
            digest: z.string().max(128).nullable(),
          }),
        )
        .min(1)
        .max(5000),
    }),
    status: 200,
    response: loadedSchema,
  },
} as const satisfies Record<string, RouteDefinition>;
