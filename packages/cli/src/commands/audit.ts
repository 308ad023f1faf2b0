/** `remit audit …`: search the ledger, follow it, prove and verify it. */
import { auditEventSchema, filterKeys, type AuditEvent } from '@remit/contracts';
import { resolve } from 'node:path';
import { exportFormats, type ExportFormat } from '@remit/control';
import { Option, type Command } from 'commander';
import { filterNames, readFilters, readLiveFilters, type FilterOptions } from '../audit/filters.ts';
import type { Answer, ApiClient } from '../client/api-client.ts';
import { withRemit } from '../client/connect.ts';
import { locate, printJson, type Context } from '../context.ts';
import { exitCodes, wrongUse } from '../exit-code.ts';
import { printable } from '../terminal/printable.ts';
import { existingCheckpointFolder } from '../settings.ts';
import { untilStopped } from '../terminal/stop.ts';
import { registerErase, registerHolds } from './audit-privacy.ts';
import { commandGroup, type CommandOptions } from './command.ts';

interface VerifyOptions extends CommandOptions {
  checkpoints?: string;
  checkpoint?: string[];
  log?: string;
  bundle?: string;
  key?: string;
  witnessKey?: string[];
}
type ExportOptions = CommandOptions & FilterOptions & { format: ExportFormat; output?: string };
type TailOptions = CommandOptions & FilterOptions & { limit?: string };
type SearchOptions = TailOptions & { cursor?: string; count?: boolean };

export function registerAudit(program: Command, context: Context): void {
  const command = commandGroup(program, 'audit', 'the record of everything: search, follow, prove, verify');
  addFilters(
    command(
      'search [filters...]',
      'events, newest first; --json prints one a line',
      `search 'agent:support -result:success tool:(refund* OR "ticket-update") duration>2s' --since 24h --json`,
    ),
  )
    .addHelpText('after', filterHelp)
    .option('--limit <n>', 'at most this many events', '100')
    .option('--cursor <cursor>', 'go on where an earlier search ended')
    .option('--count', 'say how many there are')
    .action((words: string[], options: SearchOptions) => search(context, words, options));
  addFilters(
    command('tail [filters...]', 'events as they become durable, until stopped', 'tail agent:support'),
  )
    .option('--limit <n>', 'stop after this many events')
    .action((words: string[], options: TailOptions) => tail(context, words, options));
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
  addFilters(
    command(
      'export [filters...]',
      'all events that the filter finds, as JSON lines, CSV or an evidence bundle; recorded',
      'export agent:support --since 30d --format bundle --output evidence.jsonl',
    ),
  )
    .addOption(
      new Option('--format <format>', 'jsonl, csv (safe to open in a spreadsheet), or bundle (with proofs)')
        .choices(exportFormats)
        .default('jsonl'),
    )
    .option('--output <file>', 'write there instead of to stdout')
    .action((words: string[], options: ExportOptions) => exportEvents(context, words, options));
  command(
    'verify',
    'check the whole log, a published one or a bundle, without a running Remit and without trusting it',
    'verify --bundle evidence.jsonl --key log.vkey',
  )
    .option('--log <url-or-dir>', 'a log as it is published (tiles), instead of the data folder')
    .option('--bundle <file>', 'an evidence bundle, instead of the data folder')
    .option('--key <key-or-file>', "the log's verifier key, which you have from elsewhere (`log.vkey`)")
    .option(
      '--witness-key <key-or-file>',
      'a witness whose cosignature is looked for; repeat for more',
      (value: string, before: string[] | undefined) => [...(before ?? []), value],
    )
    .option('--checkpoints <dir>', 'where checkpoints are kept apart (REMIT_CHECKPOINTS)')
    .option(
      '--checkpoint <file-or-url>',
      'a checkpoint that somebody else keeps, such as a witness; repeat for more',
      (value: string, before: string[] | undefined) => [...(before ?? []), value],
    )
    .action((options: VerifyOptions) => verify(context, options));
  registerErase(command, context);
  registerHolds(
    program.commands.find((one) => one.name() === 'audit')!,
    context,
  );
}

const filterHelp = `
Filters: key:value  -key:value  key:(a OR b)  key:"two words"  duration>2s  bytes>100kb  time<2026-03-03  "text"
  keys: ${filterKeys.join(', ')}, context.NAME
  All have to hold. agent, server, tool and rule take a star at the end; "text" is looked for in parameters,
  answers and reasons that can still be read. Quote the whole filter for the shell.`;

