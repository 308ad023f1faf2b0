/** What the files of a backup are called, and where they belong in a data folder. */
import { join } from 'node:path';
import { ledgerFolderOf, logNameFileOf, policyVersionsOf, registryFileOf } from '../data/layout.ts';

export const logNameEntry = 'log-name';
export const registryEntry = 'registry.db';
export const logEntry = (name: string): string => `ledger/${name}`;

export const policyEntry = (digest: string): string => `policies/${digest}`;

const ofPolicies = /^policies\/([0-9a-f]{64})$/;
const ofLog = /^ledger\/(checkpoint|log\.vkey|segments\/\d{16}-\d{10}\.segment)$/;

/** Undefined for a name that no backup has: nothing else is written anywhere. */
export function placeOf(data: string, name: string): string | undefined {
  if (name === logNameEntry) return logNameFileOf(data);
  if (name === registryEntry) return registryFileOf(data);
  const digest = ofPolicies.exec(name)?.[1];
  if (digest !== undefined) return join(policyVersionsOf(data), digest);
  const inLog = ofLog.exec(name)?.[1];
  return inLog === undefined ? undefined : join(ledgerFolderOf(data), inLog);
}
