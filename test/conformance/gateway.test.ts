/**
 * Nothing of the conformance suite that passes direct fails through the gateway: with the suite and
 * the server behind the gateway of one era, and with the suite of one era and the server of the other.
 */
import { startReferenceServer, startReverseProxy } from '@remit/testkit';
import type { ReverseProxy } from '@remit/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startGoverned } from '../e2e/allow-all.ts';
import type { Era, Governed } from '../e2e/allow-all.ts';
import { regressions, runSuite } from './suite.ts';
import type { Results, Revision } from './suite.ts';

/**
 * The gateway answers with JSON where nothing but the result is to be sent (a server's choice,
 * basic/transports "Sending Messages to the Server", 5). So there is no stream to prime, to cut and to
 * resume; the suite says itself that these checks do not apply, and fails nothing.
 */
const answersWithJson = [
  'server-sse-multiple-streams:server-sse-streams-functional',
  'server-sse-polling:server-sse-disconnect-resume',
  'server-sse-polling:server-sse-priming-event',
  'server-sse-polling:server-sse-retry-field',
];

/**
 * What no gateway can make of a server of the session era: it asks one question after the other, its
 * questions have no keys, its rounds begin with a live call, and it was told at the handshake, once for
 * all clients, what clients can answer. (Where the first round differs, the suite does not run the second.)
 */
const oldServersAskOneByOne = [
  'input-required-result-basic-elicitation:sep-2322-elicitation-complete',
  'input-required-result-basic-elicitation:sep-2322-elicitation-incomplete',
  'input-required-result-capability-check:sep-2322-respect-client-capabilities',
  'input-required-result-ignore-extra-params:sep-2322-ignore-unexpected-params',
  'input-required-result-multiple-input-requests:sep-2322-multiple-inputs-complete',
  'input-required-result-multiple-input-requests:sep-2322-multiple-inputs-incomplete',
  'server-stateless:sep-2575-missing-capability-http-400',
  'server-stateless:sep-2575-server-rejects-undeclared-capability',
];

/**
 * Tasks of the extension of 2026-07-28 are made by servers; one of the session era makes none, and its
 * calls are waited for.
 */
const oldServersMakeNoTasks = [
  'tasks-capability-negotiation:sep-2663-server-rejects-undeclared-client',
  'tasks-capability-negotiation:tasks-per-request-meta-opt-in',
  'tasks-dispatch-and-envelope:sep-2663-durable-create-strong-consistency',
  'tasks-dispatch-and-envelope:tasks-immediate-result-shortcut',
  'tasks-dispatch-and-envelope:tasks-result-type-complete-on-non-task-responses',
  'tasks-dispatch-and-envelope:tasks-server-directed-creation-no-hint',
  'tasks-lifecycle:sep-2663-cancel-ack-empty-result',
  'tasks-lifecycle:sep-2663-result-type-task-on-create',
  'tasks-lifecycle:sep-2663-tasks-get-status-completed',
  'tasks-lifecycle:sep-2663-tasks-get-status-failed',
  'tasks-lifecycle:sep-2663-tasks-get-status-working',
  'tasks-lifecycle:sep-2663-tool-error-uses-completed-status',
  'tasks-lifecycle:tasks-cancel-terminal-idempotent-ack',
  'tasks-mrtr-composition:sep-2663-mrtr-synchronous-before-task-creation',
  'tasks-mrtr-input:sep-2663-tasks-get-status-input-required',
  'tasks-mrtr-input:tasks-mrtr-partial-fulfillment',
  'tasks-mrtr-input:tasks-mrtr-tasks-update-resumes',
  'tasks-request-headers:sep-2663-routing-headers-accepted-on-tasks-get',
  'tasks-request-headers:sep-2663-server-rejects-mismatched-mcp-name-on-tasks-get',
  'tasks-request-state-removal:tasks-create-result-no-request-state',
  'tasks-request-state-removal:tasks-get-detailed-no-request-state',
  'tasks-required-task-error:sep-2663-server-returns-missing-capability-data-shape',
  'tasks-required-task-error:sep-2663-server-returns-missing-capability-when-required',
  'tasks-wire-fields:tasks-no-early-ttl-expiry',
  'tasks-wire-fields:tasks-no-related-task-meta-on-inlined-result',
  'tasks-wire-fields:tasks-wire-field-renames',
];

/** What each revision's checks end as, without a gateway, on the reference server of its own era. */
async function withoutGateway(revision: Revision): Promise<Results> {
  const era = revision === '2026-07-28' ? 'stateless' : 'session';
  const server = await startReferenceServer({ era, transport: 'http' });
  try {
    return await runSuite(revision, server.url ?? '');
  } finally {
    await server.close();
  }
}

describe.each<[Era, [Revision, differing: string[]][]]>([
  [
    'stateless',
    [
      ['2026-07-28', []],
      ['2025-11-25', answersWithJson],
    ],
  ],
  [
    'session',
    [
      ['2026-07-28', [...oldServersAskOneByOne, ...oldServersMakeNoTasks]],
      ['2025-11-25', answersWithJson],
      ['2025-06-18', []],
      ['2025-03-26', []],
    ],
  ],
])('in front of a %s-era server', (era, revisions) => {
  let governed: Governed;
  let shim: ReverseProxy;
  beforeAll(async () => {
    governed = await startGoverned(era, 'http');
    // The suite cannot send an agent's key.
    const authorization = `Bearer ${await governed.remit.key('tester')}`;
    shim = await startReverseProxy({ target: governed.remit.origin, headers: { authorization } });
  });
  afterAll(async () => {
    await shim.close();
    await governed.stop();
  });

  test.each(revisions)(
    'the checks of %s end as they do without the gateway',
    async (revision, differing) => {
      const through = await runSuite(revision, `${shim.origin}/mcp`);
      const worse = regressions(await withoutGateway(revision), through);
      expect(worse.filter(({ check }) => !differing.includes(check))).toEqual([]);
      // A listed difference that is gone has to leave the list.
      expect(worse.map(({ check }) => check)).toEqual(differing);
    },
    120_000,
  );
});
