/** What a detector says of a text. */
import type { DetectorName } from '@remit/contracts';

/** How a finding was hidden, where the text did not show it as it is. */
export type Disguise = 'characters' | 'base64' | 'hex';

export interface Finding {
  /** A detector's name, or that of a detector which the workspace defines. */
  kind: DetectorName | (string & {});
  /** UTF-16 offsets in the text that was given; `end` is the first one behind it. */
  start: number;
  end: number;
  /** 0 to 1. Below 0.5 nothing is reported. */
  confidence: number;
  /** Absent where it stood in the open. A decoded value is reported as the whole of what hid it. */
  disguise?: Disguise;
}

/** Where in the text it stands, and how sure that is. */
export interface Match {
  start: number;
  end: number;
  confidence: number;
}
