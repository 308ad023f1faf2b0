import type { JsonObject, JsonValue } from '@remit/contracts';
import type { Call, ToolReply } from './call.ts';

/** A JSON Schema of an object, in the form that the types of both SDKs take. */
export interface ObjectSchema {
  type: 'object';
  properties?: Record<string, JsonObject>;
  required?: string[];
  [keyword: string]: JsonValue;
}

export interface ReferenceDefinition {
  name: string;
  description: string;
  inputSchema: ObjectSchema;
  outputSchema?: ObjectSchema;
  annotations?: { readOnlyHint: boolean };
}

/** One tool of the reference server: its definition exactly as listed, and what it does. */
export interface ReferenceTool {
  definition: ReferenceDefinition;
  /** Only servers of this era list it; all do where it is absent. */
  era?: Call['era'];
  /** A server of the stateless era runs it as a task or not at all. */
  task_required?: true;
  run(args: JsonObject, call: Call): ToolReply | Promise<ToolReply>;
}

/** An input schema with these properties, all of them required. */
export function requiring(properties: Record<string, JsonObject>): ObjectSchema {
  return { type: 'object', properties, required: Object.keys(properties) };
}

export const noArguments: ObjectSchema = { type: 'object', properties: {} };
