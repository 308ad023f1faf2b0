/** Levels of risk, and the risk baseline documents: the controls that agents of a level get and must keep. */
import { tiers } from '@remit/contracts';
import type { Tier } from '@remit/contracts';
import { describeAs } from './described.ts';
import { controlKeys, controlsOf } from './controls.ts';
import type { ControlKeys } from './controls.ts';
import { readLimits } from './limits.ts';
import type { Limit } from './limits.ts';
import { listOf, oneOf, readWord, shaped } from './reading.ts';
import type { Reader, Word } from './reading.ts';
import type { Powers } from './powers.ts';
import type { ToolEffect } from './tools.ts';

/** From the least to the most. */
export const risks = ['low', 'medium', 'high', 'critical'] as const;
export type Risk = (typeof risks)[number];

/** Controls that a baseline can ask for, though it cannot supply them. */
const requirements = ['owner', 'purpose', 'data', 'limits', 'unattended', 'flows', 'retention'] as const;
export type Requirement = (typeof requirements)[number];

/** The least tier of actions with this effect; `every` is any action. */
type TierFloors = { [Effect in ToolEffect | 'every']?: Tier };

export interface BaselineDocument extends Powers {
  kind: 'risk';
  level: Risk;
  name: Word;
  tiers: TierFloors;
  require: Requirement[];
}

interface BaselineKeys extends ControlKeys {
  risk: Word;
  limits: Limit[];
  tiers: TierFloors;
  require: Requirement[];
}

const readFloor = oneOf(tiers.filter((tier) => tier !== 'blocked'));

const readKeys = shaped<BaselineKeys>({
  what: 'a risk baseline',
  keys: {
    risk: readWord,
    limits: readLimits,
    tiers: shaped<Required<TierFloors>>({
      what: '`tiers`',
      keys: {
        read: readFloor,
        write: readFloor,
        destructive: readFloor,
        external: readFloor,
        every: readFloor,
      },
    }),
    require: listOf(oneOf(requirements)),
    ...controlKeys,
  },
});

const readLevel = oneOf(risks);

export const readBaseline: Reader<BaselineDocument> = (tree, reading) => {
  const read = readKeys(tree, reading);
  const written = tree.kind === 'mapping' ? tree.entries.get('risk')?.value : undefined;
  if (read?.risk === undefined || written === undefined) return undefined;
  const level = readLevel(written, { ...reading, path: 'risk' });
  if (level === undefined) return undefined;
  return {
    kind: 'risk',
    title: `risk ${level}`,
    name: read.risk,
    level,
    spot: tree.spot,
    access: {},
    guardrails: {},
    limits: read.limits ?? [],
    tiers: read.tiers ?? {},
    require: read.require ?? [],
    controls: controlsOf(read),
  };
};

describeAs(readBaseline, readKeys);
