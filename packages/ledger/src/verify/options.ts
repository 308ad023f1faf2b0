export interface VerifyOptions {
  folder: string;
  /** Where checkpoints are kept apart. Without it a truncated tail cannot be told from a shorter log. */
  checkpoint_folder?: string;
  /** Further checkpoints that somebody else has kept, such as a witness. `place` names them in findings. */
  kept?: readonly { note: string; place: string }[];
  /** Verifier key of the log (signed-note), kept apart; by default the one in the checkpoint folder, then the data folder. */
  verifier_key?: string;
  /** Default: `keys.json` in the folder. Without one payloads are not opened, see `payloads_checked`. */
  key_file?: string;
}
