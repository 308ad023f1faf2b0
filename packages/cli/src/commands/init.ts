/** `remit init`: a workspace to start from, with the servers that MCP clients of this machine use already. */
import { existsSync, mkdirSync, realpathSync } from 'node:fs';
import { basename, join } from 'node:path';
import { policySchema } from '@remit/policy';
import type { Command } from 'commander';
import type { ApiClient } from '../client/api-client.ts';
import { withRemit } from '../client/connect.ts';
import { locate, printJson, type Context, type Location } from '../context.ts';
import { writeAtomically } from '../data/atomic-file.ts';
import { stateFolder } from '../data/place.ts';
import { exitCodes, wrongUse } from '../exit-code.ts';
import { chooseSettings, type ImportOptions } from '../init/choose.ts';
import type { ClientSettings } from '../init/client-settings.ts';
import { importServers } from '../init/import.ts';
import { listBackups, restoreClient, rewriteClient, rewritten } from '../init/rewrite.ts';
import {
  exampleAgentFile,
  exampleAgents,
  schemaFile,
  starterWorkspace,
  workspaceFile,
} from '../init/starter.ts';
import { readPolicyFiles } from '../workspace/files.ts';
import { addWorkspaceCommand, type CommandOptions } from './command.ts';

interface InitOptions extends CommandOptions, ImportOptions {
  rewrite?: boolean;
  undo?: boolean;
  force?: boolean;
}

export function registerInit(program: Command, context: Context): void {
  addWorkspaceCommand(program, 'init [dir]', {
    does: 'a workspace to start from; offers to import the servers of MCP clients on this machine',
    examples: [
      'remit init',
      'remit init governed --import ~/.cursor/mcp.json --rewrite',
      'remit init governed --undo',
    ],
  })
    .option(
      '--import <file>',
      "import the servers of a client's settings file (may be repeated)",
      collectFile,
    )
    .option('--yes', 'import from every client found, without asking')
    .option('--rewrite', 'make the imported clients go through Remit; their settings are kept for --undo')
    .option('--undo', 'put rewritten client settings back, byte for byte')
    .option('--force', 'with --undo: even where the client has changed them since')
    .action((folder: string | undefined, options: InitOptions) =>
      options.undo === true ? undo(context, folder, options) : init(context, folder, options),
    );
}

/** Paths may hold commas, so they are not split. */
function collectFile(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value];
}

async function init(context: Context, folder: string | undefined, options: InitOptions): Promise<void> {
  const location = locate(context.machine, options, folder);
  mkdirSync(location.workspace, { recursive: true });
  refuseOccupied(location.workspace);
  const chosen = await chooseSettings(context, options);
  const imported = importServers(
    chosen.flatMap((settings) => settings.servers),
    location.workspace,
  );
  const name = basename(realpathSync(location.workspace)).replace(/[^A-Za-z0-9._-]/g, '-') || 'workspace';
  const write = (file: string, text: string): void =>
    writeAtomically(join(location.workspace, file), text, 0o644);
  write(exampleAgentFile, exampleAgents);
  write(schemaFile, `${JSON.stringify(policySchema(), null, 2)}\n`);
  write(workspaceFile, starterWorkspace(name, imported.servers));
  await withOwnRemit(
    context,
    location,
    options,
    async (remit) => {
      for (const [credential, value] of imported.credentials) {
        await remit.call('setCredential', { parameters: { name: credential }, body: { value } });
      }
      if (options.rewrite === true) await rewriteAll(context, location, chosen, remit);
    },
    imported.credentials.size > 0 || options.rewrite === true,
  );
  report(context, location, options, chosen, imported);
}

/** Only where there is something to keep or to issue: a plain `init` makes no data folder. */
async function withOwnRemit(
  context: Context,
  location: Location,
  options: InitOptions,
  use: (remit: ApiClient) => Promise<void>,
  needed: boolean,
): Promise<void> {
  if (needed)
    await withRemit(context, { ...options, workspace: location.workspace, data: location.data }, use);
}

function refuseOccupied(folder: string): void {
  const files = readPolicyFiles(folder);
  if (files.length === 0) return;
  throw wrongUse(
    'folder_has_documents',
    `${folder} holds YAML files already (${files[0]?.path ?? ''}), and every one in a workspace is a policy document.`,
    'Name a folder of its own, as in `remit init governed`.',
  );
}

async function rewriteAll(
  context: Context,
  location: Location,
  chosen: readonly ClientSettings[],
  remit: ApiClient,
): Promise<void> {
  for (const settings of chosen) {
    const agent = settings.client
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '');
    const { agents } = await remit.call('listAgents');
    if (!agents.some((known) => known.name === agent))
      await remit.call('addAgent', { body: { name: agent } });
    const { key } = await remit.call('issueAgentKey', { parameters: { name: agent } });
    const [command = '', ...args] = context.machine.command;
    const relay = [...args, 'gateway', '--stdio', '--workspace', location.workspace, '--data', location.data];
    const text = rewritten(
      settings,
      settings.servers.map((server) => server.name),
      { type: 'stdio', command, args: relay, env: { REMIT_KEY: key } },
    );
    const backup = rewriteClient(backupsFolder(context), realpathSync(location.workspace), settings, text);
    context.terminal.say(
      `${settings.client} goes through Remit now, as agent ${agent}. Before: ${backup.folder}.`,
    );
  }
}

function report(
  context: Context,
  location: Location,
  options: InitOptions,
  chosen: readonly ClientSettings[],
  imported: ReturnType<typeof importServers>,
): void {
  const skipped = chosen.flatMap((settings) =>
    settings.skipped.map(({ name, reason }) => `${name} of ${settings.client} is left out: ${reason}.`),
  );
  const notes = [...skipped, ...imported.notes];
  const files = [workspaceFile, exampleAgentFile, schemaFile];
  const servers = imported.servers.map((server) => server.name);
  if (options.json === true)
    return printJson(context, { workspace: location.workspace, files, servers, notes });
  for (const note of notes) context.terminal.say(`note: ${note}`);
  context.terminal.print(
    `Wrote ${files.join(', ')} in ${location.workspace}, with ${servers.length} servers.`,
  );
  context.terminal.print('Next: remit check, then remit up.');
}

function backupsFolder(context: Context): string {
  return join(stateFolder(context.machine), 'client-settings');
}

async function undo(context: Context, folder: string | undefined, options: InitOptions): Promise<void> {
  const { workspace } = locate(context.machine, options, folder);
  const path = existsSync(workspace) ? realpathSync(workspace) : workspace;
  const backups = listBackups(backupsFolder(context), path);
  for (const backup of backups) restoreClient(backup, options.force === true);
  if (backups.length === 0) context.finish(exitCodes.no);
  const restored = backups.map((backup) => backup.file);
  if (options.json === true) return printJson(context, { restored });
  if (restored.length === 0) context.terminal.say(`No client settings were rewritten for ${path}.`);
  for (const file of restored) context.terminal.print(`Restored ${file}.`);
}
