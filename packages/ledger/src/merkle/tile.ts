/** Subtrees in the tiles of C2SP tlog-tiles. */
import { hashNode, type Hash } from './hash.ts';
import type { SubtreeSource } from './proof.ts';
import { tileWidth } from './tile-path.ts';

const tileHeight = 8;

/** Root of a whole tile, or of a perfect subtree in it. The number of hashes is a power of two. */
export function foldHashes(hashes: readonly Hash[]): Hash {
  let row = hashes;
  while (row.length > 1) {
    const above: Hash[] = [];
    for (let index = 0; index < row.length; index += 2) above.push(hashNode(row[index]!, row[index + 1]!));
    row = above;
  }
  return row[0]!;
}

/** Subtrees out of tiles. `read` gives the hashes `from` to `to` of a tile. */
export function subtreesOfTiles(
  read: (level: number, number: number, from: number, to: number) => readonly Hash[],
): SubtreeSource {
  return (level, index) => {
    const within = level % tileHeight;
    const count = 2 ** within;
    const first = index * count;
    const number = Math.floor(first / tileWidth);
    const from = first % tileWidth;
    return foldHashes(read((level - within) / tileHeight, number, from, from + count));
  };
}
