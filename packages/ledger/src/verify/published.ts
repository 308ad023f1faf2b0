/** The checkpoints that were published, and the key that they have to be signed with. */
import fs from 'node:fs';
import path from 'node:path';
import { Fault } from '@remit/contracts';
import type { WorkspaceKeys } from '../keys/key-file.ts';
import { openCheckpoint } from '../note/checkpoint.ts';
import { decodeVerifierKey, encodeVerifierKey, type VerifierKey } from '../note/signed-note.ts';
import type { Findings } from './findings.ts';
import type { VerifyOptions } from './options.ts';

export interface PublishedCheckpoint {
  file: string;
  size: number;
  root: Buffer;
}

export interface Published {
  origin: string | undefined;
  checkpoints: PublishedCheckpoint[];
}

export function readPublished(
  options: VerifyOptions,
  keys: WorkspaceKeys | undefined,
  findings: Findings,
): Published {
  const folders = [options.checkpoint_folder, options.folder].filter((folder) => folder !== undefined);
  const key = trustedKey(options, folders, keys, findings);
  const files = folders
    .map((folder) => path.join(folder, 'checkpoint'))
    .filter((file) => fs.existsSync(file));
  const notes = [
    ...files.map((file) => ({ bytes: fs.readFileSync(file), place: file })),
    ...(options.kept ?? []).map(({ note, place }) => ({ bytes: Buffer.from(note), place })),
  ];
  const checkpoints = notes.flatMap(({ bytes, place }) => readCheckpoint(bytes, place, key, findings));
  return { origin: key?.name, checkpoints };
}

/** The key given, or the one kept apart, or the one in the data folder; all that exist have to be one. */
function trustedKey(
  options: VerifyOptions,
  folders: string[],
  keys: WorkspaceKeys | undefined,
  findings: Findings,
): VerifierKey | undefined {
  const files = folders.map((folder) => path.join(folder, 'log.vkey')).filter((file) => fs.existsSync(file));
  const texts = files.map((file) => ({ file, text: fs.readFileSync(file, 'utf8') }));
  const trusted = options.verifier_key ?? texts[0]?.text.slice(0, -1);
  if (trusted === undefined) return undefined;
  const key = decodeKey(trusted, files[0] ?? 'verifier key', findings);
  for (const { file, text } of texts) {
    if (text !== `${trusted}\n`)
      findings.add('key_damaged', file, 'This is not the verifier key of the log.');
  }
  if (
    key !== undefined &&
    keys !== undefined &&
    encodeVerifierKey(key.name, keys.signing_public) !== trusted
  ) {
    findings.add(
      'key_damaged',
      'keys.json',
      'The signing key is not the one that the verifier key belongs to.',
    );
  }
  return key;
}

function decodeKey(text: string, file: string, findings: Findings): VerifierKey | undefined {
  try {
    return decodeVerifierKey(text);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    findings.add('key_damaged', file, error.message);
    return undefined;
  }
}

function readCheckpoint(
  bytes: Buffer,
  place: string,
  key: VerifierKey | undefined,
  findings: Findings,
): PublishedCheckpoint[] {
  const checkpoint = key === undefined ? undefined : openCheckpoint(bytes.toString(), key);
  // Not valid UTF-8 would be read as replacement characters, and is no signed note either.
  if (
    checkpoint === undefined ||
    checkpoint.origin !== key?.name ||
    !Buffer.from(bytes.toString()).equals(bytes)
  ) {
    findings.add('signature_wrong', place, 'The checkpoint is not one that this log has signed.');
    return [];
  }
  return [{ file: place, size: checkpoint.size, root: Buffer.from(checkpoint.root, 'latin1') }];
}
