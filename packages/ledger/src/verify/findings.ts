/** What a verification found wrong. */
export type FindingCode =
  /** A frame or header does not check, or bytes stand where none belong. */
  | 'segment_damaged'
  /** A record, or the tree made of the records, is not what was committed. */
  | 'record_changed'
  | 'record_missing'
  | 'record_reordered'
  /** A published checkpoint was signed over more records than there are. */
  | 'log_truncated'
  /** A published checkpoint was signed over other records. */
  | 'log_forked'
  | 'checkpoint_missing'
  | 'signature_wrong'
  /** A sealed payload cannot be opened, or is not the one that its record commits to. */
  | 'payload_changed'
  | 'payload_missing'
  /** The log says that a payload was taken out, and it is still there: as in a copy made before that was restored. */
  | 'payload_kept'
  | 'key_damaged'
  /** Search rows or tiles that do not agree with the records; a start makes them anew. */
  | 'projection_changed'
  | 'reserve_damaged'
  /** A published tile that does not belong to the records. */
  | 'tile_changed'
  /** An evidence bundle that was cut off, or has lines that are none of it. */
  | 'bundle_damaged';

export interface Finding {
  code: FindingCode;
  /** A full sentence. */
  message: string;
  /** A file, with the byte or the record where it begins. */
  place: string;
}

/** A damaged log must not fill the memory: findings past this are counted only. */
const findingsMax = 1000;

export class Findings {
  readonly list: Finding[] = [];
  count = 0;

  add(code: FindingCode, place: string, message: string): void {
    this.count += 1;
    if (this.list.length < findingsMax) this.list.push({ code, message, place });
  }
}
