/** Nothing of the conformance suite that passes direct fails through the gateway. */
import { startReverseProxy } from '@remit/testkit';
import type { ReverseProxy } from '@remit/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startGoverned } from '../e2e/allow-all.ts';
import type { Era, Governed } from '../e2e/allow-all.ts';
import { regressions, runSuite } from './suite.ts';
import type { Revision } from './suite.ts';

/**
 * Checks that do not apply through the gateway. It answers with JSON where nothing but the result is
 * to be sent (a server's choice, basic/transports "Sending Messages to the Server", 5), so there is
 * no stream to prime, to cut and to resume; the suite says so itself and fails nothing.
 */
const answersWithJson = [
  'server-sse-multiple-streams:server-sse-streams-functional',
  'server-sse-polling:server-sse-priming-event',
  'server-sse-polling:server-sse-retry-field',
  'server-sse-polling:server-sse-disconnect-resume',
];

describe.each<[Era, [Revision, notApplicable: string[]][]]>([
  ['stateless', [['2026-07-28', []]]],
  [
    'session',
    [
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
    async (revision, notApplicable) => {
      const direct = await runSuite(revision, governed.reference.url ?? '');
      const through = await runSuite(revision, `${shim.origin}/mcp`);
      const worse = regressions(direct, through).filter((each) => !notApplicable.includes(each.check));
      expect(worse).toEqual([]);
      for (const check of notApplicable) {
        expect(direct.get(check)?.status).toBe('SUCCESS');
        expect(through.has(check), `${check} applies: take it off the list`).toBe(false);
      }
    },
    120_000,
  );
});
