/** `remit replay`: this workspace against calls that were recorded. */
import { resolve } from 'node:path';
import type { CompiledPolicy } from '@remit/policy';
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
import { wrongUse } from '../exit-code.ts';
import { replayRuns, type ReplayedCall } from '../replay/replay-traces.ts';
import { readTraces } from '../replay/traces.ts';
import { printable } from '../terminal/printable.ts';
import { PolicyRefused, readWorkspace } from '../workspace/load.ts';

interface Options extends JsonOption, LocationOptions {
  traces?: string;
}

export function registerReplay(program: Command, context: Context): void {
  addJsonOption(
    program
      .command('replay [dir]')
      .description('decide recorded calls by this workspace; nothing runs')
      .option('--traces <file>', 'runs from a file, JSON lines')
      .option('--workspace <dir>', 'the same as DIR (REMIT_WORKSPACE)')
      .option('--data <dir>', "Remit's data folder (REMIT_DATA)"),
  )
    .addHelpText(
      'after',
      '\nExample:\n  $ remit replay examples/support-desk --traces runs.jsonl --json\n\ndocs/replay.md says what a traces file holds and what is carried from call to call.',
    )
    .action((folder: string | undefined, options: Options) => replay(context, folder, options));
}

async function replay(context: Context, folder: string | undefined, options: Options): Promise<void> {
  const { workspace } = locate(context.machine, options, folder);
  requireFolder(workspace);
  const { files, result } = readWorkspace(workspace);
  if (result.policy === undefined) throw new PolicyRefused(workspace, files, result.diagnostics);
  if (options.traces === undefined) {
    throw wrongUse('nothing_to_replay', 'There is nothing to replay.', 'Name a file with --traces.');
  }
  await replayTraces(context, options, result.policy, resolve(context.machine.folder, options.traces));
}

async function replayTraces(
  context: Context,
  options: Options,
  policy: CompiledPolicy,
  path: string,
): Promise<void> {
  const counts = { calls: 0, allow: 0, approve: 0, deny: 0 };
  const runs = new Set<string | number>();
  for await (const { agent, ...call } of replayRuns(policy, readTraces(path))) {
    counts.calls += 1;
    counts[call.effect as 'allow' | 'approve' | 'deny'] += 1;
    runs.add(call.run);
    if (options.json === true) printJson(context, call);
    else if (call.effect !== 'allow') context.terminal.print(printable(described(agent, call)));
  }
  if (options.json === true) return;
  const { calls, allow, approve, deny } = counts;
  const share = calls === 0 ? '' : ` (${((allow / calls) * 100).toFixed(1)} %)`;
  context.terminal.print(
    `${calls} calls in ${runs.size} runs: ${allow} allowed${share}, ${approve} wait for a person, ${deny} denied`,
  );
}

function described(
  agent: string,
  { run, index, tool, effect, tier, rule, code, reason }: ReplayedCall,
): string {
  const place = rule === null ? '' : ` (${rule.file}:${rule.line})`;
  return `${run} #${index}  ${agent}  ${tool}  ${effect}  ${code ?? tier ?? '-'}${place}  ${reason}`;
}
