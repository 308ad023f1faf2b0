/** What may be asked of payloads as a whole: to find them, and to take them out of the log. */
import type { RecordMeta, StoredRecord } from '@remit/contracts';
import type { ClearingKind } from './clearing-event.ts';
import type { IndexRanges } from './index-ranges.ts';
import type { PayloadQuery } from './payload-query.ts';

export interface FoundPayloads {
  /** Records whose payloads are asked for, those under a hold among them. */
  found: IndexRanges;
  /** Of these, what is under a hold, by the hold's id. Holds that hold nothing of it are left out. */
  held: Map<string, IndexRanges>;
}

export interface Clearing {
  event: ClearingKind;
  query: PayloadQuery;
  /** Becomes public with the event: names nobody. */
  meta: RecordMeta;
  /** `refuse`: nothing is cleared where anything of it is under a hold. `skip`: the rest is. */
  held: 'refuse' | 'skip';
  /** Whether an event is recorded where nothing was found. */
  record_nothing: boolean;
}

export interface Cleared {
  /** Of the events that say so; empty where there was nothing to record. */
  events: string[];
  /** Payloads taken out. */
  payloads: number;
  /** Records that stay because of a hold. */
  held: number;
}

export interface Payloads {
  /** What a query finds, as the log stands. */
  find(query: PayloadQuery): Promise<FoundPayloads>;
  /** The records, with their payloads. */
  read(found: IndexRanges): AsyncIterable<StoredRecord>;
  /**
   * One after the other. Resolves when the payloads are gone from this log.
   * @throws Fault `payloads_held`, `ledger_unavailable`, `ledger_damaged`; what was recorded by then is
   * carried out at the next start.
   */
  clear(clearing: Clearing): Promise<Cleared>;
}
