/** `remit agents …`: the registry of agents, their keys and states. */
import type { Agent } from '@remit/control';
import type { Command } from 'commander';
import { withRemit } from '../client/connect.ts';
import { printJson, type Context } from '../context.ts';
import { describePlace } from '../terminal/problem.ts';
import { fields, table } from '../terminal/table.ts';
import { commandGroup, type CommandOptions, type MakeCommand } from './command.ts';

export function registerAgents(program: Command, context: Context): void {
  const command = commandGroup(program, 'agents', 'who the agents are: list, keys, suspension');
  command('list', 'all agents, by name', 'list --json').action((options: CommandOptions) =>
    list(context, options),
  );
  command('show <name>', 'one agent', 'show customer-support').action(
    (name: string, options: CommandOptions) =>
      withRemit(context, options, async (remit) => {
        showAgent(context, options, await remit.call('showAgent', { parameters: { name } }));
      }),
  );
  command(
    'add <name>',
    'register an agent that policy does not name (observe mode without agent documents)',
    'add assistant',
  ).action((name: string, options: CommandOptions) =>
    withRemit(context, options, async (remit) => {
      showAgent(context, options, await remit.call('addAgent', { body: { name } }));
    }),
  );
  command('token <name>', 'issue a key; it is shown this once', 'token customer-support --json').action(
    (name: string, options: CommandOptions) => issueKey(context, name, options),
  );
  registerStates(command, context);
}

function registerStates(command: MakeCommand, context: Context): void {
  const states = [
    ['suspend', 'suspendAgent', 'refuse its calls from the next one on'],
    ['resume', 'resumeAgent', 'end a suspension or quarantine'],
    ['quarantine', 'quarantineAgent', 'suspend on suspicion'],
    ['retire', 'retireAgent', 'end it for good and revoke its keys'],
  ] as const;
  for (const [verb, operation, description] of states) {
    command(`${verb} <name>`, description, `${verb} customer-support --reason "asked by its owner"`)
      .option('--reason <text>', 'why, for the record')
      .action((name: string, options: CommandOptions & { reason?: string }) =>
        withRemit(context, options, async (remit) => {
          const body = options.reason === undefined ? {} : { reason: options.reason };
          showAgent(context, options, await remit.call(operation, { parameters: { name }, body }));
        }),
      );
  }
}

async function list(context: Context, options: CommandOptions): Promise<void> {
  await withRemit(context, options, async (remit) => {
    const { agents } = await remit.call('listAgents');
    if (options.json === true) return printJson(context, agents);
    const rows = agents.map((agent) => [
      agent.name,
      agent.status,
      agent.risk ?? '-',
      agent.mode ?? '-',
      String(agent.keys.length),
      agent.owner ?? '-',
    ]);
    for (const line of table(['agent', 'status', 'risk', 'mode', 'keys', 'owner'], rows))
      context.terminal.print(line);
  });
}

function showAgent(context: Context, options: CommandOptions, agent: Agent): void {
  if (options.json === true) return printJson(context, agent);
  const rows: [string, string | undefined][] = [
    ['agent', agent.name],
    ['status', agent.status],
    ['registered', agent.registered_at],
    ['in policy', agent.in_policy ? 'yes' : 'no'],
    ['owner', agent.owner],
    ['team', agent.team],
    ['purpose', agent.purpose],
    ['risk', agent.risk],
    ['mode', agent.mode],
    ['document', agent.place === undefined ? undefined : describePlace(placeOf(agent.place))],
    ...agent.keys.map((key): [string, string] => ['key', `${key.id} (issued ${key.issued_at})`]),
  ];
  for (const line of fields(rows)) context.terminal.print(line);
}

/** Without keys that are present but undefined. */
function placeOf(place: NonNullable<Agent['place']>): { file?: string; line?: number; column?: number } {
  return {
    ...(place.file === undefined ? {} : { file: place.file }),
    ...(place.line === undefined ? {} : { line: place.line }),
    ...(place.column === undefined ? {} : { column: place.column }),
  };
}

async function issueKey(context: Context, name: string, options: CommandOptions): Promise<void> {
  await withRemit(context, options, async (remit) => {
    const { agent, key } = await remit.call('issueAgentKey', { parameters: { name } });
    if (options.json === true) return printJson(context, { agent, key });
    context.terminal.print(key);
    context.terminal.say(
      `This key of ${agent} is not shown again. Clients send it as "Authorization: Bearer ${'<key>'}".`,
    );
  });
}
