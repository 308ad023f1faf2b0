/**
 * The `settings:` part of the workspace document: how Remit itself is run on this workspace. Flags and
 * variables come before it, and a running Remit reads it at its next start.
 */
import { Findings } from '../diagnostics.ts';
import type { Diagnostic, SourceFile, WorkspaceSettings } from '../port.ts';
import { describe, describeAs } from './described.ts';
import { listOf, oneOf, readWord, shaped } from './reading.ts';
import type { Reader } from './reading.ts';
import { readDocuments } from './tree.ts';

const portMax = 65_535;
const hostName = /^[A-Za-z0-9._:%-]+$/;
const logLevels = ['trace', 'debug', 'info', 'warn', 'error'] as const;

const readText: Reader<string> = (tree, reading) => readWord(tree, reading)?.text;
describeAs(readText, readWord);

const readHost: Reader<string> = (tree, reading) => {
  const word = readWord(tree, reading);
  if (word === undefined || hostName.test(word.text)) return word?.text;
  reading.findings.error('invalid_value', `\`${reading.path}\` has to be a name or address`, word.spot);
  return undefined;
};
describe(readHost, () => ({ type: 'string', pattern: hostName.source }));

const readPort: Reader<number> = (tree, reading) => {
  const value = tree.kind === 'scalar' ? tree.value : undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= portMax) return value;
  const message = `\`${reading.path}\` has to be a port from 0 (any free one) to ${portMax}`;
  reading.findings.error('invalid_value', message, tree.spot);
  return undefined;
};
describe(readPort, () => ({ type: 'integer', minimum: 0, maximum: portMax }));

export const readSettings: Reader<WorkspaceSettings> = shaped<Required<WorkspaceSettings>>({
  what: '`settings`',
  keys: {
    host: readHost,
    port: readPort,
    console_port: readPort,
    checkpoints: readText,
    allow_hosts: listOf(readHost),
    allow_origins: listOf(readText),
    log_level: oneOf(logLevels),
  },
});

/**
 * The settings that the workspace document among these files gives, with what is wrong with them. For a
 * start, which needs them before it loads the policy: of everything else it says nothing.
 */
export function workspaceSettings(files: readonly SourceFile[]): {
  settings: WorkspaceSettings;
  diagnostics: Diagnostic[];
} {
  const unread = new Findings();
  for (const file of files.filter(({ text }) => text.includes('settings'))) {
    for (const { entries } of readDocuments(file, unread)) {
      const given = entries.get('settings');
      if (given === undefined || !entries.has('workspace')) continue;
      const findings = new Findings();
      const settings = readSettings(given.value, { findings, path: 'settings' }) ?? {};
      return { settings, diagnostics: findings.list };
    }
  }
  return { settings: {}, diagnostics: [] };
}
