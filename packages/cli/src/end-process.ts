/** A ledger that cannot sync ends the process: no retry, no pretending (ledger.md, "How it is kept", 8). */
import type { Logger } from 'pino';
import { exitCodes } from './exit-code.ts';

export function endProcess(log: Logger): (error: Error) => void {
  return (error) => {
    log.fatal({ error }, 'the ledger failed, so nothing more is done');
    process.exit(exitCodes.cannot);
  };
}
