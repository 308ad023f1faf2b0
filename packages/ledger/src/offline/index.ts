/**
 * What outsiders need to check receipts, evidence bundles and published logs, in a browser or anywhere else: nothing
 * here, or behind it, imports what only Node has.
 */
export * from './evidence.ts';
export { readCheckpoint, readKey, type OfflineCheckpoint, type OfflineKey } from './note.ts';
export { verifyReceipt, type VerifiedReceipt } from './receipt.ts';
export type { OfflineResult } from './result.ts';
export { verifyEvidence, type EvidenceOptions } from './verify-evidence.ts';
export { verifyPublished, type PublishedOptions, type ReadPublished } from './verify-published.ts';
