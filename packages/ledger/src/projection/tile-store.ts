/** The tree's hashes, kept as tlog-tiles tiles, whole and partial, one row each. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { Fault } from '@remit/contracts';
import { hashBytes, type Hash } from '../merkle/hash.ts';
import { consistencyProof, inclusionProof, rootOf, type SubtreeSource } from '../merkle/proof.ts';
import { foldHashes, subtreesOfTiles } from '../merkle/tile.ts';
import { tileWidth } from '../merkle/tile-path.ts';

interface OpenTile {
  number: number;
  hashes: Hash[];
}

export class TileStore {
  readonly #select: StatementSync;
  readonly #upsert: StatementSync;
  readonly #subtrees: SubtreeSource;
  /** The rightmost tile of each level, which still grows. */
  #growing: OpenTile[] = [];

  constructor(database: DatabaseSync) {
    this.#select = database.prepare('SELECT hashes FROM tile WHERE level = ? AND number = ?');
    this.#upsert = database.prepare('INSERT OR REPLACE INTO tile VALUES (?, ?, ?)');
    this.#subtrees = subtreesOfTiles((level, number, from, to) => this.hashes(level, number, from, to));
  }

  /** Takes up the tree again, as it stands in the database, with `size` leaves. */
  resume(size: number): void {
    this.#growing = [];
    let count = size;
    for (let level = 0; count > 0; level += 1) {
      const number = Math.floor(count / tileWidth);
      const width = count % tileWidth;
      this.#growing.push({ number, hashes: width === 0 ? [] : this.hashes(level, number, 0, width) });
      count = number;
    }
  }

  push(leaf: Hash): void {
    this.#push(0, leaf);
  }

  #push(level: number, hash: Hash): void {
    const tile = (this.#growing[level] ??= { number: 0, hashes: [] });
    tile.hashes.push(hash);
    if (tile.hashes.length < tileWidth) return;
    this.#write(level, tile);
    this.#growing[level] = { number: tile.number + 1, hashes: [] };
    this.#push(level + 1, foldHashes(tile.hashes));
  }

  /** Writes the partial tiles: part of the same transaction as the rows that belong to them. */
  flush(): void {
    this.#growing.forEach((tile, level) => {
      if (tile.hashes.length > 0) this.#write(level, tile);
    });
  }

  #write(level: number, tile: OpenTile): void {
    this.#upsert.run(level, tile.number, Buffer.from(tile.hashes.join(''), 'latin1'));
  }

  /** The first bytes of a tile, `width` hashes wide; undefined where the tree does not reach that far. */
  bytes(level: number, number: number, width: number): Uint8Array | undefined {
    const row = this.#select.get(level, number) as { hashes: Uint8Array } | undefined;
    if (row === undefined || row.hashes.length < width * hashBytes) return undefined;
    return row.hashes.subarray(0, width * hashBytes);
  }

  hashes(level: number, number: number, from: number, to: number): Hash[] {
    const bytes = this.bytes(level, number, to);
    if (bytes === undefined)
      throw new Fault('ledger_damaged', `tile ${level}/${number} is missing or too short`);
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    return Array.from({ length: to - from }, (_, index) =>
      buffer.toString('latin1', (from + index) * hashBytes, (from + index + 1) * hashBytes),
    );
  }

  root(size: number): Hash {
    return rootOf(this.#subtrees, 0, size);
  }

  inclusion(index: number, size: number): Hash[] {
    return inclusionProof(this.#subtrees, index, size);
  }

  consistency(first: number, second: number): Hash[] {
    return consistencyProof(this.#subtrees, first, second);
  }
}
