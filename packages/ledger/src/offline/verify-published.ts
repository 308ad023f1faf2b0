/** Checks a log as it is published (C2SP tlog-tiles): checkpoint, entry bundles and hash tiles. */
import { Findings } from '../verify/findings.ts';
import { tilePath, tileWidth } from '../merkle/tile-path.ts';
import { latin1, textOfBytes } from './bytes.ts';
import { GrowingTree, hashLeaf, type Hash } from './hashes.ts';
import { readRecord } from './leaf-check.ts';
import { describeKey, readCheckpoint, readKey, type OfflineCheckpoint, type OfflineKey } from './note.ts';
import type { OfflineResult } from './result.ts';

/** A file of the log by its path (`checkpoint`, `tile/…`); undefined where there is none. */
export type ReadPublished = (path: string) => Promise<Uint8Array | undefined>;

export interface PublishedOptions {
  /** Verifier key of the log, known apart. */
  key: string;
  witness_keys?: readonly string[];
  /** Checkpoints that somebody else has kept: the log has to continue them. */
  kept?: readonly { note: string; place: string }[];
}

export async function verifyPublished(
  read: ReadPublished,
  options: PublishedOptions,
): Promise<OfflineResult> {
  const check = new PublishedCheck(read, options);
  await check.run();
  return check.result();
}

class PublishedCheck {
  readonly #read: ReadPublished;
  readonly #options: PublishedOptions;
  readonly #findings = new Findings();
  readonly #tree = new GrowingTree();
  /** Hashes of the tile that grows at each level. */
  readonly #growing: { number: number; hashes: Hash[] }[] = [];
  #key: OfflineKey | undefined;
  #checkpoint: OfflineCheckpoint | undefined;
  #kept: { place: string; checkpoint: OfflineCheckpoint }[] = [];

  constructor(read: ReadPublished, options: PublishedOptions) {
    this.#read = read;
    this.#options = options;
  }

  async run(): Promise<void> {
    this.#key = readKey(this.#options.key.trim());
    if (this.#key === undefined) {
      return this.#findings.add('key_damaged', 'verifier key', 'The verifier key of the log cannot be read.');
    }
    const note = textOfBytes((await this.#read('checkpoint')) ?? new Uint8Array());
    this.#checkpoint = this.#opened(note ?? '', 'checkpoint');
    this.#kept = (this.#options.kept ?? []).flatMap((one) => {
      const checkpoint = this.#opened(one.note, one.place);
      return checkpoint === undefined ? [] : { place: one.place, checkpoint };
    });
    await this.#readEntries(this.#checkpoint?.size ?? 0);
    await this.#finishTiles();
    this.#judge();
  }

  result(): OfflineResult {
    const { size = 0, root = '', origin = '', signed_by = [] } = this.#checkpoint ?? {};
    return {
      ok: this.#findings.count === 0,
      origin,
      size,
      root: root === '' ? '' : btoa(root),
      records: this.#tree.size,
      payloads_checked: 0,
      complete: this.#tree.size === size && this.#findings.count === 0,
      key: this.#key?.text,
      key_given: true,
      cosigned_by: signed_by.filter((key) => key !== this.#key?.text),
      findings: this.#findings.list,
      findings_total: this.#findings.count,
    };
  }

  #opened(note: string, place: string): OfflineCheckpoint | undefined {
    const key = this.#key!;
    const witnesses = (this.#options.witness_keys ?? []).flatMap((text) => readKey(text.trim()) ?? []);
    const checkpoint = readCheckpoint(note, [key, ...witnesses]);
    if (checkpoint?.origin === key.name && checkpoint.signed_by.includes(key.text)) return checkpoint;
    this.#findings.add(
      'signature_wrong',
      place,
      `This is no checkpoint that ${describeKey(key)} has signed.`,
    );
    return undefined;
  }

