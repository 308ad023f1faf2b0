/** `remit check`: schema, names, types and lint of a workspace, with place and remedy. */
import type { Command } from 'commander';
import {
  addJsonOption,
  locate,
  printJson,
  requireFolder,
  type Context,
  type JsonOption,
  type LocationOptions,
} from '../context.ts';
import { exitCodes } from '../exit-code.ts';
import { describeDiagnostic, summarise } from '../terminal/diagnostics.ts';
import { pullFirstLock } from '../workspace/first-lock.ts';
import { readWorkspace } from '../workspace/load.ts';

interface CheckOptions extends JsonOption, LocationOptions {
  offline?: boolean;
}

export function registerCheck(program: Command, context: Context): void {
  addJsonOption(
    program
      .command('check [dir]')
      .description('check the policy documents: schema, names, types, lint')
      .option('--workspace <dir>', 'the same as DIR (REMIT_WORKSPACE)')
      .option('--data <dir>', "Remit's data folder, for the servers' credentials (REMIT_DATA)")
      .option('--offline', 'do not connect to servers where there is no tools.lock yet'),
  )
    .addHelpText(
      'after',
      '\nExample:\n  $ remit check examples/support-desk\n\nEnds with 1 where there are errors.',
    )
    .action((folder: string | undefined, options: CheckOptions) => check(context, folder, options));
}

async function check(context: Context, folder: string | undefined, options: CheckOptions): Promise<void> {
  const location = locate(context.machine, options, folder);
  requireFolder(location.workspace);
  if (options.offline !== true) await pullFirstLock(context, location);
  const { files, lock, result } = readWorkspace(location.workspace);
  const { diagnostics, policy } = result;
  if (policy === undefined) context.finish(exitCodes.no);
  const version = policy === undefined ? {} : { version: policy.version };
  if (options.json === true) return printJson(context, { ok: policy !== undefined, ...version, diagnostics });
  for (const diagnostic of diagnostics) {
    for (const line of describeDiagnostic(diagnostic, files)) context.terminal.print(line);
    context.terminal.print('');
  }
  if (lock === undefined)
    context.terminal.say('There is no tools.lock, so the names of tools were not checked.');
  context.terminal.print(
    `${policy === undefined ? 'NOT OK' : 'OK'}: ${summarise(diagnostics)} in ${files.length} files.`,
  );
  if (policy !== undefined) context.terminal.print(`version ${policy.version}`);
}
