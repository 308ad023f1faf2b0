/** `remit diff`: which decisions change between two versions of a policy. */
import { resolve } from 'node:path';
import { diffPolicies, formatDiff, type CompiledPolicy } from '@remit/policy';
import type { Command } from 'commander';
import { addJsonOption, printJson, requireFolder, type Context, type JsonOption } from '../context.ts';
import { exitCodes } from '../exit-code.ts';
import { printable } from '../terminal/printable.ts';
import { PolicyRefused, readWorkspace } from '../workspace/load.ts';

type Options = JsonOption & { data?: string };

export function registerDiff(program: Command, context: Context): void {
  addJsonOption(
    program
      .command('diff <old> <new>')
      .description('which decisions change between two workspaces, not which lines')
      .option('--data <dir>', 'taken as everywhere; a comparison needs nothing of it'),
  )
    .addHelpText(
      'after',
      '\nExample:\n  $ git worktree add ../main main && remit diff ../main/policy policy\n\nPrints Markdown for a review. Ends with 1 where a decision changes, with 0 where none does.',
    )
    .action((older: string, newer: string, options: Options) => {
      const diff = diffPolicies(policyIn(context, older), policyIn(context, newer));
      const { decisions, limits, data, agents, tools } = diff;
      const lists = [
        decisions,
        limits,
        data,
        agents.added,
        agents.removed,
        tools.added,
        tools.removed,
        tools.redefined,
      ];
      if (lists.some((list) => list.length > 0)) context.finish(exitCodes.no);
      if (options.json === true) return printJson(context, diff);
      for (const line of formatDiff(diff).split('\n')) context.terminal.print(printable(line));
    });
}

/** @throws PolicyRefused for a set that would not load either. */
function policyIn(context: Context, folder: string): CompiledPolicy {
  const workspace = requireFolder(resolve(context.machine.folder, folder));
  const { files, result } = readWorkspace(workspace);
  if (result.policy === undefined) throw new PolicyRefused(workspace, files, result.diagnostics);
  return result.policy;
}