function addFilters(command: Command): Command {
  for (const name of filterNames) command.addOption(new Option(`--${name} <value>`, `as ${name}:VALUE`));
  return command;
}

async function search(context: Context, words: readonly string[], options: SearchOptions): Promise<void> {
  const filter = readFilters(words, options, context.machine.clock.now());
  const limit = readLimit(options.limit ?? '100');
  await withRemit(context, options, async (remit) => {
    for await (const { events, count, ...end } of pages(remit, filter, limit, options)) {
      if (count !== undefined) context.terminal.say(describeCount(count));
      for (const event of events) printEvent(context, options, event);
      if (end.last && end.cursor !== undefined) context.terminal.say(describeEnd(end));
    }
  });
}

type Page = Answer<'searchEvents'> & { last: boolean };

/** Pages of at most 1,000 events, as the API bounds them, until there are enough or enough was looked at. */
async function* pages(
  remit: ApiClient,
  filter: string,
  limit: number,
  options: SearchOptions,
): AsyncGenerator<Page> {
  let cursor = options.cursor;
  let counts = options.count === true;
  for (let [left, looked] = [limit, 1]; ; looked += 1) {
    const query = { filter, limit: String(Math.min(left, 1000)), ...(counts && { count: 'true' as const }) };
    const page = await remit.call('searchEvents', {
      query: { ...query, ...(cursor !== undefined && { cursor }) },
    });
    left -= page.events.length;
    cursor = page.cursor;
    counts = false;
    const last =
      cursor === undefined || left <= 0 || (page.searched_back_to !== undefined && looked >= pagesLooked);
    yield { ...page, last };
    if (last) return;
  }
}

/** Pages that a search asks for while they bring less than they could. */
const pagesLooked = 50;

function describeCount({ events, exact }: { events: number; exact: boolean }): string {
  return exact ? `${events} events` : `at least ${events} events`;
}

function describeEnd({ cursor, searched_back_to }: Pick<Page, 'cursor' | 'searched_back_to'>): string {
  const reached =
    searched_back_to === undefined ? 'there may be more' : `searched back to ${searched_back_to} only`;
  return `${reached}; go on with --cursor ${cursor}`;
}

async function tail(context: Context, words: readonly string[], options: TailOptions): Promise<void> {
  const filter = readLiveFilters(words, options, context.machine.clock.now());
  let left = options.limit === undefined ? Infinity : readLimit(options.limit);
  await withRemit(context, options, async (remit) => {
    using stop = untilStopped();
    for await (const data of remit.events('streamEvents', { query: { filter } }, stop.signal)) {
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

async function exportEvents(
  context: Context,
  words: readonly string[],
  options: ExportOptions,
): Promise<void> {
  const filter = readFilters(words, options, context.machine.clock.now());
  const { writeExport } = await import('../audit/export.ts');
  await withRemit(context, options, async (remit) => {
    const body = await remit.download('exportEvents', { query: { format: options.format, filter } });
    if (options.output === undefined) return context.terminal.pass(body);
    await writeExport(body, resolve(context.machine.folder, options.output));
  });
}

async function verify(context: Context, options: VerifyOptions): Promise<void> {
  if (options.log !== undefined || options.bundle !== undefined) return verifyElsewhere(context, options);
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

async function verifyElsewhere(context: Context, options: VerifyOptions): Promise<void> {
  const { machine, terminal } = context;
  const { describeOffline, keyText, verifyBundle, verifyLogAt } =
    await import('../audit/verify-elsewhere.ts');
  const { keptCheckpoint } = await import('../audit/verify.ts');
  const keys = {
    key: options.key === undefined ? undefined : keyText(options.key, machine.folder),
    witness_keys: (options.witnessKey ?? []).map((key) => keyText(key, machine.folder)),
  };
  const places = options.checkpoint ?? [];
  const kept = await Promise.all(places.map((place) => keptCheckpoint(place, machine.folder)));
  const result =
    options.bundle === undefined
      ? await verifyLogAt(options.log!, machine.folder, keys, kept, machine.env['REMIT_TOKEN'])
      : await verifyBundle(resolve(machine.folder, options.bundle), keys);
  if (!result.ok) context.finish(exitCodes.no);
  if (options.json === true) return printJson(context, result);
  for (const line of describeOffline(result)) terminal.print(printable(line));
}
