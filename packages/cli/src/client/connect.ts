/**
 * Finds the Remit that runs on a data folder and talks to it; where none runs, opens the folder in
 * this process and talks to itself. Either way the same API answers.
 */
import { existsSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { locate, type Context, type Location, type LocationOptions } from '../context.ts';
import { takeDataFolder, type DataFolder } from '../data/data-folder.ts';
import { readListener, type Listener } from '../data/listener-file.ts';
import { endProcess } from '../end-process.ts';
import { cannot, CommandFault } from '../exit-code.ts';
import { quietLog } from '../log.ts';
import { ledgerUrl } from '../ledger-url.ts';
import { readPolicyFiles } from '../workspace/files.ts';
import { ApiClient } from './api-client.ts';
import { httpTransport } from './transport.ts';

export interface Needs {
  /** The command needs a person's word, so a person's token is asked for where there is none. */
  person?: boolean;
  /** The command is about upstream servers: where no Remit runs, this process connects to them. */
  servers?: boolean;
}

/** Opens the connection, uses it, closes it. */
export async function withRemit<Result>(
  context: Context,
  options: LocationOptions,
  use: (remit: ApiClient) => Promise<Result>,
  needs: Needs = {},
): Promise<Result> {
  const client = await connect(context, locate(context.machine, options), needs);
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

async function connect(context: Context, location: Location, needs: Needs): Promise<ApiClient> {
  const person = await personToken(context, needs);
  const reached = await findRemit(location);
  if ('listener' in reached) {
    return new ApiClient(httpTransport(reached.listener.console), person ?? reached.listener.operator_token);
  }
  const log = quietLog(context.terminal);
  // Loaded where it is needed: most commands talk to a Remit that runs already.
  const { openEmbedded } = await import('../embedded.ts');
  const embedded = await openEmbedded({
    machine: context.machine,
    workspace: location.workspace,
    ledger_url: ledgerUrl(context.machine),
    folder: reached.folder,
    log,
    failed: endProcess(log),
    servers: needs.servers === true,
  });
  if (needs.servers === true) await embedded.servers.settled();
  return new ApiClient(embedded.transport, person ?? embedded.operator_token);
}

/** A person's token from `REMIT_TOKEN`, or typed where one is needed and somebody can be asked. */
async function personToken(context: Context, needs: Needs): Promise<string | undefined> {
  const given = context.machine.env['REMIT_TOKEN'];
  if (given !== undefined && given !== '') return given;
  if (needs.person !== true || !context.terminal.interactive) return undefined;
  const typed = await context.terminal.readSecret('Your token: ');
  return typed === '' ? undefined : typed;
}

type Reached = { listener: Listener } | { folder: DataFolder };

const attempts_max = 100;
const attempt_pause_ms = 100;

/** A folder in use without a listener is one that starts, or another command's: waits for it a while. */
export async function findRemit(location: Location): Promise<Reached> {
  refuseWithoutStore(location);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return { folder: takeDataFolder(location.data) };
    } catch (error) {
      if (!(error instanceof CommandFault) || error.code !== 'data_folder_in_use') throw error;
      const listener = readListener(location.data);
      if (listener !== undefined) return { listener };
      if (attempt >= attempts_max) throw error;
    }
    await wait(attempt_pause_ms);
  }
}

/** Neither a data folder nor a workspace: nothing to talk to, and nothing to be made by accident. */
function refuseWithoutStore(location: Location): void {
  if (existsSync(location.data)) return;
  if (existsSync(location.workspace) && readPolicyFiles(location.workspace).length > 0) return;
  throw cannot(
    'no_workspace',
    `${location.workspace} holds no policy documents, and ${location.data} no data.`,
    'Run this in a workspace, name one with --workspace, or name a data folder with --data.',
  );
}
