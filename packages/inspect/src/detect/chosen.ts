/** Which detectors run, made ready once for many texts. */
import { contextualDetectors, type DetectorName, detectors, secretDetectors } from '@remit/contracts';
import { type ChosenIds, nationalIds } from './national/find.ts';
import type { NationalId } from './national/id.ts';

export interface Chosen {
  readonly kinds: ReadonlySet<string>;
  readonly nationalIds: ChosenIds;
  /** Whether any detector starts at digits, at words of letters and digits, at secrets. */
  readonly numbers: boolean;
  readonly lettered: boolean;
  readonly secrets: boolean;
  readonly contextual: boolean;
}

/** Every detector that needs no asking for. */
export const usualDetectors: readonly DetectorName[] = detectors.filter(
  (name) => !contextualDetectors.includes(name),
);

export function choose(names: Iterable<string>): Chosen {
  const kinds = new Set(names);
  const ids = (Object.entries(nationalIds) as [DetectorName, NationalId][]).filter(([name]) =>
    kinds.has(name),
  );
  const asked = (candidates: readonly string[]) => candidates.some((name) => kinds.has(name));
  return {
    kinds,
    nationalIds: ids,
    numbers: ids.length > 0 || asked(['payment_card', 'us_ssn', 'phone', 'ip_address', 'birth_date']),
    lettered: ids.length > 0,
    secrets: asked(secretDetectors),
    contextual: asked(contextualDetectors),
  };
}
