/** The official clients of both eras behind one shape, so that one test drives either. */
import type { JsonObject } from '@remit/contracts';
import { z } from 'zod';

/** Where an agent connects to. */
export type Endpoint =
  | { transport: 'http' | 'sse'; url: string; headers?: Record<string, string> }
  | { transport: 'stdio'; command: readonly string[]; env?: Record<string, string> };

export interface CallOptions {
  signal?: AbortSignal;
  /** Asks for progress. */
  onProgress?: (progress: number) => void;
}

/** As plain JSON, whatever classes and types the client has for it. */
export const jsonObjects = z.array(z.record(z.string(), z.json()));

export const toolAnswer = z.object({
  content: jsonObjects,
  structuredContent: z.json().optional(),
  isError: z.boolean().optional(),
});
export type ToolAnswer = z.infer<typeof toolAnswer>;

export interface TestAgent {
  /** Change notifications in the order of their arrival: the method, for an update with the URI after it. */
  readonly changes: readonly string[];
  /** Texts of the log messages that came. */
  readonly logs: readonly string[];
  listTools(): Promise<string[]>;
  /** Rejects for protocol errors; a failed tool is an answer with `isError`. */
  call(tool: string, args?: JsonObject, options?: CallOptions): Promise<ToolAnswer>;
  /** URIs. */
  listResources(): Promise<string[]>;
  listTemplates(): Promise<string[]>;
  read(uri: string): Promise<JsonObject[]>;
  listPrompts(): Promise<string[]>;
  /** The messages. */
  getPrompt(prompt: string, args?: Record<string, string>): Promise<JsonObject[]>;
  complete(prompt: string, argument: string, value: string): Promise<string[]>;
  /** Asks to be told of changes of all lists, and of this resource. */
  watch(uri: string): Promise<void>;
  /** Asks for log messages of every level; in the stateless era with each call that follows. */
  wantLogs(): Promise<void>;
  close(): Promise<void>;
}

/** How both test agents answer what servers ask. */
export const answers = {
  page: { action: 'accept' },
  sampling: { model: 'test-model', role: 'assistant', content: { type: 'text', text: 'Paris' } },
  roots: { roots: [{ uri: 'file:///work', name: 'work' }] },
} as const;

/** A form accepted with `blue` in every field. */
export function filledForm(params: object): { action: 'accept'; content: Record<string, string> } {
  const { requestedSchema } = z.object({ requestedSchema: formSchema }).parse(params);
  const fields = Object.keys(requestedSchema.properties).map((name) => [name, 'blue'] as const);
  return { action: 'accept', content: Object.fromEntries(fields) };
}

const formSchema = z.object({ properties: z.record(z.string(), z.unknown()) });

export const clientInfo = { name: 'remit-test-agent', version: '1.0.0' };

export const clientCapabilities = { elicitation: { form: {}, url: {} }, sampling: {}, roots: {} };
