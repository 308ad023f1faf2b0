/** The reference server as a whole: what it lists and how it finds what is called. */
import type { Prompt } from '@modelcontextprotocol/sdk/types.js';
import { askTools } from './ask-tools.ts';
import type { Call } from './call.ts';
import { contentTools } from './content-tools.ts';
import { prompts } from './prompts.ts';
import type { ReferencePrompt } from './prompts.ts';
import { roundTools } from './round-tools.ts';
import { changeable } from './state.ts';
import type { ReferenceState } from './state.ts';
import { streamTools } from './stream-tools.ts';
import { taskTools } from './task-tools.ts';
import type { ReferenceDefinition, ReferenceTool } from './tool.ts';

export type Era = Call['era'];

export const serverInfo = { name: 'remit-reference-server', version: '1.0.0' };

export const capabilities = {
  tools: { listChanged: true },
  resources: { subscribe: true, listChanged: true },
  prompts: { listChanged: true },
  logging: {},
  completions: {},
};

const allTools: readonly ReferenceTool[] = [
  ...contentTools,
  ...streamTools,
  ...askTools,
  ...roundTools,
  ...taskTools,
];

/** The tools that a server of this era lists now. */
export function listTools(era: Era, state: ReferenceState): ReferenceTool[] {
  return allTools
    .filter((tool) => tool.era === undefined || tool.era === era)
    .filter((tool) => state.lists('tools') || tool.definition.name !== changeable.tools);
}

export function toolDefinitions(era: Era, state: ReferenceState): ReferenceDefinition[] {
  return listTools(era, state).map((tool) => tool.definition);
}

export function findTool(era: Era, state: ReferenceState, name: string): ReferenceTool | undefined {
  return listTools(era, state).find((tool) => tool.definition.name === name);
}

export function promptDefinitions(state: ReferenceState): Prompt[] {
  return listPrompts(state).map((prompt) => prompt.definition);
}

export function findPrompt(state: ReferenceState, name: string): ReferencePrompt | undefined {
  return listPrompts(state).find((prompt) => prompt.definition.name === name);
}

function listPrompts(state: ReferenceState): readonly ReferencePrompt[] {
  return prompts.filter((prompt) => state.lists('prompts') || prompt.definition.name !== changeable.prompts);
}
