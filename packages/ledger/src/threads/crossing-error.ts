/** Errors on their way from one thread to another: structured clone keeps no class and no code. */
import { Fault, type FaultOptions, type Place } from '@remit/contracts';
import { SyncFailure } from '../disk/sync-failure.ts';

export interface CrossingError {
  code: string | undefined;
  message: string;
  place: Place | undefined;
  remedy: string | undefined;
  /** A sync failed, so that nothing may be written any more. */
  sync_failure: boolean;
}

export function packError(error: unknown): CrossingError {
  const fault = error instanceof Fault ? error : undefined;
  return {
    code: fault?.code ?? (error as NodeJS.ErrnoException).code,
    message: error instanceof Error ? error.message : String(error),
    place: fault?.place,
    remedy: fault?.remedy,
    sync_failure: error instanceof SyncFailure,
  };
}

export function unpackError({ code, message, place, remedy }: CrossingError): Fault {
  const options: FaultOptions = {};
  if (place !== undefined) options.place = place;
  if (remedy !== undefined) options.remedy = remedy;
  return new Fault(code ?? 'ledger_unavailable', message, options);
}
