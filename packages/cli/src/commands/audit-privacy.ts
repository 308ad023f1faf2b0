/** `remit audit erase`, `export` and `hold`: what people may ask to be deleted or shown, and what has to stay. */
import type { Command } from 'commander';
import { readTime } from '../audit/filters.ts';
import type { Answer } from '../client/api-client.ts';
import { withRemit } from '../client/connect.ts';
import { printJson, type Context } from '../context.ts';
import { wrongUse } from '../exit-code.ts';
import { printable } from '../terminal/printable.ts';
import { table } from '../terminal/table.ts';
import { addCommand, addWorkspaceCommand, type CommandOptions, type MakeCommand } from './command.ts';

type EraseOptions = CommandOptions & { subject?: string; confirm?: string; list?: boolean };
type HoldOptions = CommandOptions & {
  reason: string;
  subject?: string;
  conversation?: string;
  agent?: string;
  since?: string;
  until?: string;
};

export function registerErase(command: MakeCommand, context: Context): void {
  command(
    'erase',
    'take out everything that is recorded about a person; every proof stays valid',
    'erase --subject cust-456',
  )
    .option('--subject <id>', 'an id under which records name the person')
    .option('--confirm <erasure>', 'agree, as a second administrator, to one that somebody asked for')
    .option('--list', 'those that wait for a second administrator')
    .addHelpText(
      'after',
      '\nTakes the token of an administrator (REMIT_TOKEN); where there are several, a second one has to agree. What a\nlegal hold keeps is not erased. Run it once for each id that the person has.',
    )
    .action((options: EraseOptions) => erase(context, options));
}

async function erase(context: Context, options: EraseOptions): Promise<void> {
  const { subject, confirm, list } = options;
  if ([subject, confirm, list].filter((given) => given !== undefined).length !== 1) {
    throw wrongUse(
      'what_to_erase',
      'Say one of --subject, --confirm and --list.',
      'See `remit audit erase --help`.',
    );
  }
  await withRemit(
    context,
    options,
    async (remit) => {
      if (list === true) return printWaiting(context, options, await remit.call('listErasures'));
      const erasure =
        confirm === undefined
          ? await remit.call('requestErasure', { body: { subject: subject! } })
          : await remit.call('confirmErasure', { parameters: { id: confirm } });
      printErasure(context, options, erasure);
    },
    { person: list !== true },
  );
}

function printWaiting(context: Context, options: CommandOptions, { erasures }: Answer<'listErasures'>): void {
  if (options.json === true) return printJson(context, erasures);
  const rows = erasures.map(({ id, subject, asked_at, asked_by }) => [id, subject, asked_at, asked_by]);
  for (const line of table(['erasure', 'subject', 'asked', 'by'], rows))
    context.terminal.print(printable(line));
}

function printErasure(context: Context, options: CommandOptions, erasure: Answer<'requestErasure'>): void {
  if (options.json === true) return printJson(context, erasure);
  const { id, status, payloads, events = [], commitment, salt } = erasure;
  if (status === 'waiting') {
    context.terminal.print(`${id} waits for a second administrator: remit audit erase --confirm ${id}`);
    return;
  }
  context.terminal.print(`${payloads ?? 0} payloads are gone; recorded as ${events.join(', ')}`);
  context.terminal.say(
    `The record says ${commitment ?? ''}: SHA-256 of the salt ${salt ?? ''} and the id. The salt is not shown again.`,
  );
}

export function registerHolds(audit: Command, context: Context): void {
  const group = addCommand(audit, 'hold', {
    does: 'legal holds: what neither erasure nor retention may touch',
    examples: ['remit audit hold list'],
  });
  const command = (usage: string, does: string, example: string): Command =>
    addWorkspaceCommand(group, usage, { does, examples: [`remit audit hold ${example}`] });
  command('list', 'all that are in force', 'list').action((options: CommandOptions) =>
    list(context, options),
  );
  command('add', 'place one; all that is given has to fit', 'add --subject cust-456 --reason "case 17/2026"')
    .requiredOption('--reason <text>', 'what for')
    .option('--subject <id>', 'an id under which records name a person')
    .option('--conversation <id>', 'a conversation')
    .option('--agent <name>', 'an agent')
    .option('--since <time>', 'what was recorded then or later: a time, a date, or a span back such as `7d`')
    .option('--until <time>', 'what was recorded before')
    .action((options: HoldOptions) => add(context, options));
  command('release <id>', 'release one', 'release hold_0123').action((id: string, options: CommandOptions) =>
    withRemit(
      context,
      options,
      async (remit) => {
        await remit.call('releaseHold', { parameters: { id } });
        if (options.json === true) return printJson(context, { id, released: true });
        context.terminal.say(`${id} is released.`);
      },
      { person: true },
    ),
  );
}

async function list(context: Context, options: CommandOptions): Promise<void> {
  await withRemit(context, options, async (remit) => {
    const { holds } = await remit.call('listHolds');
    if (options.json === true) return printJson(context, holds);
    const rows = holds.map(({ id, placed_at, reason, ...what }) => [
      id,
      Object.entries(what)
        .map(([name, value]) => `${name}:${value}`)
        .join(' '),
      placed_at,
      reason,
    ]);
    for (const line of table(['hold', 'holds', 'placed', 'reason'], rows))
      context.terminal.print(printable(line));
  });
}

async function add(context: Context, options: HoldOptions): Promise<void> {
  const { reason, subject, conversation, agent, since, until } = options;
  const now = context.machine.clock.now();
  await withRemit(
    context,
    options,
    async (remit) => {
      const hold = await remit.call('addHold', {
        body: {
          reason,
          ...(subject !== undefined && { subject }),
          ...(conversation !== undefined && { conversation }),
          ...(agent !== undefined && { agent }),
          ...(since !== undefined && { since: readTime(since, now) }),
          ...(until !== undefined && { until: readTime(until, now) }),
        },
      });
      if (options.json === true) return printJson(context, hold);
      context.terminal.print(hold.id);
    },
    { person: true },
  );
}
