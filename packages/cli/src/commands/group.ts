/** Groups of commands such as `remit agents …`, whose commands take the same options and each show an example. */
import type { Command } from 'commander';
import { addJsonOption, addLocationOptions, type JsonOption, type LocationOptions } from '../context.ts';

/** What every command of a group takes. */
export type GroupOptions = LocationOptions & JsonOption;

/** Makes one command of the group. `example` is what follows the group's name; `usage` is commander's. */
export type MakeCommand = (usage: string, description: string, example: string) => Command;

/** @param note what the help of each command says after its example */
export function commandGroup(
  program: Command,
  name: string,
  description: string,
  note?: string,
): MakeCommand {
  const group = program.command(name).description(description);
  return (usage, does, example) => {
    const help = `\nExample:\n  $ remit ${name} ${example}${note === undefined ? '' : `\n\n${note}`}`;
    return addJsonOption(addLocationOptions(group.command(usage).description(does))).addHelpText(
      'after',
      help,
    );
  };
}
