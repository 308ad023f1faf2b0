/** What lies where in a data folder. */
import { join } from 'node:path';

export const ledgerFolderOf = (data: string): string => join(data, 'ledger');
/** Keys lie apart from the ledger, so that a copy of that alone opens nothing. */
export const keyFileOf = (data: string): string => join(data, 'keys', 'ledger.json');
export const credentialKeyOf = (data: string): string => join(data, 'keys', 'credentials.key');
export const registryFileOf = (data: string): string => join(data, 'control.db');
export const limitsSnapshotOf = (data: string): string => join(data, 'limits.snapshot');
export const limitsKeyOf = (data: string): string => join(data, 'keys', 'limits.key');
