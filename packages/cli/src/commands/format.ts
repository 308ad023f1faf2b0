/** `remit format`: policy files and their tests in one layout, comments kept. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { formatPolicy, type SourceFile } from '@remit/policy';
import type { Command } from 'commander';
import { locate, printJson, requireFolder, type Context } from '../context.ts';
import { writeAtomically } from '../data/atomic-file.ts';
import { exitCodes } from '../exit-code.ts';
import { printable } from '../terminal/printable.ts';
import { readExampleFiles, readPolicyFiles } from '../workspace/files.ts';
import { addWorkspaceCommand, type CommandOptions } from './command.ts';

interface Options extends CommandOptions {
  check?: boolean;
}

export function registerFormat(program: Command, context: Context): void {
  addWorkspaceCommand(program, 'format [dir]', {
    does: 'lay out the policy files alike; comments, order and meaning stay',
    examples: ['remit format --check examples/support-desk'],
  })
    .option('--check', 'change nothing; end with 1 where a file would change')
    .action((folder: string | undefined, options: Options) => format(context, folder, options));
}

function format(context: Context, folder: string | undefined, options: Options): void {
  const workspace = requireFolder(locate(context.machine, options, folder).workspace);
  const files = [...readPolicyFiles(workspace), ...readExampleFiles(workspace)];
  const formatted = files.map((file) => ({ ...file, formatted: formatPolicy(file.text) }));
  const left = formatted.filter((file) => file.formatted === undefined).map(({ path }) => path);
  const changed = formatted.filter((file) => file.formatted !== undefined && file.formatted !== file.text);
  if (options.check !== true) for (const file of changed) write(workspace, file, file.formatted ?? file.text);
  if (left.length > 0 || (options.check === true && changed.length > 0)) context.finish(exitCodes.no);
  const paths = changed.map(({ path }) => path);
  if (options.json === true) return printJson(context, { files: files.length, changed: paths, left });
  for (const path of left) context.terminal.say(printable(`${path} is left as it is: see \`remit check\`.`));
  for (const path of paths) context.terminal.print(printable(path));
}

function write(workspace: string, { path }: SourceFile, text: string): void {
  const target = join(workspace, path);
  writeAtomically(target, text, statSync(target).mode & 0o777);
}
