/** Settings of `remit up`: flags, then `REMIT_*` variables, then defaults. Loopback unless told otherwise. */
import { resolve } from 'node:path';
import { defaultCheckpointFolder } from './data/place.ts';
import type { Location, LocationOptions } from './context.ts';
import { locate } from './context.ts';
import { wrongUse } from './exit-code.ts';
import type { Machine } from './machine.ts';

export interface UpOptions extends LocationOptions {
  host?: string;
  port?: string;
  consolePort?: string;
  checkpoints?: string;
  allowHost?: string[];
  allowOrigin?: string[];
  offline?: boolean;
  logLevel?: string;
}

export interface UpSettings extends Location {
  host: string;
  port: number;
  console_port: number;
  /** Absent where checkpoints are kept beside the ledger only. */
  checkpoints: string | undefined;
  /** Names besides loopback by which the listeners may be called, and origins of pages that may. */
  hosts: string[];
  origins: string[];
  offline: boolean;
  log_level: string;
}

const logLevels = ['trace', 'debug', 'info', 'warn', 'error'];

export function readSettings(machine: Machine, options: UpOptions): UpSettings {
  const location = locate(machine, options);
  const host = options.host ?? machine.env['REMIT_HOST'] ?? '127.0.0.1';
  const level = options.logLevel ?? machine.env['REMIT_LOG_LEVEL'] ?? 'info';
  if (!logLevels.includes(level)) {
    throw wrongUse(
      'unknown_log_level',
      `\`${level}\` is no log level.`,
      `Use one of ${logLevels.join(', ')}.`,
    );
  }
  return {
    ...location,
    host,
    port: readPort('--port', options.port ?? machine.env['REMIT_PORT'] ?? '4747'),
    console_port: readPort(
      '--console-port',
      options.consolePort ?? machine.env['REMIT_CONSOLE_PORT'] ?? '4748',
    ),
    checkpoints: checkpointFolder(machine, options, location),
    hosts: [...(options.allowHost ?? listed(machine.env['REMIT_ALLOW_HOST'])), ...ownNames(machine, host)],
    origins: options.allowOrigin ?? listed(machine.env['REMIT_ALLOW_ORIGIN']),
    offline: options.offline === true,
    log_level: level,
  };
}

/** With the default data folder a default place apart from it; with a chosen one only a chosen one. */
export function checkpointFolder(
  machine: Machine,
  options: LocationOptions & { checkpoints?: string },
  location: Location,
): string | undefined {
  const chosen = options.checkpoints ?? machine.env['REMIT_CHECKPOINTS'];
  if (chosen !== undefined) return resolve(machine.folder, chosen);
  const data_chosen = options.data ?? machine.env['REMIT_DATA'];
  return data_chosen === undefined ? defaultCheckpointFolder(machine, location.workspace) : undefined;
}

function readPort(flag: string, text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw wrongUse(
    'invalid_port',
    `\`${text}\` is no port for ${flag}.`,
    'Give a number from 0 (any free one) to 65535.',
  );
}

function listed(text: string | undefined): string[] {
  return (text ?? '').split(',').filter((part) => part !== '');
}

/** Who binds to an address of the machine means to be called by it, or by the machine's name. */
function ownNames(machine: Machine, host: string): string[] {
  const any = host === '0.0.0.0' || host === '::';
  const own = host.includes(':') ? `[${host}]` : host;
  return any ? [machine.hostname.toLowerCase()] : [own.toLowerCase()];
}
