/** `remit people …`: who may look, approve, administer. */
import type { Command } from 'commander';
import { withRemit } from '../client/connect.ts';
import { collect, printJson, type Context } from '../context.ts';
import { table } from '../terminal/table.ts';
import { commandGroup, type CommandOptions } from './command.ts';

export function registerPeople(program: Command, context: Context): void {
  const command = commandGroup(
    program,
    'people',
    'who may look, approve, administer',
    "After the first administrator, adding and removing takes an administrator's token (REMIT_TOKEN).",
  );
  command('list', 'all people, by name', 'list').action((options: CommandOptions) => list(context, options));
  command(
    'add <name>',
    'add a person; the token is shown this once',
    'add dana@example.com --groups administrators,support-managers --json',
  )
    .requiredOption(
      '--groups <names>',
      'groups, separated by commas (administrators, viewers, or of approvers)',
      collect,
    )
    .action((name: string, options: CommandOptions & { groups: string[] }) => add(context, name, options));
  command('remove <name>', 'remove a person and end their token', 'remove dana@example.com').action(
    (name: string, options: CommandOptions) =>
      withRemit(context, options, async (remit) => {
        await remit.call('removePerson', { parameters: { name } });
        if (options.json === true) return printJson(context, { name, removed: true });
        context.terminal.say(`${name} is removed.`);
      }),
  );
}

async function list(context: Context, options: CommandOptions): Promise<void> {
  await withRemit(context, options, async (remit) => {
    const { people } = await remit.call('listPeople');
    if (options.json === true) return printJson(context, people);
    const rows = people.map((person) => [person.name, person.groups.join(', '), person.added_at]);
    for (const line of table(['name', 'groups', 'added'], rows)) context.terminal.print(line);
  });
}

async function add(
  context: Context,
  name: string,
  options: CommandOptions & { groups: string[] },
): Promise<void> {
  await withRemit(context, options, async (remit) => {
    const person = await remit.call('addPerson', { body: { name, groups: options.groups } });
    if (options.json === true) return printJson(context, person);
    context.terminal.print(person.token);
    context.terminal.say(
      `This token of ${person.name} is not shown again. It goes into REMIT_TOKEN, and approves.`,
    );
  });
}
