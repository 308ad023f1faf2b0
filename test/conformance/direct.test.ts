/** The reference servers pass all that the conformance suite requires of a server. */
import { startReferenceServer } from '@remit/testkit';
import { describe, expect, test } from 'vitest';
import { failures, runSuite } from './suite.ts';
import type { Revision } from './suite.ts';

describe.each<[Revision, 'session' | 'stateless']>([
  ['2026-07-28', 'stateless'],
  ['2025-11-25', 'session'],
  ['2025-06-18', 'session'],
  ['2025-03-26', 'session'],
])('%s', (revision, era) => {
  test(`the ${era}-era reference server fails nothing`, async () => {
    const server = await startReferenceServer({ era, transport: 'http' });
    try {
      const results = await runSuite(revision, server.url ?? '');
      expect(failures(results)).toEqual([]);
    } finally {
      await server.close();
    }
  });
});
