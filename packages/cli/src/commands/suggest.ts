/** `remit suggest`: the least that an agent needs, from what it was recorded to use. */
import type { Suggestion } from '@remit/policy';
import type { Command } from 'commander';
import { readTime } from '../audit/filters.ts';
import { locate, printJson, requireFolder, type Context } from '../context.ts';
import { cannot } from '../exit-code.ts';
import { recordedCalls, type RecordedCalls } from '../recorded/recorded-calls.ts';
import { withEvents } from '../recorded/search-events.ts';
import { isUse, suggestionFor } from '../recorded/suggestion.ts';
import { printable } from '../terminal/printable.ts';
import { requirePolicy } from '../workspace/load.ts';
import { addWorkspaceCommand, type CommandOptions } from './command.ts';

interface Options extends CommandOptions {
  agent: string;
  since: string;
}

export function registerSuggest(program: Command, context: Context): void {
  addWorkspaceCommand(program, 'suggest', {
    does: 'a least-privilege policy for an agent, from its recorded use',
    examples: ['remit suggest --agent customer-support --since 14d > suggested.yaml'],
    note: 'What was refused is not granted. Review it: use says what is needed, not what is right.',
  })
    .requiredOption('--agent <name>', 'whose use')
    .option('--since <time>', 'how far back: `7d`, `24h`, or a time', '30d')
    .action((options: Options) => suggest(context, options));
}

async function suggest(context: Context, options: Options): Promise<void> {
  const location = locate(context.machine, options);
  const { policy } = requirePolicy(requireFolder(location.workspace));
  const since = readTime(options.since, context.machine.clock.now());
  const { agent } = options;
  const read = await withEvents(context, location, (search) => recordedCalls(search, { agent, since }));
  if (read.calls.length === 0) throw nothingRecorded(agent, since);
  const suggestion = suggestionFor(policy, agent, read.calls);
  const refused = read.calls.length - read.calls.filter(isUse).length;
  if (options.json === true)
    return printJson(context, { since, calls: read.calls.length, refused, ...suggestion });
  for (const line of describe(suggestion, since, read, refused)) context.terminal.print(printable(line));
}

function nothingRecorded(agent: string, since: string) {
  return cannot(
    'nothing_recorded',
    `Agent ${agent} made no calls since ${since}.`,
    'Look further back with --since, or name another agent.',
  );
}

function describe(
  { agent, tools, access, gone, document, actions }: Suggestion,
  since: string,
  { calls, cut }: RecordedCalls,
  refused: number,
): string[] {
  const notes = [
    `# Suggested for ${agent} from ${calls.length} calls since ${since}: ${tools.length} tools${others(access)}.`,
    ...(refused > 0 ? [`# ${refused} of them were refused; what they asked for is not granted.`] : []),
    ...(gone.length > 0 ? [`# Not in tools.lock any more: ${gone.join(', ')}.`] : []),
    ...(cut ? ['# There were more calls than a suggestion looks at; the oldest are left out.'] : []),
  ];
  const workspace =
    actions === ''
      ? []
      : [
          '',
          '# Into the workspace document:',
          ...actions
            .trimEnd()
            .split('\n')
            .map((line) => `# ${line}`),
        ];
  return [...notes, ...document.trimEnd().split('\n'), ...workspace];
}

function others(access: Suggestion['access']): string {
  const areas = Map.groupBy(access, ({ area }) => area);
  return [...areas].map(([area, own]) => `, ${own.length} of ${area}`).join('');
}
