import { decisionSchema, modeSchema, toolDefinitionSchema } from '@remit/contracts';
import { z } from 'zod';
import { agentStatusSchema } from './agents.ts';
import { agentName, plainText, reason } from './parameters.ts';
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

/**
 * What came of reading the documents again. Where `active` is false the policy before stays: the documents
 * have errors, or are a candidate that people have to agree to.
 */
const loadedSchema = z.object({
  active: z.boolean(),
  /** In force. */
  version: z.string(),
  /** Of the documents, where they wait for people. */
  candidate: z.string().optional(),
  diagnostics: z.array(diagnosticSchema),
});

const somebodySchema = z.object({
  /** A person's random id, `operator`, or `remit` where a changed file asked for it. */
  id: z.string(),
  name: z.string().optional(),
  at: z.iso.datetime(),
});

/** A version that waits for people. */
export const candidateSchema = z.object({
  version: z.string(),
  source: z.enum(['documents', 'rollback']),
  /** Groups of which somebody has to agree (empty: anybody who may approve), and how many people. */
  terms: z.object({ who: z.array(z.string()), count: z.number().int() }),
  proposed_by: z.array(somebodySchema),
  approved_by: z.array(somebodySchema),
});

/** What the workspace's documents are to the policy in force. */
export const documentsStates = ['in_force', 'waiting', 'set_aside', 'invalid'] as const;
const documentsSchema = z.object({ version: z.string().optional(), state: z.enum(documentsStates) });

export const versionStates = ['in_force', 'waiting', 'set_aside', 'kept'] as const;
export const policyVersionSchema = z.object({
  version: z.string(),
  state: z.enum(versionStates),
  /** When it was kept, or came into force last. */
  at: z.iso.datetime(),
  bytes: z.number().int(),
});

/** What `remit policies show` tells: the numbers of agents and servers are of this version. */
export const policyVersionDetailSchema = z.object({
  version: z.string(),
  state: z.enum(versionStates),
  candidate: candidateSchema.optional(),
  agents: z.number().int(),
  servers: z.array(z.string()),
  documents: z.array(z.object({ path: z.string(), bytes: z.number().int(), digest: z.string() })),
  /** What it decides otherwise than the version in force: the object that its event holds, and as Markdown. */
  changes: z.looseObject({}),
  difference: z.string(),
});

const byVersion = z.object({
  version: z.string().regex(/^sha256:[0-9a-f]{64}$/, '`sha256:` and 64 hexadecimal digits'),
});
const standingSchema = z.object({
  /** What decides now. */
  active: policySummarySchema,
  /** Absent where no version has come into force yet, so that nothing is allowed. */
  in_force: z.string().optional(),
  documents: documentsSchema,
  candidates: z.array(candidateSchema),
});
const decide = {
  method: 'POST',
  tag: 'policies',
  permission: 'approve',
  parameters: byVersion,
  body: z.strictObject({ note: reason.optional() }),
  status: 200,
  response: standingSchema,
} as const;

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
    summary:
      'The policy in force, versions that wait for people, and what the last reading of the documents found',
    tag: 'policies',
    permission: 'look',
    status: 200,
    response: standingSchema.extend({
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
    summary: 'Read the documents again; they come into force if they pass, or wait for people',
    tag: 'policies',
    permission: 'administer',
    status: 200,
    response: loadedSchema,
  },
  listPolicyVersions: {
    method: 'GET',
    path: '/api/v1/policies/versions',
    summary: 'The versions that are kept, newest first',
    tag: 'policies',
    permission: 'look',
    status: 200,
    response: z.object({ versions: z.array(policyVersionSchema) }),
  },
  showPolicyVersion: {
    method: 'GET',
    path: '/api/v1/policies/versions/{version}',
    summary: 'One version, and what it decides otherwise than the one in force',
    tag: 'policies',
    permission: 'look',
    parameters: byVersion,
    status: 200,
    response: policyVersionDetailSchema,
  },
  approvePolicy: {
    ...decide,
    path: '/api/v1/policies/versions/{version}/approve',
    summary: 'Agree to exactly this version; it comes into force when enough people have',
  },
  rejectPolicy: {
    ...decide,
    path: '/api/v1/policies/versions/{version}/reject',
    summary: 'Refuse this version',
  },
  rollBackPolicy: {
    method: 'POST',
    path: '/api/v1/policies/versions/{version}/rollback',
    summary: 'Bring a version that is kept into force again, or have it wait for people',
    tag: 'policies',
    permission: 'administer',
    parameters: byVersion,
    status: 200,
    response: standingSchema,
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
