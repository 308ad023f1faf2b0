import { z } from 'zod';
import type { JsonObject, JsonValue } from './json.ts';

/** What an agent can do through Remit. The audit event of an action carries the same word. */
export const actionKinds = [
  'tool_invoke',
  'resource_read',
  'prompt_get',
  'completion',
  'sampling',
  'elicitation',
  'agent_message',
  'model_call',
] as const;
export const actionKindSchema = z.enum(actionKinds);
export type ActionKind = z.infer<typeof actionKindSchema>;

/**
 * The context that an agent may pass with a call (surface.md): recorded, and readable by conditions.
 * It is the agent's claim, never an identity. Further keys are kept as they are.
 */
export const contextSchema = z
  .object({
    conversation_id: z.string().max(256).optional(),
    customer_id: z.string().max(256).optional(),
    triggered_by: z.string().max(256).optional(),
  })
  .catchall(z.union([z.string().max(1024), z.number(), z.boolean()]));
export type Context = z.infer<typeof contextSchema>;

/**
 * One thing that an agent wants to do, free of the protocol it arrived by. Adapters make it,
 * `enforce` decides and performs it. Everything in it comes from the identified caller; nothing in
 * it is trusted beyond `agent` and `user`.
 */
export interface Action {
  /** Random; joins decision, records, span, approval and answer. */
  id: string;
  kind: ActionKind;
  /** Name of the identified agent. */
  agent: string;
  /** The person on whose behalf it acts, from a delegated token; absent when it acts unattended. */
  user?: string;
  /** The upstream server that would perform it. */
  server: string;
  /** Tool name, prompt name, resource URI; for sampling and elicitation the server's own name. */
  target: string;
  arguments: JsonObject;
  context: Context;
  /** True where `context.conversation_id` is more than the agent's claim: Remit gave it out, or a verified token names it. */
  attested?: true;
  /** Why the agent says that it does this: a claim. */
  rationale?: string;
  /** RFC 3339, UTC, milliseconds. */
  received_at: string;
  /** Protocol session, where there is one. */
  session?: string;
  /** W3C trace id, 32 hex digits. */
  trace_id?: string;
  via: 'mcp' | 'a2a' | 'model' | 'authzen' | 'sdk';
  /** Digest of the tool's live definition, `sha256:…`. */
  tool_digest?: string;
}

/** How performing an action ended, protocol-free. */
export type Performed =
  | { result: 'success'; value: JsonValue }
  /** The upstream answered that it failed (an `isError` result or a JSON-RPC error). */
  | { result: 'error'; value: JsonValue }
  /** Ended by the agent before an answer came. */
  | { result: 'cancelled'; sent: boolean }
  /** No answer, and it cannot be said whether the upstream acted. `sent: false` is a proof that it did not. */
  | { result: 'unknown'; sent: boolean; reason: string };
