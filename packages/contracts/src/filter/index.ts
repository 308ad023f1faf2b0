export { FilterFault } from './fault.ts';
export type * from './filter.ts';
export * from './keys.ts';
export { matchesFilter } from './match.ts';
export { parseFilter } from './parse.ts';
export { readTime } from './times.ts';
