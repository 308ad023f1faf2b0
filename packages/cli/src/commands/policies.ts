/** `remit policies …`: the version in force, versions that wait for people, and those to roll back to. */
import type { Command } from 'commander';
import type { ApiClient } from '../client/api-client.ts';
import { withRemit } from '../client/connect.ts';
import { printJson, type Context } from '../context.ts';
import { exitCodes, wrongUse } from '../exit-code.ts';
import { printable } from '../terminal/printable.ts';
import { describeStanding, whoIsNeeded, type Standing } from '../terminal/standing.ts';
import { fields, table } from '../terminal/table.ts';
import { commandGroup, type CommandOptions, type MakeCommand } from './command.ts';

const example = 'sha256:4f1c2a90';

export function registerPolicies(program: Command, context: Context): void {
  const command = commandGroup(
    program,
    'policies',
    'the policy in force, versions that wait for people, and versions to roll back to',
    'A version may be given by its first eight or more digits.',
  );
  command('list', 'the versions that are kept, and what the documents are to them', 'list').action(
    (options: CommandOptions) => list(context, options),
  );
  command(
    'show <version>',
    'one version, and what it decides otherwise than the one in force',
    `show ${example}`,
  ).action((version: string, options: CommandOptions) => show(context, version, options));
  registerVerdicts(command, context);
  command(
    'rollback <version>',
    'bring an earlier version into force again; people agree to it as to any other',
    `rollback ${example}`,
  ).action((given: string, options: CommandOptions) =>
    withRemit(context, options, async (remit) => {
      const version = await resolve(remit, given);
      tell(context, options, version, await remit.call('rollBackPolicy', { parameters: { version } }));
    }),
  );
  command(
    'reload',
    'read the documents again, also where they were decided against; ends with 1 where they are not in force then',
    'reload',
  ).action((options: CommandOptions) => reload(context, options));
}

function registerVerdicts(command: MakeCommand, context: Context): void {
  for (const [verb, operation, does] of [
    ['approve', 'approvePolicy', 'agree to exactly this version'],
    ['reject', 'rejectPolicy', 'refuse this version'],
  ] as const) {
    command(
      `${verb} <version>`,
      `${does} (a person's token: REMIT_TOKEN, or asked for)`,
      `${verb} ${example} --note "seen in review"`,
    )
      .option('--note <text>', 'why, for the record')
      .action((given: string, options: CommandOptions & { note?: string }) =>
        withRemit(
          context,
          options,
          async (remit) => {
            const version = await resolve(remit, given);
            const body = options.note === undefined ? {} : { note: options.note };
            tell(context, options, version, await remit.call(operation, { parameters: { version }, body }));
          },
          { person: true },
        ),
      );
  }
}

/** The whole digest of a version that is kept. @throws CommandFault `no_such_version`. */
async function resolve(remit: ApiClient, given: string): Promise<string> {
  const digits = given.replace(/^sha256:/, '').toLowerCase();
  if (!/^[0-9a-f]{8,64}$/.test(digits)) {
    throw wrongUse(
      'not_a_version',
      `\`${given}\` is no version.`,
      'Give at least eight digits of one that `remit policies list` shows.',
    );
  }
  if (digits.length === 64) return `sha256:${digits}`;
  const { versions } = await remit.call('listPolicyVersions');
  const [found, ...others] = versions.filter(({ version }) => version.startsWith(`sha256:${digits}`));
  if (found !== undefined && others.length === 0) return found.version;
  throw wrongUse(
    'no_such_version',
    found === undefined
      ? `No version that is kept begins with \`${given}\`.`
      : `Several versions begin with \`${given}\`.`,
    'See them with `remit policies list`.',
  );
}

async function list(context: Context, options: CommandOptions): Promise<void> {
  await withRemit(context, options, async (remit) => {
    const [standing, { versions }] = [await remit.call('showPolicy'), await remit.call('listPolicyVersions')];
    if (options.json === true) return printJson(context, { ...standing, versions });
    const rows = versions.map(({ version, state, at }) => [version, state.replaceAll('_', ' '), at]);
    for (const line of table(['version', 'state', 'since'], rows)) context.terminal.print(line);
    for (const line of describeStanding(standing)) context.terminal.say(printable(line));
  });
}

async function show(context: Context, given: string, options: CommandOptions): Promise<void> {
  await withRemit(context, options, async (remit) => {
    const version = await resolve(remit, given);
    const shown = await remit.call('showPolicyVersion', { parameters: { version } });
    if (options.json === true) return printJson(context, shown);
    const { candidate } = shown;
    const names = (people: { id: string; name?: string | undefined }[] = []): string | undefined =>
      people.length === 0 ? undefined : people.map(({ id, name }) => name ?? id).join(', ');
    const rows: [string, string | undefined][] = [
      ['version', shown.version],
      ['state', shown.state.replaceAll('_', ' ')],
      ['agents', String(shown.agents)],
      ['servers', shown.servers.join(', ')],
      ['documents', String(shown.documents.length)],
      ['waits for', candidate && whoIsNeeded(candidate)],
      ['asked for by', names(candidate?.proposed_by)],
      ['agreed so far', names(candidate?.approved_by)],
    ];
    for (const line of fields(rows)) context.terminal.print(line);
    if (shown.state === 'in_force') return;
    context.terminal.print('');
    for (const line of shown.difference.split('\n')) context.terminal.print(printable(line));
  });
}

/** What has come of it: in force, still waiting, or refused. */
function tell(context: Context, options: CommandOptions, version: string, standing: Standing): void {
  if (options.json === true) return printJson(context, standing);
  if (standing.in_force === version) return context.terminal.print(`${version} is in force.`);
  const candidate = standing.candidates.find((one) => one.version === version);
  const what = candidate === undefined ? 'is refused.' : `waits for ${whoIsNeeded(candidate)}.`;
  context.terminal.print(printable(`${version} ${what}`));
  const inForce = standing.in_force ?? 'No version';
  context.terminal.print(`${inForce} is in force.`);
}

async function reload(context: Context, options: CommandOptions): Promise<void> {
  await withRemit(context, options, async (remit) => {
    const loaded = await remit.call('reloadPolicy');
    if (!loaded.active) context.finish(exitCodes.no);
    if (options.json === true) return printJson(context, loaded);
    const errors = loaded.diagnostics.filter(({ severity }) => severity === 'error');
    for (const { code, message } of errors) context.terminal.say(printable(`error[${code}]: ${message}`));
    if (errors.length > 0) context.terminal.say('See where with `remit check`.');
    const waits = loaded.candidate === undefined ? '' : ` ${loaded.candidate} waits for people to agree.`;
    context.terminal.print(`${loaded.version} is in force.${waits}`);
  });
}
