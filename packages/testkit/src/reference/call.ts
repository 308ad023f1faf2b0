/**
 * What a tool or prompt of the reference server sees of the request that it serves. The same code
 * serves both protocol eras: it asks for input by returning `Asked`, as MCP 2026-07-28 has it
 * (basic/patterns/mrtr); the session era's binding turns that into server requests and runs it again.
 */
import type { JsonObject } from '@remit/contracts';
import type { CallToolResult, GetPromptResult, LoggingLevel } from '@modelcontextprotocol/sdk/types.js';
import type { ReferenceState } from './state.ts';

/** `elicitation/create`, `sampling/createMessage` or `roots/list`. */
export interface InputRequest {
  method: 'elicitation/create' | 'sampling/createMessage' | 'roots/list';
  params?: JsonObject;
}

/** "I need these answers first": the work is called again with them under the same keys. */
export interface Asked {
  ask: Record<string, InputRequest>;
  /** Comes back as `state` with the answers; travels sealed through the client in the modern era. */
  state?: JsonObject;
}

export interface Call {
  readonly era: 'session' | 'stateless';
  /** What the client declared that it can do. */
  readonly capabilities: JsonObject;
  readonly signal: AbortSignal;
  readonly progress_token: string | number | undefined;
  /** Answers to the last `Asked`, as the client sent them. */
  readonly answers: JsonObject;
  readonly state: JsonObject | undefined;
  readonly server: ReferenceState;
  /** Does nothing where the client asked for no progress. */
  progress(progress: number, total: number, message: string): Promise<void>;
  log(level: LoggingLevel, data: string): Promise<void>;
  /** Cuts the response stream so that the client has to resume it; only session-era HTTP can. */
  closeStream(): void;
}

export type ToolReply = CallToolResult | Asked;
export type PromptReply = GetPromptResult | Asked;

export function isAsked(reply: object): reply is Asked {
  return 'ask' in reply;
}

export function text(value: string): CallToolResult {
  return { content: [{ type: 'text', text: value }] };
}
