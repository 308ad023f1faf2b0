/** The documents of a workspace as one JSON Schema, so that editors complete and check them. */
import type { JsonObject } from '@remit/contracts';
import { schemaOf } from './described.ts';
import { readAgent, readGuardrailsDocument, readRole } from './remit.ts';
import { readBaseline } from './risk.ts';
import { readWorkspace } from './workspace.ts';

/** The key that tells what a document is, and who reads it. */
const kinds = {
  workspace: readWorkspace,
  agent: readAgent,
  role: readRole,
  guardrails: readGuardrailsDocument,
  risk: readBaseline,
} as const;

/**
 * JSON Schema 2020-12, made from the readers that the checker goes by. It is no stricter than they are:
 * names, conditions and what belongs together are for `remit check`.
 */
export function policySchema(): JsonObject {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Remit policy document',
    anyOf: Object.entries(kinds).map(([key, reader]) => ({ ...schemaOf(reader), required: [key] })),
  };
}
