/**
 * Gives up the records that a restored log lacks: the checkpoints that vouch for them are set aside, not
 * removed, and the next start records what was given up. Whoever keeps such a checkpoint elsewhere still sees it.
 */
import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { verifyLedger } from '@remit/ledger/verify';
import { keyFileOf, ledgerFolderOf } from '../data/layout.ts';
import { cannot } from '../exit-code.ts';
import { readRestored, writeRestored } from './restored.ts';

export interface AcceptedLoss {
  /** Records of the restored log, and of the one that was signed. */
  size: number;
  lost_size: number;
  /** Where the checkpoint lies now. */
  set_aside: string;
}

/** @throws CommandFault `nothing_lost`, `not_restored`, `ledger_not_verified`. */
export function acceptLoss(data: string, checkpoints: string | undefined): AcceptedLoss {
  const restored = readRestored(data);
  if (restored === undefined)
    throw cannot(
      'not_restored',
      `${data} was not restored from a backup, or is in use already.`,
      'A log that is too short for another reason was cut: find out by whom, and restore a backup.',
    );
  const file = checkpoints === undefined ? undefined : join(checkpoints, 'checkpoint');
  const { findings, signed_size, size } = verified(data, checkpoints);
  if (file === undefined || !existsSync(file) || signed_size <= size)
    throw cannot(
      'nothing_lost',
      'No checkpoint kept apart is longer than the log.',
      'Start it: nothing is missing.',
    );
  const wrong = findings.find(({ code }) => code !== 'log_truncated');
  if (wrong !== undefined)
    throw cannot('ledger_not_verified', `${wrong.message} (${wrong.place})`, 'Restore another backup.');
  const [, , root = ''] = readFileSync(file, 'utf8').split('\n');
  writeRestored(data, { ...restored, given_up: { size: signed_size, root } });
  const set_aside = `${file}.lost-${signed_size}`;
  renameSync(file, set_aside);
  return { size, lost_size: signed_size, set_aside };
}

function verified(data: string, checkpoints: string | undefined): ReturnType<typeof verifyLedger> {
  return verifyLedger({
    folder: ledgerFolderOf(data),
    key_file: keyFileOf(data),
    ...(checkpoints !== undefined && { checkpoint_folder: checkpoints }),
  });
}
