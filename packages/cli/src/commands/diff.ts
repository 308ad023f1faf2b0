/** `remit diff`: which decisions change between two versions of a policy. */
import { resolve } from 'node:path';
import { diffPolicies, formatDiff, type CompiledPolicy } from '@remit/policy';
import type { Command } from 'commander';
import { printJson, requireFolder, type Context } from '../context.ts';
import { exitCodes } from '../exit-code.ts';
import { printable } from '../terminal/printable.ts';
import { requirePolicy } from '../workspace/load.ts';
import { addCommand, addJsonOption, type CommandOptions } from './command.ts';

export function registerDiff(program: Command, context: Context): void {
  const command = addCommand(program, 'diff <old> <new>', {
    does: 'which decisions change between two workspaces, not which lines',
    examples: ['git worktree add ../main main && remit diff ../main/policy policy'],
    note: 'Prints Markdown for a review. Ends with 1 where a decision changes, with 0 where none does.',
  });
  addJsonOption(command)
    .option('--data <dir>', 'taken as everywhere; a comparison needs nothing of it')
    .action((older: string, newer: string, options: CommandOptions) => {
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
  return requirePolicy(workspace).policy;
}
