/**
 * How a server is spoken to once its era is known: `session.ts` (2024-11-05 to 2025-11-25, an
 * `initialize` handshake) or `stateless.ts` (2026-07-28, everything in each request).
 */
import { isJsonObject } from '@remit/contracts';
import type { Bounds, Clock, JsonObject, ToolDefinition } from '@remit/contracts';
import type { Logger } from 'pino';
import type { UpstreamAnswer, UpstreamRequest } from '../../exchange.ts';
import type { Connection } from '../connection.ts';
import type { UpstreamCounts } from '../counts.ts';

export const modern_version = '2026-07-28';
export const legacy_versions = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'] as const;

/** What the server says of itself. */
export interface Introduction {
  server_info: JsonObject;
  capabilities: JsonObject;
  instructions?: string;
  protocol_version: string;
}

export const list_kinds = ['tools', 'resources', 'prompts'] as const;
export type ListKind = (typeof list_kinds)[number];

export interface EraEvents {
  /** The server says that a list has changed, or may have changed unnoticed. */
  listChanged(kind: ListKind): void;
  resourceUpdated(uri: string): void;
  /** The server asks for input in calls of this tool or prompt. */
  asked(subject: string): void;
}

export interface EraDependencies {
  connection: Connection;
  events: EraEvents;
  bounds: Bounds;
  counts: UpstreamCounts;
  clock: Clock;
  logger: Logger;
  random: () => number;
  client_info: { name: string; version: string };
}

/** An answer, or the handle of a task that will have one (`../task.ts`). */
export type EraAnswer = UpstreamAnswer | { kind: 'task'; handle: JsonObject };

export interface Era {
  readonly introduction: Introduction;
  /** Takes over the connection: nothing before that changes it, so that two eras can be tried at once. */
  attach(): Promise<void>;
  /** An agent's request: sent once. */
  request(request: UpstreamRequest): Promise<EraAnswer>;
  /** A request of Remit's own, such as a page of a list, or the state of a task. */
  ask(method: string, params: JsonObject, signal: AbortSignal): Promise<UpstreamAnswer>;
  /** The tools as just listed, for what their definitions demand of a call. */
  learnTools(tools: readonly ToolDefinition[]): void;
  /** Why a tool that is otherwise well-formed cannot be called in this era over this transport. */
  refuseTool(tool: ToolDefinition): string | undefined;
  /** Receives change notifications from now on, for the lists and for these resources. */
  listen(watched: ReadonlySet<string>): void;
  watch(uri: string): Promise<void>;
  unwatch(uri: string): Promise<void>;
  close(): void;
}

/** The lists that the server has at all. */
export function offeredLists({ capabilities }: Introduction): ListKind[] {
  return list_kinds.filter((kind) => kind in capabilities);
}

/** Capabilities of Remit as a client: what it can carry to an agent and back. */
export const bridged_capabilities = {
  elicitation: { form: {}, url: {} },
  sampling: { context: {}, tools: {} },
  roots: {},
} as const satisfies JsonObject;

export const tasks_extension = 'io.modelcontextprotocol/tasks';

/** Whether the server may answer calls with tasks, where their client takes them. */
export function offersTasks({ capabilities }: Pick<Introduction, 'capabilities'>): boolean {
  const { extensions } = capabilities;
  return isJsonObject(extensions) && isJsonObject(extensions[tasks_extension]);
}
