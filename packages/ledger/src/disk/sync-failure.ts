/**
 * An error of a sync. What it was to make durable may be lost without a trace, and a second attempt
 * may succeed without having written anything (the kernel drops the dirty mark), so the ledger ends.
 */
import { Fault } from '@remit/contracts';

export class SyncFailure extends Fault {
  constructor(path: string, cause: unknown) {
    super('ledger_unavailable', `the ledger could not make \`${path}\` durable: ${reasonOf(cause)}`, {
      place: { file: path },
      remedy: 'Check the disk, then start again: what was acknowledged is checked at the start.',
      cause,
    });
  }
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** True for errors of a disk that has no room, which pass when there is room again. */
export function isDiskFull(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  return code === 'ENOSPC' || code === 'EDQUOT';
}