  async #readEntries(size: number): Promise<void> {
    this.#compareKept();
    for (let first = 0; first < size; first += tileWidth) {
      const width = Math.min(tileWidth, size - first);
      const path = tilePath({ kind: 'entries', number: first / tileWidth, width });
      const entries = entriesOf(
        (await this.#readTile('entries', first / tileWidth, width)) ?? new Uint8Array(),
      );
      if (entries === undefined || entries.length < width) {
        const found = entries?.length ?? 0;
        const message = `Records ${first + found} to ${first + width - 1} are missing.`;
        return this.#findings.add('record_missing', path, message);
      }
      for (const entry of entries.slice(0, width)) await this.#addEntry(entry, path);
    }
  }

  async #addEntry(entry: Uint8Array, path: string): Promise<void> {
    const index = this.#tree.size;
    if (readRecord(textOfBytes(entry) ?? '') === undefined) {
      this.#findings.add('record_changed', `${path}, record ${index}`, 'The record is not canonical JSON.');
    }
    const leaf = hashLeaf(entry);
    this.#tree.push(leaf);
    await this.#addToTile(0, leaf);
    this.#compareKept();
  }

  async #addToTile(level: number, hash: Hash): Promise<void> {
    const tile = (this.#growing[level] ??= { number: 0, hashes: [] });
    tile.hashes.push(hash);
    if (tile.hashes.length < tileWidth) return;
    await this.#compareTile(level, tile.number, tile.hashes);
    this.#growing[level] = { number: tile.number + 1, hashes: [] };
    const above = new GrowingTree();
    for (const below of tile.hashes) above.push(below);
    await this.#addToTile(level + 1, above.root());
  }

  async #finishTiles(): Promise<void> {
    for (const [level, { number, hashes }] of this.#growing.entries()) {
      if (hashes.length > 0) await this.#compareTile(level, number, hashes);
    }
  }

  async #compareTile(level: number, number: number, hashes: readonly Hash[]): Promise<void> {
    const bytes = await this.#readTile(level, number, hashes.length);
    const wanted = hashes.join('');
    if (bytes !== undefined && latin1(bytes.subarray(0, wanted.length)) === wanted) return;
    const path = tilePath({ kind: level, number, width: hashes.length });
    const message = bytes === undefined ? 'The tile is missing.' : 'The tile is not made of the records.';
    this.#findings.add('tile_changed', path, message);
  }

  /** "MAY fetch the full tile ... as a fallback in case the partial tile is not available anymore" (tlog-tiles). */
  async #readTile(kind: 'entries' | number, number: number, width: number): Promise<Uint8Array | undefined> {
    const partial = await this.#read(tilePath({ kind, number, width }));
    if (partial !== undefined || width === tileWidth) return partial;
    return this.#read(tilePath({ kind, number, width: tileWidth }));
  }

  #compareKept(): void {
    for (const { place, checkpoint } of this.#kept) {
      if (checkpoint.size !== this.#tree.size || checkpoint.root === this.#tree.root()) continue;
      const message = `The first ${checkpoint.size} records are not those that this checkpoint was signed over.`;
      this.#findings.add('log_forked', place, message);
    }
  }

  #judge(): void {
    const { size, root } = this.#checkpoint ?? { size: 0, root: '' };
    if (this.#checkpoint !== undefined && this.#tree.size === size && this.#tree.root() !== root) {
      const message = `The checkpoint over ${size} records has another root than the records make.`;
      this.#findings.add('log_forked', 'checkpoint', message);
    }
    for (const { place, checkpoint } of this.#kept) {
      if (checkpoint.size <= size) continue;
      const message = `It was signed over ${checkpoint.size} records; the last ${checkpoint.size - size} are missing.`;
      this.#findings.add('log_truncated', place, message);
    }
  }
}

/** "Sequences of big-endian uint16 length-prefixed log entries"; undefined where the last one is cut off. */
function entriesOf(bytes: Uint8Array): Uint8Array[] | undefined {
  const entries: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    if (at + 2 > bytes.length) return undefined;
    const end = at + 2 + bytes[at]! * 256 + bytes[at + 1]!;
    if (end > bytes.length) return undefined;
    entries.push(bytes.subarray(at + 2, end));
    at = end;
  }
  return entries;
}
