/** Signs checkpoints and puts them where whoever can change the data folder cannot. */
import fs from 'node:fs';
import path from 'node:path';
import { Fault } from '@remit/contracts';
import type { FileSystem } from '../disk/file-system.ts';
import { replaceFile } from '../disk/replace-file.ts';
import type { WorkspaceKeys } from '../keys/key-file.ts';
import { hashToBase64, type Hash } from '../merkle/hash.ts';
import { checkpointText, openCheckpoint, type Checkpoint } from '../note/checkpoint.ts';
import {
  decodeVerifierKey,
  encodeVerifierKey,
  parseSignatureLine,
  signNote,
  splitNote,
  type NoteSignature,
  type VerifierKey,
} from '../note/signed-note.ts';

export const checkpointName = 'checkpoint';
export const verifierKeyName = 'log.vkey';

export interface CheckpointerSetup {
  origin: string;
  folder: string;
  /** Undefined where the operator keeps none; then only the data folder has checkpoints. */
  checkpoint_folder: string | undefined;
}

export class Checkpointer {
  readonly #setup: CheckpointerSetup;
  readonly #keys: WorkspaceKeys;
  readonly #disk: FileSystem;
  readonly #verifier: VerifierKey;
  readonly #rootAt: (size: number) => Hash;
  #last: { checkpoint: Checkpoint; note: string } | undefined;

  constructor(
    setup: CheckpointerSetup,
    keys: WorkspaceKeys,
    disk: FileSystem,
    rootAt: (size: number) => Hash,
  ) {
    this.#setup = setup;
    this.#keys = keys;
    this.#disk = disk;
    this.#rootAt = rootAt;
    const verifierKey = encodeVerifierKey(setup.origin, keys.signing_public);
    this.#verifier = decodeVerifierKey(verifierKey);
    for (const folder of this.#folders()) this.#publishKey(folder, verifierKey);
  }

  get last(): { checkpoint: Checkpoint; note: string } | undefined {
    return this.#last;
  }

  /** The checkpoints that were published, the one kept apart first. @throws Fault `checkpoint_invalid`. */
  published(): { checkpoint: Checkpoint; note: string; file: string }[] {
    return this.#folders().flatMap((folder) => {
      const file = path.join(folder, checkpointName);
      if (!fs.existsSync(file)) return [];
      const note = fs.readFileSync(file, 'utf8');
      const checkpoint = openCheckpoint(note, this.#verifier);
      if (checkpoint?.origin !== this.#setup.origin) throw invalid(file);
      return [{ checkpoint, note, file }];
    });
  }

  /** Refuses a tree of `size` leaves that does not continue what was published. @throws Fault. */
  checkAgainstPublished(size: number): void {
    for (const { checkpoint, note, file } of this.published()) {
      if (checkpoint.size > size) throw truncated(file, checkpoint.size, size);
      const root = this.#rootAt(checkpoint.size);
      if (root !== checkpoint.root) throw forked(file, checkpoint, root);
      if (checkpoint.size === size) this.#last = { checkpoint, note };
    }
  }

  /**
   * Signs the tree of `size` leaves and puts the checkpoint into both folders, the one apart first.
   * @throws Fault `checkpoint_inconsistent`, `ledger_truncated`; the system's error; SyncFailure.
   */
  publish(size: number): string {
    this.checkAgainstPublished(size);
    if (this.#last?.checkpoint.size !== size) {
      const checkpoint = { origin: this.#setup.origin, size, root: this.#rootAt(size) };
      const { signing, signing_public } = this.#keys;
      const note = signNote(checkpointText(checkpoint), checkpoint.origin, signing, signing_public);
      this.#last = { checkpoint, note };
    }
    const { note } = this.#last;
    for (const folder of this.#folders()) this.#putNote(folder, note);
    return note;
  }

  /**
   * Puts checked cosignatures to the last checkpoint, where it is still the one of this size, in place of
   * earlier ones by the same keys. @throws as `publish`.
   */
  cosigned(size: number, lines: readonly string[]): void {
    const last = this.#last;
    if (last?.checkpoint.size !== size) return;
    const added = lines.flatMap((line) => parseSignatureLine(line) ?? []);
    const { text, signatures } = splitNote(last.note)!;
    const kept = signatures.filter((one) => !added.some((other) => isBySame(one, other)));
    last.note = `${text}\n${[...kept, ...added].map(({ line }) => `${line}\n`).join('')}`;
    for (const folder of this.#folders()) this.#putNote(folder, last.note);
  }

  #putNote(folder: string, note: string): void {
    const file = path.join(folder, checkpointName);
    if (fs.existsSync(file) && fs.readFileSync(file, 'utf8') === note) return;
    replaceFile(this.#disk, file, Buffer.from(note));
  }

  #folders(): string[] {
    const { folder, checkpoint_folder } = this.#setup;
    return checkpoint_folder === undefined ? [folder] : [checkpoint_folder, folder];
  }

  #publishKey(folder: string, verifierKey: string): void {
    const file = path.join(folder, verifierKeyName);
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (!fs.existsSync(file)) return replaceFile(this.#disk, file, Buffer.from(`${verifierKey}\n`));
    if (fs.readFileSync(file, 'utf8') === `${verifierKey}\n`) return;
    throw new Fault('ledger_foreign', `\`${file}\` is the key of another log`, {
      place: { file },
      remedy: 'Give every log a checkpoint folder and a key file of its own.',
    });
  }
}

function isBySame(one: NoteSignature, other: NoteSignature): boolean {
  return one.name === other.name && one.id.equals(other.id);
}

function invalid(file: string): Fault {
  return new Fault('checkpoint_invalid', `the checkpoint in \`${file}\` is not signed by this log`, {
    place: { file },
    remedy: 'Find out who changed it; do not remove it before you know.',
  });
}

function truncated(file: string, signed: number, found: number): Fault {
  return new Fault(
    'ledger_truncated',
    `the checkpoint in \`${file}\` was signed over ${signed} records, the log has ${found}`,
    { place: { file }, remedy: 'Records are missing at the end: restore the data folder from a copy.' },
  );
}

function forked(file: string, checkpoint: Checkpoint, root: Hash): Fault {
  return new Fault(
    'checkpoint_inconsistent',
    `the log's first ${checkpoint.size} records have the root ${hashToBase64(root)}, the checkpoint in \`${file}\` says ${hashToBase64(checkpoint.root)}`,
    {
      place: { file },
      remedy: 'The log was changed after it was signed: restore the data folder from a copy.',
    },
  );
}
