/** Properties of every policy; `properties.long.test.ts` goes through many more of them. */
import { mayUse } from '@remit/policy';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { checkAgreement, checkOrder } from './oracle/agreement.ts';
import { decided, documentsOf, load, textOf } from './oracle/loading.ts';
import { calls, policies } from './oracle/random.ts';

// Thousands of decisions, on a machine that may be busy.
vi.setConfig({ testTimeout: 180_000 });

describe('decide', () => {
  it('says what a slow and obvious reading of the documents says', () => {
    checkAgreement(300);
  });

  it('does not depend on the order of files, documents, keys and lists', () => {
    checkOrder(100);
  });

  it('lets an agent see everything of which some call is not refused', () => {
    fc.assert(
      fc.property(policies, calls, (policy, asked) => {
        const compiled = load([textOf(documentsOf(policy))]);
        for (const call of asked) {
          const { agent, kind, server, target } = call;
          if (decided(compiled, call).effect !== 'deny')
            expect([call, mayUse(compiled, agent, { kind, server, target })]).toEqual([call, true]);
        }
      }),
      { numRuns: 100 },
    );
  });
});
