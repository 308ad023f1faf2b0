/** The `defaults:` part of the workspace document: what agents get that say nothing of it themselves. */
import { describeAs } from './described.ts';
import { controlKeys, controlsOf } from './controls.ts';
import type { ControlKeys } from './controls.ts';
import { readLimits } from './limits.ts';
import type { Limit } from './limits.ts';
import { shaped } from './reading.ts';
import type { Reader } from './reading.ts';
import type { Powers } from './powers.ts';

export interface DefaultsDocument extends Powers {
  kind: 'defaults';
}

const readKeys = shaped<ControlKeys & { limits: Limit[] }>({
  what: '`defaults`',
  keys: { limits: readLimits, ...controlKeys },
});

export const readDefaults: Reader<DefaultsDocument> = (tree, reading) => {
  const read = readKeys(tree, reading);
  if (read === undefined) return undefined;
  return {
    kind: 'defaults',
    title: 'workspace',
    spot: tree.spot,
    access: {},
    guardrails: {},
    limits: read.limits ?? [],
    controls: controlsOf(read),
  };
};

describeAs(readDefaults, readKeys);
