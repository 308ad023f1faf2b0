/**
 * Offline verification: an entry point of its own that shares the layout of the files with the rest,
 * and nothing that writes them. What browsers can do as well is in `@remit/ledger/offline`.
 */
export { verifyLedger, type VerifyResult } from './verify-ledger.ts';
export type { Finding, FindingCode } from './findings.ts';
export type { VerifyOptions } from './options.ts';
export * from '../offline/index.ts';
