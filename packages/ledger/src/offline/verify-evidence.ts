/** Checks an evidence bundle from its bytes and nothing else. */
import type { z } from 'zod';
import { Findings } from '../verify/findings.ts';
import { bytesOfBase64, bytesOfText } from './bytes.ts';
import {
  evidenceEndSchema,
  evidenceHeadSchema,
  evidenceLineBytesMax,
  evidenceRecordSchema,
  type EvidenceHead,
  type EvidenceRecord,
} from './evidence.ts';
import { hashFromBase64, hashLeaf } from './hashes.ts';
import { isCommittedTo, readRecord } from './leaf-check.ts';
import { linesOf } from './lines.ts';
import { describeKey, readCheckpoint, readKey, type OfflineCheckpoint, type OfflineKey } from './note.ts';
import { isIncluded } from './receipt.ts';
import type { OfflineResult } from './result.ts';

export interface EvidenceOptions {
  /** Verifier key of the log, known apart from the bundle; without one the bundle vouches for its own. */
  key?: string;
  /** Keys of witnesses, known apart; their cosignatures are counted. */
  witness_keys?: readonly string[];
}

export async function verifyEvidence(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: EvidenceOptions = {},
): Promise<OfflineResult> {
  const check = new EvidenceCheck(options);
  for await (const line of linesOf(chunks, evidenceLineBytesMax)) check.line(line);
  return check.result();
}

class EvidenceCheck {
  readonly #options: EvidenceOptions;
  readonly #findings = new Findings();
  #line = 0;
  #checkpoint: OfflineCheckpoint | undefined;
  #key: OfflineKey | undefined;
  /** Indexes seen, a bit each: as many as the checkpoint says that there are. */
  #seen = new Uint8Array();
  #records = 0;
  #payloads = 0;
  #ended = false;

  constructor(options: EvidenceOptions) {
    this.#options = options;
  }

  line(text: string | undefined): void {
    this.#line += 1;
    const value = text === undefined ? undefined : parsed(text);
    if (value === undefined) return this.#wrong('bundle_damaged', 'This line cannot be read.');
    if (this.#ended) return this.#wrong('bundle_damaged', 'Lines stand behind the end.');
    if (this.#line === 1) return this.#takeHead(this.#shaped(evidenceHeadSchema, value));
    const end = evidenceEndSchema.safeParse(value);
    if (end.success) return this.#end(end.data.records);
    const record = this.#shaped(evidenceRecordSchema, value);
    if (record !== undefined) this.#checkRecord(record);
  }

  result(): OfflineResult {
    if (!this.#ended) this.#wrong('bundle_damaged', 'The bundle has no end: it was cut off.');
    const { size = 0, root = '', origin = '' } = this.#checkpoint ?? {};
    return {
      ok: this.#findings.count === 0,
      origin,
      size,
      root: root === '' ? '' : btoa(root),
      records: this.#records,
      payloads_checked: this.#payloads,
      complete: this.#records === size && this.#findings.count === 0,
      key: this.#key?.text,
      key_given: this.#options.key !== undefined,
      cosigned_by: (this.#checkpoint?.signed_by ?? []).filter((key) => key !== this.#key?.text),
      findings: this.#findings.list,
      findings_total: this.#findings.count,
    };
  }

  #takeHead(head: EvidenceHead | undefined): void {
    if (head === undefined) return;
    const text = this.#options.key ?? head.log_keys[0] ?? '';
    this.#key = readKey(text.trim());
    if (this.#key === undefined)
      return this.#wrong('key_damaged', 'The verifier key of the log cannot be read.');
    if (head.origin !== this.#key.name) {
      this.#wrong(
        'signature_wrong',
        `The bundle is of the log ${head.origin}, the key of ${this.#key.name}.`,
      );
    }
    const witnesses = (this.#options.witness_keys ?? []).flatMap((key) => readKey(key.trim()) ?? []);
    const checkpoint = readCheckpoint(head.checkpoint, [this.#key, ...witnesses]);
    if (checkpoint?.origin !== this.#key.name || !checkpoint.signed_by.includes(this.#key.text)) {
      return this.#wrong('signature_wrong', `The checkpoint is not signed by ${describeKey(this.#key)}.`);
    }
    this.#checkpoint = checkpoint;
  }

  #checkRecord({ index, record: text, payload, proof }: EvidenceRecord): void {
    this.#records += 1;
    const record = readRecord(text);
    if (record === undefined) this.#wrong('record_changed', `Record ${index} is not canonical JSON.`);
    if (this.#isRepeated(index)) this.#wrong('record_reordered', `Record ${index} is here twice.`);
    const hashes = proof.map(hashFromBase64);
    const leaf = hashLeaf(bytesOfText(text));
    const isProved =
      this.#checkpoint !== undefined &&
      hashes.every((hash) => hash !== undefined) &&
      isIncluded(index, this.#checkpoint, leaf, hashes);
    if (!isProved) this.#wrong('record_changed', `Record ${index} is not proved to be in the log.`);
    if (record === undefined || payload === undefined) return;
    const bytes = bytesOfBase64(payload);
    this.#payloads += 1;
    if (bytes !== undefined && isCommittedTo(record, bytes)) return;
    this.#wrong('payload_changed', `The payload of record ${index} is not the one that it commits to.`);
  }

  /** An index beyond the tree has no proof anyway. */
  #isRepeated(index: number): boolean {
    const size = this.#checkpoint?.size ?? 0;
    if (index >= size) return false;
    const byte = Math.floor(index / 8);
    if (byte >= this.#seen.length) {
      const longer = new Uint8Array(Math.min(Math.ceil(size / 8), Math.max(2 * this.#seen.length, byte + 1)));
      longer.set(this.#seen);
      this.#seen = longer;
    }
    const bit = 1 << (index % 8);
    const seen = (this.#seen[byte]! & bit) !== 0;
    this.#seen[byte]! |= bit;
    return seen;
  }

  #end(records: number): void {
    this.#ended = true;
    if (records === this.#records) return;
    this.#wrong(
      'record_missing',
      `The bundle says that it holds ${records} records; there are ${this.#records}.`,
    );
  }

  #shaped<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> | undefined {
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    this.#wrong('bundle_damaged', 'This line is none of an evidence bundle.');
    return undefined;
  }

  #wrong(code: Parameters<Findings['add']>[0], message: string): void {
    this.#findings.add(code, `line ${this.#line}`, message);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: the caller says so, with the line.
    return undefined;
  }
}
