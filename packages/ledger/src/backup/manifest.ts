/**
 * What stands at the end of a backup: every file with its digest, signed with the key of the log, so that a
 * backup that is torn, changed or of another log is refused.
 */
import { Fault } from '@remit/contracts';
import { z } from 'zod';
import { readKeyFile } from '../keys/key-file.ts';
import { decodeVerifierKey, encodeVerifierKey, noteText, openNote, signNote } from '../note/signed-note.ts';

/** Has spaces, which no origin has: this text can never be taken for a checkpoint. */
const firstLine = 'backup of a Remit, format 1';

const manifestSchema = z.strictObject({
  origin: z.string(),
  made_at: z.iso.datetime(),
  /** Of the Remit that made it. */
  version: z.string(),
  /** Records of the log in it. */
  size: z.number().int().nonnegative(),
  files: z.array(
    z.strictObject({
      name: z.string(),
      bytes: z.number().int().nonnegative(),
      /** Hex. */
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
    }),
  ),
});
export type BackupManifest = z.infer<typeof manifestSchema>;

/** A signed note. @throws Fault `key_file_*`. */
export function signManifest(manifest: BackupManifest, keyFile: string): string {
  const { signing, signing_public } = readKeyFile(keyFile);
  return signNote(`${firstLine}\n${JSON.stringify(manifest)}\n`, manifest.origin, signing, signing_public);
}

/** The manifest, where it is signed with this key. @throws Fault `backup_damaged`, `verifier_key_invalid`. */
export function openManifest(note: string, verifierKey: string): BackupManifest {
  const text = openNote(note, decodeVerifierKey(verifierKey));
  const [first, json, end, ...more] = text?.split('\n') ?? [];
  if (first !== firstLine || json === undefined || end !== '' || more.length > 0)
    throw damaged(
      noteText(note) === undefined
        ? 'its list of files cannot be read'
        : 'its list of files is not signed by this log',
    );
  const parsed = manifestSchema.safeParse(JSON.parse(json));
  if (!parsed.success) throw damaged('its list of files has another form', parsed.error);
  return parsed.data;
}

/** The key that manifests are checked with, from the key file. @throws Fault `key_file_*`. */
export function verifierKeyOf(keyFile: string, origin: string): string {
  return encodeVerifierKey(origin, readKeyFile(keyFile).signing_public);
}

export function damaged(why: string, cause?: unknown): Fault {
  return new Fault('backup_damaged', `The backup is damaged: ${why}.`, {
    remedy: 'Take another copy of it, or an older backup.',
    cause,
  });
}
