/** What every command is given. */
import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { defaultDataFolder } from './data/place.ts';
import { wrongUse, type ExitCode } from './exit-code.ts';
import type { Machine } from './machine.ts';
import type { Terminal } from './terminal/terminal.ts';

export interface Context {
  machine: Machine;
  terminal: Terminal;
  /** How the command ends, where that is not 0. */
  finish(code: ExitCode): void;
}

export interface LocationOptions {
  workspace?: string;
  data?: string;
}

/** Absolute folders. */
export interface Location {
  workspace: string;
  data: string;
}

/** Flags, then variables, then defaults. The folders need not exist. */
export function locate(machine: Machine, options: LocationOptions, folder?: string): Location {
  const chosen = folder ?? options.workspace ?? machine.env['REMIT_WORKSPACE'] ?? '.';
  const workspace = resolve(machine.folder, chosen);
  const data = options.data ?? machine.env['REMIT_DATA'];
  return {
    workspace,
    data: data === undefined ? defaultDataFolder(machine, workspace) : resolve(machine.folder, data),
  };
}

/** @throws CommandFault `no_such_folder`. */
export function requireFolder(path: string): string {
  if (existsSync(path) && statSync(path).isDirectory()) return path;
  throw wrongUse('no_such_folder', `There is no folder ${path}.`, 'Name the folder of the policy documents.');
}

export function printJson(context: Context, value: unknown): void {
  context.terminal.print(JSON.stringify(value));
}

/** Collects an option that may be given several times, or once with commas. */
export function collect(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), ...value.split(',').filter((part) => part !== '')];
}
