/**
 * What a tool or prompt of the reference server sees of the request that it serves. The same code
 * serves both protocol eras: it asks for input by returning `Asked`, as MCP 2026-07-28 has it
 * (basic/patterns/mrtr); the session era's binding turns that into server requests and runs it again.
 */
import type { JsonObject } from '@remit/contracts';
import type { CallToolResult, GetPromptResult, LoggingLevel } from '@modelcontextprotocol/sdk/types.js';
import type { Asked } from './asked.ts';
import type { ReferenceState } from './state.ts';

/**
 * "This may take long": it goes on as a task where the client takes tasks, else within the request.
 * Called again with the answers, as the tool itself, where it asks.
 */
export interface Deferred {
  defer(call: Call): CallToolResult | Asked | Promise<CallToolResult | Asked>;
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

export type ToolReply = CallToolResult | Asked | Deferred;
export type PromptReply = GetPromptResult | Asked;

export function isDeferred(reply: object): reply is Deferred {
  return 'defer' in reply;
}

export function text(value: string): CallToolResult {
  return { content: [{ type: 'text', text: value }] };
}
