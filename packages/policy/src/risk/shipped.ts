/**
 * The baselines that Remit ships. They are written in the language itself, so that a workspace can take
 * one as the start of its own; a document `risk: LEVEL` replaces what it names, key by key.
 */
import { Findings } from '../diagnostics.ts';
import { readBaseline } from '../document/risk.ts';
import type { BaselineDocument, Risk } from '../document/risk.ts';
import { readDocuments } from '../document/tree.ts';

const shippedBaselines = {
  path: 'remit:baselines.yaml',
  text: `# Reads what is not sensitive. Every call is decided and recorded, as always.
risk: low
flows:
  - { from: untrusted, to: [external, irreversible], then: approve }
  - { from: sensitive, to: external, then: approve, by: owner }
---
# Changes things that can be changed back. The limit stops a runaway, and nothing else.
risk: medium
limits: { calls: 100000/hour }
flows:
  - { from: untrusted, to: [external, irreversible], then: approve }
  - { from: sensitive, to: external, then: approve, by: owner }
---
# Destroys, reaches outside, moves money, or sees restricted data: full governance.
risk: high
limits: { calls: 10000/hour }
tiers: { destructive: approval, external: approval }
flows:
  - { from: untrusted, to: [external, irreversible], then: approve }
  - { from: sensitive, to: external, then: approve, by: owner }
retention: 1y
---
# A person approves every action.
risk: critical
limits: { calls: 1000/hour }
tiers: { every: approval }
flows:
  - { from: untrusted, to: [external, irreversible], then: approve }
  - { from: sensitive, to: external, then: approve, by: owner }
retention: 1y
`,
};

/** Fresh for each load: nothing of one policy is shared with another. */
export function readShippedBaselines(): Map<Risk, BaselineDocument> {
  const findings = new Findings();
  const baselines = readDocuments(shippedBaselines, findings).flatMap(
    (tree) => readBaseline(tree, { findings, path: '' }) ?? [],
  );
  return new Map(baselines.map((baseline) => [baseline.level, baseline]));
}
