/**
 * A second verifier, written from the specifications alone: C2SP tlog-tiles, tlog-checkpoint, signed-note, tlog-proof,
 * RFC 6962, 8785, 9162. It shares no code with Remit and throws on the first thing that is wrong.
 */
import { leafHash, rootOfPath, sha256, treeHash } from './merkle.ts';
import { canonical } from './jcs.ts';
import { openCheckpoint, parseKey, type Checkpoint } from './note.ts';

type Files = (path: string) => Buffer | undefined;

function required(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(what);
}

/** Index N of a tile in groups of three digits, all but the last with an x. */
function tileName(n: number): string {
  const digits = String(n).padStart(Math.ceil(String(n).length / 3) * 3, '0');
  return digits
    .match(/.{3}/g)!
    .map((group, at, all) => (at < all.length - 1 ? `x${group}` : group))
    .join('/');
}

function tile(files: Files, level: number | 'entries', n: number, width: number): Buffer {
  const path = `tile/${level}/${tileName(n)}${width === 256 ? '' : `.p/${width}`}`;
  const bytes = files(path);
  required(bytes !== undefined, `${path} is missing`);
  return bytes;
}

/** The whole log as it is published: every entry, every hash tile, the checkpoint over them. */
export function checkLog(files: Files, keyText: string): Checkpoint & { entries: Buffer[] } {
  const key = parseKey(keyText);
  const checkpoint = openCheckpoint(files('checkpoint')!.toString(), key);
  required(checkpoint.origin === key.name, 'the checkpoint is of another log');
  const entries: Buffer[] = [];
  for (let n = 0; n * 256 < checkpoint.size; n += 1) {
    const width = Math.min(256, checkpoint.size - n * 256);
    const bundle = tile(files, 'entries', n, width);
    let at = 0;
    for (; at < bundle.length; at += 2 + bundle.readUInt16BE(at)) {
      entries.push(bundle.subarray(at + 2, at + 2 + bundle.readUInt16BE(at)));
    }
    required(at === bundle.length && entries.length === n * 256 + width, 'a bundle has another length');
  }
  for (const entry of entries) checkEntry(entry);
  let hashes = entries.map(leafHash);
  required(treeHash(hashes).equals(checkpoint.root), 'the entries do not make the root');
  for (let level = 0; hashes.length > 0; level += 1) {
    const above: Buffer[] = [];
    for (let n = 0; n * 256 < hashes.length; n += 1) {
      const wanted = hashes.slice(n * 256, n * 256 + 256);
      const found = tile(files, level, n, wanted.length);
      required(found.equals(Buffer.concat(wanted)), `tile ${level}/${n} is not made of the entries`);
      if (wanted.length === 256) above.push(treeHash(wanted));
    }
    hashes = above;
  }
  return { ...checkpoint, entries };
}

function checkEntry(entry: Buffer): void {
  const text = entry.toString();
  required(canonical(JSON.parse(text)) === text, 'an entry is not canonical JSON');
}

/** C2SP tlog-proof; `extra` holds the entry. */
export function checkProof(text: string, keyText: string): { index: number; entry: Buffer } {
  const [head = '', ...rest] = text.split('\n\n');
  const [first, extra = '', index = '', ...path] = head.split('\n');
  required(first === 'c2sp.org/tlog-proof@v1', 'not a tlog-proof');
  required(extra.startsWith('extra ') && /^index (0|[1-9][0-9]*)$/.test(index), 'no entry or index');
  const checkpoint = openCheckpoint(rest.join('\n\n'), parseKey(keyText));
  const entry = Buffer.from(extra.slice('extra '.length), 'base64');
  checkInclusion(entry, Number(index.slice('index '.length)), checkpoint, path);
  return { index: Number(index.slice('index '.length)), entry };
}

function checkInclusion(
  entry: Buffer,
  index: number,
  { size, root }: Checkpoint,
  path: readonly string[],
): void {
  const hashes = path.map((line) => Buffer.from(line, 'base64'));
  required(
    hashes.every((hash, at) => hash.length === 32 && hash.toString('base64') === path[at]),
    'a hash in the proof is none',
  );
  const found = rootOfPath(leafHash(entry), index, size, hashes);
  required(found !== undefined && found.equals(root), `entry ${index} is not in the tree`);
}

/** An evidence bundle, by the steps that it gives itself. Returns the number of records. */
export function checkBundle(text: string, keyText: string): number {
  const lines = text.split('\n');
  required(lines.pop() === '', 'the last line is cut off');
  const [head, ...values] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  const end = values.pop();
  const checkpoint = openCheckpoint(String(head?.['checkpoint']), parseKey(keyText));
  required(end?.['records'] === values.length, 'records are missing');
  for (const { index, record, payload, proof } of values) {
    const entry = Buffer.from(String(record));
    checkEntry(entry);
    checkInclusion(entry, Number(index), checkpoint, proof as string[]);
    if (typeof payload !== 'string') continue;
    const { payload: commitment } = JSON.parse(String(record)) as { payload: string };
    const digest = sha256(Buffer.from(payload, 'base64')).toString('base64url');
    required(digest === commitment, `the payload of ${String(index)} is another`);
  }
  return values.length;
}
