/** `remit report …`: what was recorded, put together for a question that people ask. */
import { longestWindow } from '@remit/policy';
import type { Command } from 'commander';
import { readTime } from '../audit/filters.ts';
import { withRemit } from '../client/connect.ts';
import { locate, printJson, requireFolder, type Context } from '../context.ts';
import { exitCodes } from '../exit-code.ts';
import { lookingBack, recordedCalls, type RecordedCalls } from '../recorded/recorded-calls.ts';
import { withEvents } from '../recorded/search-events.ts';
import { describeDeletions } from '../report/deletions.ts';
import { describeReadiness, describeVisibility } from '../report/describe.ts';
import { readinessOf } from '../report/readiness.ts';
import { visibilityOf, type Visible } from '../report/visibility.ts';
import { printable } from '../terminal/printable.ts';
import { requirePolicy } from '../workspace/load.ts';
import { addWorkspaceCommand, type CommandOptions } from './command.ts';

interface Options extends CommandOptions {
  since: string;
  agent?: string;
}

export function registerReport(program: Command, context: Context): void {
  const report = program.command('report').description('what was recorded, put together for a question');
  const command = (name: string, does: string, since: string, note: string): Command =>
    addWorkspaceCommand(report, name, { does, examples: [`remit report ${name} --since ${since}`], note })
      .option('--since <time>', 'how far back: `7d`, `24h`, or a time', since)
      .option('--agent <name>', 'only this agent');
  command(
    'visibility',
    'agents, the tools they use, the risk of that, and the remit that fits',
    '30d',
    'The first step of adoption: observe, then see what there is.',
  ).action((options: Options) => visibility(context, options));
  command(
    'readiness',
    'what enforcing this policy would have refused',
    '7d',
    'Ends with 1 where an agent would have been refused something that ran.',
  ).action((options: Options) => readiness(context, options));
  addWorkspaceCommand(report, 'deletions', {
    does: 'what was deleted, when, why and by whom',
    examples: ['remit report deletions --since 30d'],
    note: 'Erasures and retention; whom an erasure was about is recorded nowhere.',
  })
    .option('--since <time>', 'how far back: `7d`, `24h`, or a time', '365d')
    .action((options: Options) => deletions(context, options));
}

async function deletions(context: Context, options: Options): Promise<void> {
  const since = readTime(options.since, context.machine.clock.now());
  await withRemit(context, options, async (remit) => {
    const report = await remit.call('reportDeletions', { query: { since } });
    if (options.json === true) return printJson(context, report);
    for (const line of describeDeletions(report.deletions)) context.terminal.print(printable(line));
    if (!report.complete) context.terminal.say('There were more; ask for a shorter time.');
  });
}

interface Reported extends Visible, RecordedCalls {
  /** RFC 3339. */
  since: string;
}

/** @param lookback how far before `since` calls are read as well, in milliseconds. */
async function readRecorded(
  context: Context,
  options: Options,
  lookback: (visible: Visible) => number,
): Promise<Reported> {
  const location = locate(context.machine, options);
  const { policy, files, lock } = requirePolicy(requireFolder(location.workspace));
  const visible: Visible = { policy, files, lock };
  const since = readTime(options.since, context.machine.clock.now());
  const from = lookingBack(since, lookback(visible));
  const filter = { agent: options.agent, since: from };
  const read = await withEvents(context, location, (search) => recordedCalls(search, filter));
  if (read.cut)
    context.terminal.say('There were more calls than a report looks at; the oldest are left out.');
  return { ...visible, ...read, since };
}

async function visibility(context: Context, options: Options): Promise<void> {
  const { since, calls, unreadable, cut, ...visible } = await readRecorded(context, options, () => 0);
  const agents = visibilityOf(visible, calls).filter(({ agent }) => agent === (options.agent ?? agent));
  if (options.json === true)
    return printJson(context, { since, calls: calls.length, unreadable, cut, agents });
  for (const line of describeVisibility(agents)) context.terminal.print(printable(line));
  context.terminal.print(`${calls.length} calls of ${agents.length} agents since ${since}`);
}

async function readiness(context: Context, options: Options): Promise<void> {
  const { since, calls, unreadable, cut, policy } = await readRecorded(context, options, (visible) =>
    longestWindow(visible.policy),
  );
  const agents = await readinessOf(policy, calls, since);
  const ready = agents.every((agent) => agent.ready);
  if (!ready) context.finish(exitCodes.no);
  if (options.json === true) return printJson(context, { since, ready, unreadable, cut, agents });
  for (const line of describeReadiness(agents)) context.terminal.print(printable(line));
  context.terminal.print(
    ready
      ? `Enforcing would have refused nothing since ${since}.`
      : `Enforcing would have refused calls since ${since}.`,
  );
}
