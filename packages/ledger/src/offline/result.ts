import type { Finding } from '../verify/findings.ts';

/** What an offline check of published or exported bytes found. */
export interface OfflineResult {
  ok: boolean;
  origin: string;
  /** Records that the checkpoint vouches for, and the root over them (base64). */
  size: number;
  root: string;
  /** Records that were looked at. */
  records: number;
  payloads_checked: number;
  /** Whether these are all records under the checkpoint. */
  complete: boolean;
  /** The log's key that the checkpoint was checked with. */
  key: string | undefined;
  /** Whether it was known apart from what was checked. */
  key_given: boolean;
  /** Keys of witnesses, known apart, that have cosigned. */
  cosigned_by: string[];
  findings: Finding[];
  findings_total: number;
}
