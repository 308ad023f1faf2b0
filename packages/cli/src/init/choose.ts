/** Which client settings to import: named ones, all that were found (`--yes`), or those a person agrees to. */
import { resolve } from 'node:path';
import type { Context } from '../context.ts';
import { describeProblem, problemOf } from '../terminal/problem.ts';
import { findClientSettings, readNamedSettings, type ClientSettings } from './client-settings.ts';

export interface ImportOptions {
  import?: string[];
  yes?: boolean;
}

export async function chooseSettings(context: Context, options: ImportOptions): Promise<ClientSettings[]> {
  const { machine, terminal } = context;
  if (options.import !== undefined) {
    return options.import.map((file) => readNamedSettings(machine, resolve(machine.folder, file)));
  }
  const { found, unreadable } = findClientSettings(machine);
  for (const fault of unreadable) for (const line of describeProblem(problemOf(fault))) terminal.say(line);
  if (options.yes === true || found.length === 0) return found;
  if (terminal.interactive) return agreed(context, found);
  for (const settings of found) {
    terminal.say(
      `Found ${describe(settings)}. Import with: remit init --import ${JSON.stringify(settings.file)}`,
    );
  }
  return [];
}

async function agreed(context: Context, found: readonly ClientSettings[]): Promise<ClientSettings[]> {
  const chosen: ClientSettings[] = [];
  for (const settings of found) {
    const answer = await context.terminal.ask(`Import ${describe(settings)}? [y/N] `);
    if (/^y(es)?$/i.test(answer)) chosen.push(settings);
  }
  return chosen;
}

function describe(settings: ClientSettings): string {
  const names = settings.servers.map((server) => server.name).join(', ');
  return `${settings.servers.length} server${settings.servers.length === 1 ? '' : 's'} (${names}) of ${settings.client} in ${settings.file}`;
}
