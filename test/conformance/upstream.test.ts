/** Towards servers the gateway is a conforming client: what the suite requires of clients, authorization apart. */
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { failures, runClientScenario } from './suite.ts';
import type { Revision } from './suite.ts';

const script = fileURLToPath(new URL('./upstream-client.ts', import.meta.url));
const client = [
  process.execPath,
  '--conditions=remit-source',
  '--disable-warning=ExperimentalWarning',
  script,
];

test.each<[Revision, string]>([
  ['2025-11-25', 'initialize'],
  ['2025-11-25', 'tools_call'],
  ['2025-11-25', 'elicitation-sep1034-client-defaults'],
  ['2025-11-25', 'sse-retry'],
  ['2026-07-28', 'tools_call'],
  ['2026-07-28', 'request-metadata'],
  ['2026-07-28', 'sep-2322-client-request-state'],
  ['2026-07-28', 'http-standard-headers'],
  ['2026-07-28', 'http-custom-headers'],
  ['2026-07-28', 'http-invalid-tool-headers'],
  ['2026-07-28', 'json-schema-ref-no-deref'],
  ['2026-07-28', 'json-schema-2020-12-preservation'],
])('%s: %s', async (revision, scenario) => {
  const results = await runClientScenario(revision, scenario, client);
  expect(failures(results)).toEqual([]);
  expect([...results.values()].map(({ status }) => status)).not.toContain('WARNING');
});
