import { describe, it } from 'vitest';
import { checkAgreement, checkOrder } from './oracle/agreement.ts';

describe('decide, at length', () => {
  it('agrees with the oracle on 100,000 random policies, each with twenty random calls', () => {
    checkAgreement(100_000);
  });

  it('does not depend on the order of anything in 10,000 random policies', () => {
    checkOrder(10_000);
  });
});
