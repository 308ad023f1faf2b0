/** Lines of a stream of bytes, in bounded memory. */
import { concat, textOfBytes } from './bytes.ts';

const newline = 0x0a;

/** Each line without its newline; undefined for one that is too long or not UTF-8, which ends the lines. */
export async function* linesOf(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  lineBytesMax: number,
): AsyncGenerator<string | undefined> {
  let open: Uint8Array[] = [];
  let openBytes = 0;
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, from)) {
      const line = textOfBytes(concat(...open, chunk.subarray(from, at)));
      yield line;
      if (line === undefined) return;
      [open, openBytes, from] = [[], 0, at + 1];
    }
    open.push(chunk.slice(from));
    openBytes += chunk.length - from;
    if (openBytes > lineBytesMax) {
      yield undefined;
      return;
    }
  }
  if (openBytes > 0) yield textOfBytes(concat(...open));
}
