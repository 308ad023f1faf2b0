/** The baseline of each level of risk: the shipped one, with what the workspace's own document replaces. */
import type { Tier } from '@remit/contracts';
import type { BaselineDocument, Risk } from '../document/risk.ts';
import { risks } from '../document/risk.ts';
import type { ToolEffect } from '../document/tools.ts';
import { readShippedBaselines } from './shipped.ts';

export interface Baseline {
  level: Risk;
  /** The workspace's document first, then the shipped one: what the first says of a control, the second does not. */
  layers: readonly BaselineDocument[];
}

export class Baselines {
  readonly #byLevel: ReadonlyMap<Risk, Baseline>;

  constructor(own: ReadonlyMap<Risk, BaselineDocument>) {
    const shipped = readShippedBaselines();
    const layers = (level: Risk): BaselineDocument[] =>
      [own.get(level), shipped.get(level)].filter((layer) => layer !== undefined);
    this.#byLevel = new Map(risks.map((level) => [level, { level, layers: layers(level) }]));
  }

  of(level: Risk): Baseline {
    return this.#byLevel.get(level)!;
  }
}

/** The least tier of some action, and the document that says so. */
export interface Floor {
  tier: Tier;
  from: BaselineDocument;
}

export function floorOf({ layers }: Baseline, effect: ToolEffect): Floor | undefined {
  for (const from of layers) {
    const tier = from.tiers[effect] ?? from.tiers.every;
    if (tier !== undefined) return { tier, from };
  }
  return undefined;
}
