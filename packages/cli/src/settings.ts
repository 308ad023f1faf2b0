/**
 * Settings of `remit up`: flags, then `REMIT_*` variables, then the workspace document, then defaults.
 * Loopback unless told otherwise. `docs/settings.md` is the table of them.
 */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { workspaceSettings, type WorkspaceSettings } from '@remit/policy';
import { defaultCheckpointFolder } from './data/place.ts';
import type { Location, LocationOptions } from './context.ts';
import { locate } from './context.ts';
import { wrongUse } from './exit-code.ts';
import type { Machine } from './machine.ts';
import { ledgerUrl } from './ledger-url.ts';
import { readPolicyFiles } from './workspace/files.ts';
import { PolicyRefused } from './workspace/load.ts';

export interface UpOptions extends LocationOptions {
  ledgerUrl?: string;
  host?: string;
  port?: string;
  consolePort?: string;
  checkpoints?: string;
  witnesses?: string;
  allowHost?: string[];
  allowOrigin?: string[];
  offline?: boolean;
  logLevel?: string;
}

export interface UpSettings extends Location {
  ledger_url: string | undefined;
  host: string;
  port: number;
  console_port: number;
  /** Absent where checkpoints are kept beside the ledger only. */
  checkpoints: string | undefined;
  /** The witness policy (C2SP tlog-policy); absent where nobody else is asked. */
  witnesses: { text: string; file: string } | undefined;
  /** Names besides loopback by which the listeners may be called, and origins of pages that may. */
  hosts: string[];
  origins: string[];
  offline: boolean;
  log_level: string;
}

const logLevels = ['trace', 'debug', 'info', 'warn', 'error'];

/** @throws CommandFault for a value that is none; PolicyRefused where the workspace document gives one. */
export function readSettings(machine: Machine, options: UpOptions): UpSettings {
  const location = locate(machine, options);
  const { env } = machine;
  const file = fileSettings(location.workspace);
  const host = options.host ?? env['REMIT_HOST'] ?? file.host ?? '127.0.0.1';
  const port = options.port ?? env['REMIT_PORT'] ?? file.port ?? 4747;
  const consolePort = options.consolePort ?? env['REMIT_CONSOLE_PORT'] ?? file.console_port ?? 4748;
  const hosts = options.allowHost ?? listed(env['REMIT_ALLOW_HOST']) ?? file.allow_hosts ?? [];
  const origins = options.allowOrigin ?? listed(env['REMIT_ALLOW_ORIGIN']) ?? file.allow_origins ?? [];
  return {
    ...location,
    host,
    port: readPort('--port', String(port)),
    console_port: readPort('--console-port', String(consolePort)),
    checkpoints: checkpointFolder(machine, options, location),
    ledger_url: ledgerUrl(machine, options.ledgerUrl),
    witnesses: witnessPolicy(machine, options),
    hosts: [...hosts.map((name) => name.toLowerCase()), ...ownNames(machine, host)],
    origins,
    offline: options.offline === true,
    log_level: readLogLevel(options.logLevel ?? env['REMIT_LOG_LEVEL'] ?? file.log_level ?? 'info'),
  };
}

function witnessPolicy(machine: Machine, options: UpOptions): UpSettings['witnesses'] {
  const named = options.witnesses ?? machine.env['REMIT_WITNESSES'];
  if (named === undefined) return undefined;
  const file = resolve(machine.folder, named);
  if (existsSync(file)) return { text: readFileSync(file, 'utf8'), file };
  throw wrongUse('no_witness_policy', `There is no file ${file}.`, 'Name the file with the witness policy.');
}

/** With the default data folder a default place apart from it; with a chosen one only a chosen one. */
function checkpointFolder(
  machine: Machine,
  options: LocationOptions & { checkpoints?: string },
  location: Location,
): string | undefined {
  const chosen = namedCheckpoints(machine, options) ?? workspaceCheckpoints(location);
  if (chosen !== undefined || isDataNamed(machine, options)) return chosen;
  return defaultCheckpointFolder(machine, location.workspace);
}

/**
 * The same for a command that looks at data which may be of any workspace: where the data folder is named
 * and no workspace is, the folder that the command runs in has nothing to say.
 */
export function existingCheckpointFolder(
  machine: Machine,
  options: LocationOptions & { checkpoints?: string },
  location: Location,
): string | undefined {
  const named = namedCheckpoints(machine, options);
  if (named !== undefined) return named;
  const workspaceNamed = options.workspace ?? machine.env['REMIT_WORKSPACE'];
  if (isDataNamed(machine, options) && workspaceNamed === undefined) return undefined;
  const chosen = workspaceCheckpoints(location);
  if (chosen !== undefined || isDataNamed(machine, options)) return chosen;
  // The default one may never have been written to.
  const folder = defaultCheckpointFolder(machine, location.workspace);
  return existsSync(folder) ? folder : undefined;
}

function isDataNamed({ env }: Machine, { data }: LocationOptions): boolean {
  return (data ?? env['REMIT_DATA']) !== undefined;
}

function namedCheckpoints(machine: Machine, options: { checkpoints?: string }): string | undefined {
  const named = options.checkpoints ?? machine.env['REMIT_CHECKPOINTS'];
  return named === undefined ? undefined : resolve(machine.folder, named);
}

/** What the workspace document names is relative to it. */
function workspaceCheckpoints({ workspace }: Location): string | undefined {
  const { checkpoints } = fileSettings(workspace);
  return checkpoints === undefined ? undefined : resolve(workspace, checkpoints);
}

function fileSettings(workspace: string): WorkspaceSettings {
  if (!existsSync(workspace)) return {};
  const files = readPolicyFiles(workspace);
  const { settings, diagnostics } = workspaceSettings(files);
  if (diagnostics.length > 0) throw new PolicyRefused(workspace, files, diagnostics);
  return settings;
}

function readLogLevel(level: string): string {
  if (logLevels.includes(level)) return level;
  throw wrongUse('unknown_log_level', `\`${level}\` is no log level.`, `Use one of ${logLevels.join(', ')}.`);
}

export function readPort(flag: string, text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw wrongUse(
    'invalid_port',
    `\`${text}\` is no port for ${flag}.`,
    'Give a number from 0 (any free one) to 65535.',
  );
}

/** Undefined where the variable is not set. */
function listed(text: string | undefined): string[] | undefined {
  return text?.split(',').filter((part) => part !== '');
}

/** Who binds to an address of the machine means to be called by it, or by the machine's name. */
function ownNames(machine: Machine, host: string): string[] {
  const any = host === '0.0.0.0' || host === '::';
  const own = host.includes(':') ? `[${host}]` : host;
  return any ? [machine.hostname.toLowerCase()] : [own.toLowerCase()];
}
