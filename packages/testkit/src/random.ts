/** Randomness from a seed, so that a failing run can be repeated. */
import type { NewId } from '@remit/contracts';

/** Numbers in [0, 1), always the same for the same seed (mulberry32, public domain). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Ids like `act_0a1b2c3d4e5f6789`: distinct within a run, the same in every run of a seed. */
export function seededIds(seed = 1): NewId {
  const random = seededRandom(seed);
  const part = (): string =>
    Math.floor(random() * 4_294_967_296)
      .toString(16)
      .padStart(8, '0');
  return (prefix) => `${prefix}_${part()}${part()}`;
}
