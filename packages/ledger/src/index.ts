export * from './port.ts';
export { openLedger } from './open-ledger.ts';
export type { FileSystem } from './disk/file-system.ts';
export type { Cleared, Clearing, FoundPayloads, Payloads } from './clearing/port.ts';
export type { PayloadQuery, PayloadSelector } from './clearing/payload-query.ts';
export { Mentions } from './clearing/mentions.ts';
export type { IndexRanges } from './clearing/index-ranges.ts';
export type { EvidenceRecord } from './offline/evidence.ts';
