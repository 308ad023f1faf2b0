/** C2SP tlog-checkpoint: origin, size and root of a tree, as a signed note. */
import { hashFromBase64, hashToBase64, type Hash } from '../merkle/hash.ts';
import { openNote, type VerifierKey } from './signed-note.ts';

export interface Checkpoint {
  origin: string;
  size: number;
  root: Hash;
}

export function checkpointText({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${hashToBase64(root)}\n`;
}

/** The checkpoint in a note signed by one of `keys`; undefined where signature or form are wrong. */
export function openCheckpoint(note: string, ...keys: readonly VerifierKey[]): Checkpoint | undefined {
  const text = openNote(note, ...keys);
  return text === undefined ? undefined : parseCheckpoint(text);
}

/** The checkpoint that a note's text is; undefined where it is none. */
export function parseCheckpoint(text: string): Checkpoint | undefined {
  const [origin, size, root, ...rest] = text.split('\n');
  // Extension lines are opaque, but none is empty, and the last line ends the text.
  if (origin === '' || rest.pop() !== '' || rest.includes('')) return undefined;
  if (origin === undefined || !/^(?:0|[1-9]\d{0,15})$/.test(size ?? '')) return undefined;
  const hash = hashFromBase64(root ?? '');
  if (hash === undefined || !Number.isSafeInteger(Number(size))) return undefined;
  return { origin, size: Number(size), root: hash };
}
