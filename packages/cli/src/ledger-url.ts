/** Where the log lies, if not in the data folder. A URL can hold a password: it is never shown, and in no policy file. */
import { wrongUse } from './exit-code.ts';
import type { Machine } from './machine.ts';

/** The flag, then REMIT_LEDGER_URL. @throws CommandFault `invalid_ledger_url`. */
export function ledgerUrl({ env }: Pick<Machine, 'env'>, flag?: string): string | undefined {
  const url = flag ?? env['REMIT_LEDGER_URL'];
  if (url === undefined || url === '') return undefined;
  const protocol = URL.parse(url)?.protocol;
  if (protocol === 'postgres:' || protocol === 'postgresql:') return url;
  throw wrongUse(
    'invalid_ledger_url',
    'What names the database of the log is no URL of PostgreSQL.',
    'Write it like postgres://USER@HOST:5432/DATABASE; the password can stand in PGPASSWORD or ~/.pgpass.',
  );
}
