/**
 * Offline verification: an entry point of its own that shares the layout of the files with the rest,
 * and nothing that writes them.
 */
export { verifyLedger, type VerifyResult } from './verify-ledger.ts';
export type { Finding, FindingCode } from './findings.ts';
export { verifyReceipt, decodeReceipt, type Receipt } from '../note/tlog-proof.ts';
export { decodeVerifierKey, type VerifierKey } from '../note/signed-note.ts';
export { hashLeaf } from '../merkle/hash.ts';
export type { VerifyOptions } from './options.ts';
