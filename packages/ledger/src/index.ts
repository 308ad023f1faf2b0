export * from './port.ts';
export { openLedger } from './open-ledger.ts';
export type { FileSystem } from './disk/file-system.ts';
