/** The one way in which a command is made: what it does, an example of it, and the options that it shares. */
import type { Command } from 'commander';
import type { LocationOptions } from '../context.ts';

/** What a command of a workspace takes. */
export interface CommandOptions extends LocationOptions {
  json?: boolean;
}

export interface CommandHelp {
  does: string;
  /** Command lines as they are typed. */
  examples: readonly string[];
  note?: string;
}

/** Makes a command that takes none of the shared options by itself. `usage` is commander's. */
export function addCommand(
  parent: Command,
  usage: string,
  { does, examples, note = '' }: CommandHelp,
): Command {
  const heading = examples.length === 1 ? 'Example' : 'Examples';
  const lines = examples.map((example) => `\n  $ ${example}`).join('');
  return parent
    .command(usage)
    .description(does)
    .addHelpText('after', `\n${heading}:${lines}${note === '' ? '' : `\n\n${note}`}`);
}

/** Makes a command that works on a workspace and prints data. */
export function addWorkspaceCommand(parent: Command, usage: string, help: CommandHelp): Command {
  return addJsonOption(addLocationOptions(addCommand(parent, usage, help)));
}

export function addLocationOptions(command: Command): Command {
  return command
    .option('--workspace <dir>', 'folder of the policy documents (default: this folder; REMIT_WORKSPACE)')
    .option(
      '--data <dir>',
      "Remit's data folder (default: one per workspace in the user's state folder; REMIT_DATA)",
    );
}

export function addJsonOption(command: Command): Command {
  return command.option('--json', 'print data as JSON');
}

/** Makes one command of a group such as `remit agents …`. `example` is what follows the group's name. */
export type MakeCommand = (usage: string, does: string, example: string) => Command;

/** @param note what the help of each command says after its example */
export function commandGroup(program: Command, name: string, does: string, note?: string): MakeCommand {
  const group = program.command(name).description(does);
  return (usage, does, example) =>
    addWorkspaceCommand(group, usage, {
      does,
      examples: [`remit ${name} ${example}`],
      ...(note !== undefined && { note }),
    });
}
