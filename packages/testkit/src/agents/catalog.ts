/** What both official clients ask for in the same words: lists, resources, prompts, completions. */
import { jsonObjects } from './agent.ts';
import type { TestAgent } from './agent.ts';

/** The part of a client that is alike in SDK v1 and v2. */
interface CatalogClient {
  listTools(): Promise<{ tools: { name: string }[] }>;
  listResources(): Promise<{ resources: { uri: string }[] }>;
  listResourceTemplates(): Promise<{ resourceTemplates: { uriTemplate: string }[] }>;
  readResource(params: { uri: string }): Promise<{ contents: unknown }>;
  listPrompts(): Promise<{ prompts: { name: string }[] }>;
  getPrompt(params: { name: string; arguments: Record<string, string> }): Promise<{ messages: unknown }>;
  complete(params: {
    ref: { type: 'ref/prompt'; name: string };
    argument: { name: string; value: string };
  }): Promise<{ completion: { values: string[] } }>;
  close(): Promise<void>;
}

type Catalog = Pick<
  TestAgent,
  | 'listTools'
  | 'listResources'
  | 'listTemplates'
  | 'read'
  | 'listPrompts'
  | 'getPrompt'
  | 'complete'
  | 'close'
>;

export function catalogOf(client: CatalogClient): Catalog {
  return {
    listTools: async () => (await client.listTools()).tools.map((tool) => tool.name),
    listResources: async () => (await client.listResources()).resources.map((resource) => resource.uri),
    listTemplates: async () =>
      (await client.listResourceTemplates()).resourceTemplates.map((template) => template.uriTemplate),
    read: async (uri) => jsonObjects.parse((await client.readResource({ uri })).contents),
    listPrompts: async () => (await client.listPrompts()).prompts.map((prompt) => prompt.name),
    getPrompt: async (name, args = {}) =>
      jsonObjects.parse((await client.getPrompt({ name, arguments: args })).messages),
    complete: async (name, argument, value) => {
      const ref = { type: 'ref/prompt', name } as const;
      return (await client.complete({ ref, argument: { name: argument, value } })).completion.values;
    },
    close: () => client.close(),
  };
}
