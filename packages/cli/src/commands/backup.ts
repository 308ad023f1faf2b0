/** `remit backup`: a copy of log and registry while Remit runs, and back. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { withRemit } from '../client/connect.ts';
import { locate, printJson, type Context } from '../context.ts';
import { takeDataFolder } from '../data/data-folder.ts';
import { keysFolderOf } from '../data/layout.ts';
import { wrongUse } from '../exit-code.ts';
import { existingCheckpointFolder } from '../settings.ts';
import { printable } from '../terminal/printable.ts';
import { addWorkspaceCommand, type CommandOptions } from './command.ts';

interface BackupOptions extends CommandOptions {
  restore?: string;
  keys?: string;
  checkpoints?: string;
  acceptLoss?: boolean;
}

export function registerBackup(program: Command, context: Context): void {
  addWorkspaceCommand(program, 'backup [file]', {
    does: 'copy log and registry into one file while Remit runs, or restore such a file',
    examples: [
      'remit backup /mnt/backups/monday.remit',
      'remit backup --restore /mnt/backups/monday.remit --data DIR --keys KEYS --checkpoints DIR',
    ],
    note: 'Keys are in no backup: keep the folder `keys` of the data folder apart, once.',
  })
    .option('--restore <file>', 'restore this backup into the data folder, which has to be empty')
    .option('--keys <dir>', 'with --restore: the keys, kept apart')
    .option('--checkpoints <dir>', 'where checkpoints are kept apart (REMIT_CHECKPOINTS)')
    .option('--accept-loss', 'give up what a restored log lacks beside the checkpoints kept apart')
    .action((file: string | undefined, options: BackupOptions) => backup(context, file, options));
}

async function backup(context: Context, file: string | undefined, options: BackupOptions): Promise<void> {
  const chosen = [file, options.restore, options.acceptLoss].filter((one) => one !== undefined);
  if (chosen.length !== 1)
    throw wrongUse(
      'backup_unclear',
      'Name a file to write, or --restore a file, or --accept-loss.',
      'See --help.',
    );
  if (file !== undefined) return make(context, file, options);
  return options.restore === undefined
    ? accept(context, options)
    : restore(context, options.restore, options);
}

async function make(context: Context, name: string, options: BackupOptions): Promise<void> {
  const file = resolve(context.machine.folder, name);
  const made = await withRemit(context, options, (remit) => remit.call('makeBackup', { body: { file } }));
  if (options.json === true) return printJson(context, made);
  context.terminal.print(printable(`backed up ${made.size} records, ${made.bytes} bytes, to ${made.file}`));
  const keys = keysFolderOf(locate(context.machine, options).data);
  context.terminal.say(
    printable(`Keys are not in it. Without a copy of ${keys} kept apart it cannot be used.`),
  );
}

async function restore(context: Context, name: string, options: BackupOptions): Promise<void> {
  const { machine, terminal } = context;
  const location = locate(machine, options);
  const { restoreBackup } = await import('../backup/restore-backup.ts');
  const { manifest, verified, checked_with, missing } = restoreBackup({
    machine,
    file: resolve(machine.folder, name),
    data: location.data,
    keys: options.keys === undefined ? undefined : resolve(machine.folder, options.keys),
    checkpoints: existingCheckpointFolder(machine, options, location),
  });
  const { origin, made_at, size } = manifest;
  const { ok, payloads_checked } = verified;
  if (options.json === true)
    return printJson(context, {
      data: location.data,
      origin,
      made_at,
      size,
      ok,
      payloads_checked,
      checked_with,
      missing,
    });
  terminal.print(printable(`restored ${size} records of ${made_at} to ${location.data}, verified`));
  if (checked_with === 'backup')
    terminal.say(
      'Checked with the key in the backup itself: name --keys or --checkpoints to be sure whose it is.',
    );
  if (options.keys === undefined)
    terminal.say(printable(`Put the keys into ${keysFolderOf(location.data)} before you start Remit.`));
  if (missing > 0)
    terminal.say(
      `${missing} records that were signed later are missing. Remit will not start on it, unless \`remit backup --accept-loss\` gives them up.`,
    );
}

async function accept(context: Context, options: BackupOptions): Promise<void> {
  const location = locate(context.machine, options);
  const folder = takeDataFolder(location.data);
  try {
    const { acceptLoss } = await import('../backup/accept-loss.ts');
    const accepted = acceptLoss(location.data, existingCheckpointFolder(context.machine, options, location));
    if (options.json === true) return printJson(context, accepted);
    const { lost_size, set_aside, size } = accepted;
    context.terminal.print(
      printable(
        `given up: the records from ${size} to ${lost_size - 1}; their checkpoint is now ${set_aside}`,
      ),
    );
    context.terminal.say('The next start records it. Witnesses of the longer log will not cosign this one.');
  } finally {
    folder.release();
  }
}
