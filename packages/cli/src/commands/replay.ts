/** `remit replay`: this workspace against calls that were recorded. */
import { resolve } from 'node:path';
import { longestWindow, type CompiledPolicy } from '@remit/policy';
import type { Command } from 'commander';
import { readTime } from '../audit/filters.ts';
import { locate, printJson, requireFolder, type Context } from '../context.ts';
import { wrongUse } from '../exit-code.ts';
import { lookingBack, recordedCalls } from '../recorded/recorded-calls.ts';
import { withEvents } from '../recorded/search-events.ts';
import { describeGroups, grouped } from '../replay/describe-changes.ts';
import { changedDecisions, type ChangedCall } from '../replay/replay-recorded.ts';
import { replayRuns, type ReplayedCall } from '../replay/replay-traces.ts';
import { readTraces } from '../replay/traces.ts';
import { printable } from '../terminal/printable.ts';
import { requirePolicy } from '../workspace/load.ts';
import { addWorkspaceCommand, type CommandOptions } from './command.ts';

interface Options extends CommandOptions {
  traces?: string;
  since?: string;
  agent?: string;
}

export function registerReplay(program: Command, context: Context): void {
  addWorkspaceCommand(program, 'replay [dir]', {
    does: 'decide recorded calls by this workspace; nothing runs',
    examples: [
      'remit replay changed-policy --since 7d --data DATA',
      'remit replay examples/support-desk --traces runs.jsonl --json',
    ],
    note: 'docs/replay.md says what a traces file holds and what is carried from call to call.',
  })
    .option('--since <time>', "this Remit's own recorded calls: `7d`, `24h`, or a time")
    .option('--agent <name>', 'of --since, only the calls of this agent')
    .option('--traces <file>', 'runs from a file, JSON lines')
    .action((folder: string | undefined, options: Options) => replay(context, folder, options));
}

async function replay(context: Context, folder: string | undefined, options: Options): Promise<void> {
  const { workspace, data } = locate(context.machine, options, folder);
  requireFolder(workspace);
  if ((options.traces === undefined) === (options.since === undefined)) {
    throw wrongUse(
      'what_to_replay',
      'Either recorded calls are replayed or a file.',
      'Give one of --since and --traces.',
    );
  }
  const { policy } = requirePolicy(workspace);
  if (options.since !== undefined) {
    return replaySince(context, { ...options, workspace, data, since: options.since }, policy);
  }
  const path = resolve(context.machine.folder, options.traces ?? '');
  await replayTraces(context, options, policy, path);
}

async function replaySince(
  context: Context,
  { since, agent, json, ...location }: Options & { since: string; workspace: string; data: string },
  policy: CompiledPolicy,
): Promise<void> {
  const from = readTime(since, context.machine.clock.now());
  // What was used of limits before that counts as well.
  const earlier = lookingBack(from, longestWindow(policy));
  const read = await withEvents(context, location, (search) =>
    recordedCalls(search, { agent, since: earlier }),
  );
  const changes: ChangedCall[] = [];
  for await (const change of changedDecisions(policy, read.calls, from)) changes.push(change);
  const calls = read.calls.filter(({ action }) => action.received_at >= from).length;
  const { unreadable, cut } = read;
  const groups = grouped(changes);
  if (json === true)
    return printJson(context, {
      since: from,
      calls,
      changed: changes.length,
      unreadable,
      cut,
      groups,
      changes,
    });
  for (const line of describeGroups(groups)) context.terminal.print(printable(line));
  context.terminal.print(`${changes.length} of ${calls} calls since ${from} would be decided otherwise`);
  if (unreadable > 0)
    context.terminal.say(`${unreadable} calls could not be decided anew: their arguments are gone.`);
  if (cut) context.terminal.say('There were more calls than one replay looks at; the oldest are left out.');
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
    counts[call.effect] += 1;
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
