/** `remit audit …`: search the ledger, follow it, prove and verify it. */
import { auditEventSchema, type AuditEvent } from '@remit/contracts';
import { Option, type Command } from 'commander';
import { filterNames, readFilters, type EventFilter, type FilterOptions } from '../audit/filters.ts';
import type { ApiClient } from '../client/api-client.ts';
import { withRemit } from '../client/connect.ts';
import { locate, printJson, type Context } from '../context.ts';
import { exitCodes, wrongUse } from '../exit-code.ts';
import { printable } from '../terminal/printable.ts';
import { existingCheckpointFolder } from '../settings.ts';
import { untilStopped } from '../terminal/stop.ts';
import { commandGroup, type CommandOptions } from './command.ts';

type VerifyOptions = CommandOptions & { checkpoints?: string; checkpoint?: string[] };
type SearchOptions = CommandOptions & FilterOptions & { limit?: string };

export function registerAudit(program: Command, context: Context): void {
  const command = commandGroup(program, 'audit', 'the record of everything: search, follow, prove, verify');
  addFilters(
    command(
      'search [filters...]',
      'events, newest first; --json prints one a line',
      'search agent:support result:denied --since 24h --json',
    ),
  )
    .option('--limit <n>', 'at most this many events', '100')
    .action((words: string[], options: SearchOptions) => search(context, words, options));
  addFilters(
    command('tail [filters...]', 'events as they become durable, until stopped', 'tail agent:support'),
  )
    .option('--limit <n>', 'stop after this many events')
    .action((words: string[], options: SearchOptions) => tail(context, words, options));
  command('show <id>', 'one event with all that is kept of it', 'show act_0123').action(
    (id: string, options: CommandOptions) =>
      withRemit(context, options, async (remit) => {
        const event = await remit.call('showEvent', { parameters: { id } });
        context.terminal.print(
          options.json === true ? JSON.stringify(event) : JSON.stringify(event, null, 2),
        );
      }),
  );
  command(
    'proof <id>',
    'a receipt for one event (C2SP tlog-proof), to be checked anywhere',
    'proof act_0123 > receipt.tlog-proof',
  ).action((id: string, options: CommandOptions) => proof(context, id, options));
  command(
    'verify',
    'check the whole log on disk, without a running Remit and without trusting it',
    'verify --data DIR',
  )
    .option('--checkpoints <dir>', 'where checkpoints are kept apart (REMIT_CHECKPOINTS)')
    .option(
      '--checkpoint <file-or-url>',
      'a checkpoint that somebody else keeps, such as a witness; repeat for more',
      (value: string, before: string[] | undefined) => [...(before ?? []), value],
    )
    .action((options: VerifyOptions) => verify(context, options));
}

function addFilters(command: Command): Command {
  for (const name of filterNames) command.addOption(new Option(`--${name} <value>`, `as ${name}:VALUE`));
  return command;
}

async function search(context: Context, words: readonly string[], options: SearchOptions): Promise<void> {
  const filter = readFilters(words, options, context.machine.clock.now());
  const limit = readLimit(options.limit ?? '100');
  await withRemit(context, options, async (remit) => {
    for await (const event of pages(remit, filter, limit)) printEvent(context, options, event);
  });
}

/** Pages of at most 1,000 events, as the API bounds them, until there are enough. */
async function* pages(remit: ApiClient, filter: EventFilter, limit: number): AsyncGenerator<AuditEvent> {
  let cursor: string | undefined;
  for (let left = limit; left > 0;) {
    const page = await remit.call('searchEvents', {
      query: { ...filter, limit: String(Math.min(left, 1000)), ...(cursor === undefined ? {} : { cursor }) },
    });
    yield* page.events;
    left -= page.events.length;
    cursor = page.cursor;
    if (cursor === undefined) return;
  }
}

async function tail(context: Context, words: readonly string[], options: SearchOptions): Promise<void> {
  const { since, until, ...filter } = readFilters(words, options, context.machine.clock.now());
  if (since !== undefined || until !== undefined) {
    throw wrongUse(
      'unknown_filter',
      '`audit tail` shows what comes, so it takes no times.',
      'Use `audit search`.',
    );
  }
  let left = options.limit === undefined ? Infinity : readLimit(options.limit);
  await withRemit(context, options, async (remit) => {
    using stop = untilStopped();
    for await (const data of remit.events('streamEvents', { query: filter }, stop.signal)) {
      printEvent(context, options, auditEventSchema.parse(JSON.parse(data)));
      left -= 1;
      if (left <= 0) return;
    }
  });
}

function readLimit(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw wrongUse('invalid_limit', `\`${text}\` is no number of events.`, 'Give a whole number from 1 on.');
}

function printEvent(context: Context, options: Pick<CommandOptions, 'json'>, event: AuditEvent): void {
  if (options.json === true) return printJson(context, event);
  const parts = [
    event.timestamp,
    event.agent ?? '-',
    event.action,
    event.tool ?? '-',
    event.result ?? '-',
    event.id,
    shortened(JSON.stringify(event.parameters ?? {})),
  ];
  context.terminal.print(printable(parts.join('  ')));
}

function shortened(text: string): string {
  return text.length <= 160 ? text : `${text.slice(0, 159)}…`;
}

async function proof(context: Context, id: string, options: CommandOptions): Promise<void> {
  await withRemit(context, options, async (remit) => {
    const text = await remit.call('proveEvent', { parameters: { id } });
    if (options.json === true) return printJson(context, { id, proof: text });
    context.terminal.print(text.replace(/\n$/, ''));
  });
}

async function verify(context: Context, options: VerifyOptions): Promise<void> {
  const location = locate(context.machine, options);
  const checkpoints = existingCheckpointFolder(context.machine, options, location);
  const { describeVerification, keptCheckpoint, verifyFolder } = await import('../audit/verify.ts');
  const places = options.checkpoint ?? [];
  const kept = await Promise.all(places.map((place) => keptCheckpoint(place, context.machine.folder)));
  const result = verifyFolder(location.data, checkpoints, kept);
  if (!result.ok) context.finish(exitCodes.no);
  if (options.json === true) return printJson(context, result);
  for (const line of describeVerification(result)) context.terminal.print(printable(line));
}
