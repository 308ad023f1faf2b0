/** What lies where in a data folder. */
import { join } from 'node:path';

export const ledgerFolderOf = (data: string): string => join(data, 'ledger');
/** Keys lie apart from the ledger, so that a copy of that alone opens nothing. */
/** Says that the folder came from a backup, until the log has recorded it. */
export const restoredFileOf = (data: string): string => join(data, 'restored.json');
export const logNameFileOf = (data: string): string => join(data, 'log-name');
export const keysFolderOf = (data: string): string => join(data, 'keys');
export const keyFileOf = (data: string): string => join(data, 'keys', 'ledger.json');
export const credentialKeyOf = (data: string): string => join(data, 'keys', 'credentials.key');
export const registryFileOf = (data: string): string => join(data, 'control.db');
export const policyVersionsOf = (data: string): string => join(data, 'policies');
export const limitsSnapshotOf = (data: string): string => join(data, 'limits.snapshot');
export const flowsSnapshotOf = (data: string): string => join(data, 'flows.snapshot');
export const flowsKeyOf = (data: string): string => join(data, 'keys', 'flows.key');
export const limitsKeyOf = (data: string): string => join(data, 'keys', 'limits.key');
