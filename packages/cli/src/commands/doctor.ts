/** `remit doctor`: everything that is worth a look, with what to do about it. */
import { Fault } from '@remit/contracts';
import type { Finding } from '@remit/control';
import type { Command } from 'commander';
import type { Answer } from '../client/api-client.ts';
import { withRemit } from '../client/connect.ts';
import { printJson, type Context } from '../context.ts';
import { exitCodes } from '../exit-code.ts';
import { printable } from '../terminal/printable.ts';
import { addWorkspaceCommand, type CommandOptions } from './command.ts';

type Report = Answer<'doctor'> | { status: 'problem'; findings: Finding[] };

export function registerDoctor(program: Command, context: Context): void {
  addWorkspaceCommand(program, 'doctor', {
    does: 'servers, ledger, policy, folders: what is wrong, and what to do',
    examples: ['remit doctor'],
    note: 'Ends with 1 when something is wrong.',
  }).action((options: CommandOptions) => doctor(context, options));
}

async function doctor(context: Context, options: CommandOptions): Promise<void> {
  const report = await examined(context, options);
  if (report.status === 'problem') context.finish(exitCodes.no);
  if (options.json === true) return printJson(context, report);
  for (const finding of report.findings) {
    context.terminal.print(printable(`${finding.status.padEnd(7)}  ${finding.check}: ${finding.message}`));
    if (finding.remedy !== undefined) context.terminal.print(printable(`         remedy: ${finding.remedy}`));
  }
}

/** A workspace or folder that cannot be opened is what the doctor was asked about, so it is a finding. */
async function examined(context: Context, options: CommandOptions): Promise<Report> {
  try {
    return await withRemit(context, options, (remit) => remit.call('doctor'), { servers: true });
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const remedy = error.remedy === undefined ? {} : { remedy: error.remedy };
    return {
      status: 'problem',
      findings: [{ check: error.code, status: 'problem', message: error.message, ...remedy }],
    };
  }
}
