/** `remit tools …`: tools.lock against what servers list now. */
import type { Command } from 'commander';
import { locate, printJson, type Context } from '../context.ts';
import { exitCodes, wrongUse } from '../exit-code.ts';
import { describePlace } from '../terminal/problem.ts';
import { printable } from '../terminal/printable.ts';
import { table } from '../terminal/table.ts';
import { readLock } from '../workspace/tools-lock.ts';
import type { ToolChange } from '../workspace/tool-changes.ts';
import { withToolDesk, type Accepted, type ToolDesk } from '../workspace/tool-desk.ts';
import { commandGroup, type CommandOptions } from './command.ts';

export function registerTools(program: Command, context: Context): void {
  const command = commandGroup(
    program,
    'tools',
    'tools.lock: the definitions that the policy was checked against',
  );
  command('list', 'the tools in tools.lock', 'list').action((options: CommandOptions) =>
    list(context, options),
  );
  command('pull', 'take tools that are new into tools.lock; changed ones wait for `accept`', 'pull').action(
    (options: CommandOptions) => pull(context, options),
  );
  command('diff', 'what servers list now against tools.lock; ends with 1 where it differs', 'diff').action(
    (options: CommandOptions) => diff(context, options),
  );
  command(
    'accept [tools...]',
    'take live definitions into tools.lock (server/tool, or --all)',
    'accept crm/refund-create',
  )
    .option('--all', 'everything that differs')
    .action((names: string[], options: CommandOptions & { all?: boolean }) =>
      accept(context, names, options),
    );
}

function list(context: Context, options: CommandOptions): void {
  const lock = readLock(locate(context.machine, options).workspace);
  const tools = Object.entries(lock?.servers ?? {}).flatMap(([server, locked]) =>
    locked.tools.map(({ digest, definition }) => ({ server, tool: definition.name, digest, definition })),
  );
  if (options.json === true) return printJson(context, tools);
  if (lock === undefined) context.terminal.say('There is no tools.lock yet; `remit tools pull` writes it.');
  const rows = tools.map(({ server, tool, digest, definition }) => [
    `${server}/${tool}`,
    digest.slice(0, 19),
    definition.title ?? definition.annotations?.title ?? '-',
  ]);
  for (const line of table(['tool', 'digest', 'title'], rows)) context.terminal.print(line);
}

async function diff(context: Context, options: CommandOptions): Promise<void> {
  await withToolDesk(context, options, async (desk) => {
    const changes = await desk.changes();
    const different = changes.filter(({ status }) => status !== 'same');
    if (different.some(({ status }) => status !== 'unseen')) context.finish(exitCodes.no);
    if (options.json === true) return printJson(context, changes);
    for (const change of different) for (const line of describeChange(change)) context.terminal.print(line);
    if (different.length === 0) context.terminal.print('Live tools are as in tools.lock.');
    describeDown(context, desk);
  });
}

async function pull(context: Context, options: CommandOptions): Promise<void> {
  await withToolDesk(context, options, async (desk) => {
    const changes = await desk.changes();
    const added = changes.filter(({ status }) => status === 'added');
    const waiting = changes.filter(({ status }) => status === 'changed' || status === 'removed');
    report(context, options, await desk.accept(added), added);
    for (const { server, tool, status } of waiting) {
      context.terminal.say(
        printable(`${server}/${tool} has ${status}; see \`remit tools diff\`, then \`remit tools accept\`.`),
      );
    }
    describeDown(context, desk);
  });
}

async function accept(
  context: Context,
  names: readonly string[],
  options: CommandOptions & { all?: boolean },
): Promise<void> {
  if ((options.all === true) === names.length > 0) {
    throw wrongUse(
      'nothing_named',
      'Name the tools to accept, or say --all.',
      'See what differs with `remit tools diff`.',
    );
  }
  await withToolDesk(context, options, async (desk) => {
    const different = (await desk.changes()).filter(({ status }) => status !== 'same' && status !== 'unseen');
    const chosen = options.all === true ? different : names.map((name) => find(different, name));
    report(context, options, await desk.accept(chosen), chosen);
  });
}

/** By `server/tool`, or by the bare name where it is unique. */
function find(changes: readonly ToolChange[], name: string): ToolChange {
  const [found, ...others] = changes.filter(
    ({ server, tool }) => `${server}/${tool}` === name || tool === name,
  );
  if (found !== undefined && others.length === 0) return found;
  throw wrongUse(
    'no_such_change',
    found === undefined ? `Nothing differs for \`${name}\`.` : `Several servers have a tool \`${name}\`.`,
    'Name one as server/tool, as `remit tools diff` shows it.',
  );
}

function report(
  context: Context,
  options: CommandOptions,
  accepted: Accepted,
  changes: readonly ToolChange[],
): void {
  const tools = changes.map(({ server, tool, status }) => ({ server, tool, status }));
  if (accepted.errors.length > 0) context.finish(exitCodes.no);
  if (options.json === true) return printJson(context, { ...accepted, tools });
  for (const { server, tool, status } of tools)
    context.terminal.print(printable(`${status.padEnd(7)}  ${server}/${tool}`));
  context.terminal.print(
    `${tools.length} taken into tools.lock${accepted.written ? '.' : '; it is as it was.'}`,
  );
  for (const { code, message, place } of accepted.errors) {
    context.terminal.say(printable(`error[${code}]: ${message} (${describePlace(place)})`));
  }
  if (accepted.errors.length > 0)
    context.terminal.say('The policy does not fit these tools; run `remit check`.');
}

function describeDown(context: Context, desk: ToolDesk): void {
  for (const { server, problem } of desk.down())
    context.terminal.say(printable(`${server} is not connected: ${problem}`));
}

/** One line for the tool, then each key of its definition that differs, before and after. */
function describeChange(change: ToolChange): string[] {
  const before: Record<string, unknown> = change.locked ?? {};
  const after: Record<string, unknown> = change.live ?? {};
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  const details = keys.flatMap((key) => {
    const [was, is] = [JSON.stringify(before[key]), JSON.stringify(after[key])];
    if (was === is) return [];
    return [
      ...(was === undefined ? [] : [`  - ${key}: ${was}`]),
      ...(is === undefined ? [] : [`  + ${key}: ${is}`]),
    ];
  });
  return [`${change.status.padEnd(7)}  ${change.server}/${change.tool}`, ...details].map(printable);
}
