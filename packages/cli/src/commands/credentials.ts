/** `remit credentials …`: what servers are given at the last hop. Values come in, and never out again. */
import type { Command } from 'commander';
import { withRemit } from '../client/connect.ts';
import { printJson, type Context } from '../context.ts';
import { wrongUse } from '../exit-code.ts';
import { table } from '../terminal/table.ts';
import { commandGroup, type CommandOptions } from './command.ts';

export function registerCredentials(program: Command, context: Context): void {
  const command = commandGroup(program, 'credentials', 'credentials of upstream servers (secret:NAME)');
  command('list', 'names of the credentials that are kept', 'list').action((options: CommandOptions) =>
    list(context, options),
  );
  command('set <name>', 'keep a credential; the value is read from stdin', 'set crm-key < key.txt').action(
    (name: string, options: CommandOptions) => set(context, name, options),
  );
  command('remove <name>', 'destroy a credential', 'remove crm-key').action(
    (name: string, options: CommandOptions) =>
      withRemit(context, options, async (remit) => {
        await remit.call('removeCredential', { parameters: { name } });
        if (options.json === true) return printJson(context, { name, removed: true });
        context.terminal.say(`${name} is destroyed.`);
      }),
  );
}

async function list(context: Context, options: CommandOptions): Promise<void> {
  await withRemit(context, options, async (remit) => {
    const { credentials } = await remit.call('listCredentials');
    if (options.json === true) return printJson(context, credentials);
    const rows = credentials.map((credential) => [credential.name, credential.set_at]);
    for (const line of table(['name', 'set'], rows)) context.terminal.print(line);
  });
}

async function set(context: Context, name: string, options: CommandOptions): Promise<void> {
  const value = await context.terminal.readSecret(`Value of ${name}: `);
  if (value === '')
    throw wrongUse('no_value', 'No value came in.', 'Give it on stdin, or type it when asked.');
  await withRemit(context, options, async (remit) => {
    const credential = await remit.call('setCredential', { parameters: { name }, body: { value } });
    if (options.json === true) return printJson(context, credential);
    context.terminal.say(`${name} is set.`);
  });
}
