/** `remit up`: everything in one process, until it is told to stop. */
import type { Command } from 'commander';
import { collect, requireFolder, type Context } from '../context.ts';
import { readSettings, type UpOptions } from '../settings.ts';
import { addCommand, addLocationOptions } from './command.ts';

export function registerUp(program: Command, context: Context): void {
  const command = addCommand(program, 'up', {
    does: 'run Remit: agents’ listener, people’s listener, one data folder',
    examples: ['remit up --workspace examples/support-desk'],
    note: 'Stops cleanly on SIGTERM or Ctrl-C; a second one stops at once.',
  });
  addLocationOptions(command)
    .option('--host <address>', 'address to listen on (default: 127.0.0.1; REMIT_HOST)')
    .option('--port <port>', "agents' listener (default: 4747; 0 is any free one; REMIT_PORT)")
    .option('--console-port <port>', "people's listener (default: 4748; REMIT_CONSOLE_PORT)")
    .option(
      '--checkpoints <dir>',
      'a second place for signed checkpoints, best on another disk (REMIT_CHECKPOINTS)',
    )
    .option('--ledger-url <url>', 'PostgreSQL database that keeps the log (REMIT_LEDGER_URL)')
    .option(
      '--witnesses <file>',
      'witnesses that cosign every checkpoint, as a C2SP tlog-policy (REMIT_WITNESSES)',
    )
    .option(
      '--allow-host <names>',
      'further names by which the listeners may be called (REMIT_ALLOW_HOST)',
      collect,
    )
    .option(
      '--allow-origin <origins>',
      'further origins whose pages may call them (REMIT_ALLOW_ORIGIN)',
      collect,
    )
    .option('--offline', 'do not write tools.lock on the first start')
    .option('--log-level <level>', 'trace, debug, info, warn or error (default: info; REMIT_LOG_LEVEL)')
    .action(async (options: UpOptions) => {
      const settings = readSettings(context.machine, options);
      requireFolder(settings.workspace);
      const { serve } = await import('../serve.ts');
      await serve(context, settings);
    });
}
