/** `remit approvals …`: what waits for a person, and their word on it. */
import type { Command } from 'commander';
import type { Answer } from '../client/api-client.ts';
import { withRemit } from '../client/connect.ts';
import { printJson, type Context } from '../context.ts';
import { wrongUse } from '../exit-code.ts';
import { approvalStatusSchema, type ApprovalStatus } from '@remit/contracts';
import { fields, table } from '../terminal/table.ts';
import { commandGroup, type CommandOptions } from './command.ts';

interface ListOptions extends CommandOptions {
  status?: string;
  agent?: string;
}

export function registerApprovals(program: Command, context: Context): void {
  const command = commandGroup(program, 'approvals', 'calls that wait for a person');
  command('list', 'approvals, newest request first', 'list --status pending')
    .option('--status <status>', approvalStatusSchema.options.join(', '))
    .option('--agent <name>', 'of this agent only')
    .action((options: ListOptions) => list(context, options));
  command('show <id>', 'exactly the call that waits', 'show apr_0123 --json').action(
    (id: string, options: CommandOptions) =>
      withRemit(context, options, async (remit) => {
        show(context, options, await remit.call('showApproval', { parameters: { id } }));
      }),
  );
  for (const [verb, description] of [
    ['approve', 'let exactly this call run, once'],
    ['deny', 'refuse this call'],
  ] as const) {
    command(
      `${verb} <id>`,
      `${description} (a person's token: REMIT_TOKEN, or asked for)`,
      `${verb} apr_0123 --note "checked"`,
    )
      .option('--note <text>', 'why, for the record and the agent')
      .action((id: string, options: CommandOptions & { note?: string }) =>
        withRemit(
          context,
          options,
          async (remit) => {
            const body = options.note === undefined ? {} : { note: options.note };
            show(context, options, await remit.call(verb, { parameters: { id }, body }));
          },
          { person: true },
        ),
      );
  }
}

async function list(context: Context, options: ListOptions): Promise<void> {
  const status = options.status === undefined ? undefined : statusOf(options.status);
  await withRemit(context, options, async (remit) => {
    const filter = { status, ...(options.agent === undefined ? {} : { agent: options.agent }) };
    const { approvals } = await remit.call('listApprovals', { query: filter });
    if (options.json === true) return printJson(context, approvals);
    const rows = approvals.map((approval) => [
      approval.id,
      approval.status,
      approval.agent,
      `${approval.server}/${approval.target}`,
      approval.requested_at,
    ]);
    for (const line of table(['id', 'status', 'agent', 'tool', 'requested'], rows))
      context.terminal.print(line);
  });
}

function statusOf(text: string): ApprovalStatus {
  const status = approvalStatusSchema.safeParse(text);
  if (status.success) return status.data;
  throw wrongUse(
    'unknown_status',
    `\`${text}\` is no status of an approval.`,
    `Use one of ${approvalStatusSchema.options.join(', ')}.`,
  );
}

/** Like `2 people, somebody of managers, and of finance`; undefined where anybody may who approves at all. */
function whoDecides({ terms }: Answer<'showApproval'>): string | undefined {
  if (terms === undefined || (terms.count === 1 && terms.who.length === 0)) return undefined;
  const people = `${terms.count} ${terms.count === 1 ? 'person' : 'people'}`;
  return [people, ...terms.who.map((groups) => `somebody of ${groups.join(' or ')}`)].join(', ');
}

function show(context: Context, options: CommandOptions, approval: Answer<'showApproval'>): void {
  if (options.json === true) return printJson(context, approval);
  const rows: [string, string | undefined][] = [
    ['id', approval.id],
    ['status', approval.status],
    ['agent', approval.agent],
    ['on behalf of', approval.user],
    ['tool', `${approval.server}/${approval.target}`],
    ['arguments', JSON.stringify(approval.arguments)],
    ['reason', approval.reason],
    [
      'rule',
      approval.rule === undefined
        ? undefined
        : `${approval.rule.name} (${approval.rule.file}:${approval.rule.line})`,
    ],
    ['requested', approval.requested_at],
    ['expires', approval.expires_at],
    ['who decides', whoDecides(approval)],
    ['agreed so far', approval.given?.map(({ by }) => by).join(', ')],
    [
      'decided',
      approval.decided === undefined ? undefined : `${approval.decided.at} by ${approval.decided.by}`,
    ],
    ['note', approval.decided?.note],
    ['ran before', approval.ran_before?.at],
    ['digest', approval.digest],
  ];
  for (const line of fields(rows)) context.terminal.print(line);
}
