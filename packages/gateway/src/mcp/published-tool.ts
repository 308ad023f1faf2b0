/** A tool's definition as agents get it: its name in the federation, and a schema that refusals fit. */
import type { JsonObject } from '@remit/contracts';
import { publishedOutputSchema } from '@remit/inspect';
import { dataRules } from '@remit/policy';
import type { ListRequest } from './list-request.ts';
import type { ToolEntry } from './view.ts';
import { isModern } from './versions.ts';
import { without } from './without.ts';

export function publishedTool(request: ListRequest, name: string, { definition }: ToolEntry): JsonObject {
  const { outputSchema } = definition;
  // Tasks of 2025-11-25 are not offered, so neither is how a tool would take part in them.
  const published: JsonObject = { ...without(definition, ['execution', 'outputSchema']), name };
  if (outputSchema) {
    published['outputSchema'] = publishedOutputSchema(outputSchema, {
      rules: dataRules(request.policy, request.agent),
      root: isModern(request.version) ? 'any' : 'object',
    });
  }
  return published;
}
