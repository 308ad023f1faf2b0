/** The `servers:` part of the workspace document: how each upstream server is reached. */
import { sensitivities, sinks, trusts } from '@remit/contracts';
import type { Sensitivity, Sink } from '@remit/contracts';
import { listOf, namesTo, oneOf, readWord, shaped } from './reading.ts';
import type { Reader, Reading, Word } from './reading.ts';
import type { ServerSettings } from '../port.ts';
import { isPlainSecret, secretRemedy } from '../lint/secrets.ts';
import type { Tree } from './tree.ts';

const SERVER_NAME = /^[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,62}[A-Za-z0-9])?$/;

interface ServerKeys {
  command: Word[];
  env: Map<string, string>;
  url: Word;
  transport: 'http' | 'sse';
  headers: Map<string, string>;
  trust: ServerSettings['trust'];
  sensitivity: Sensitivity;
  sink: Sink;
  environment: Word;
}

/** Values of variables and headers: text, or a number or truth value that is meant as text. */
function readText(tree: Tree, reading: Reading, name: Word): string | undefined {
  if (tree.kind === 'scalar' && tree.value !== null) {
    const value = String(tree.value);
    if (isPlainSecret(name.text, value)) {
      const message = `\`${reading.path}\` looks like a secret in plain text`;
      reading.findings.warning('embedded_secret', message, tree.spot, secretRemedy);
    }
    return value;
  }
  reading.findings.error('invalid_value', `\`${reading.path}\` has to be text`, tree.spot);
  return undefined;
}

const readKeys = shaped<ServerKeys>({
  what: 'a server',
  keys: {
    command: listOf(readWord),
    env: namesTo(readText),
    url: readWord,
    transport: oneOf(['http', 'sse']),
    headers: namesTo(readText),
    trust: oneOf(trusts),
    sensitivity: oneOf(sensitivities),
    sink: oneOf(sinks),
    environment: readWord,
  },
});

function readServer(tree: Tree, reading: Reading, name: Word): ServerSettings | undefined {
  const read = readKeys(tree, reading);
  if (read === undefined || !validName(name, reading) || !validReach(read, tree, reading)) return undefined;
  return {
    name: name.text,
    // Nothing is trusted that nobody called trusted.
    trust: read.trust ?? 'untrusted',
    ...(read.trust === undefined && { trust_unsaid: true as const }),
    ...(read.sensitivity && { sensitivity: read.sensitivity }),
    ...(read.sink && { sink: read.sink }),
    ...(read.command && { command: read.command.map((word) => word.text) }),
    ...(read.env && { env: Object.fromEntries(read.env) }),
    ...(read.url && { url: read.url.text }),
    ...(read.transport && { transport: read.transport }),
    ...(read.headers && { headers: Object.fromEntries(read.headers) }),
    ...(read.environment && { environment: read.environment.text }),
  };
}

function validName(name: Word, reading: Reading): boolean {
  if (SERVER_NAME.test(name.text) && !name.text.includes('__')) return true;
  const message = `server name \`${name.text}\` has to be 1 to 64 letters, digits, \`.\`, \`-\` or single \`_\``;
  reading.findings.error('invalid_name', message, name.spot);
  return false;
}

function validReach(read: Partial<ServerKeys>, tree: Tree, reading: Reading): boolean {
  const ways = [read.command, read.url].filter((way) => way !== undefined);
  if (ways.length !== 1 || read.command?.length === 0) {
    reading.findings.error(
      'invalid_server',
      `\`${reading.path}\` has to have either a \`command\` or a \`url\``,
      tree.spot,
    );
    return false;
  }
  if (read.url !== undefined && !isHttpAddress(read.url.text)) {
    reading.findings.error(
      'invalid_url',
      `\`${read.url.text}\` is not an http or https address`,
      read.url.spot,
    );
    return false;
  }
  return true;
}

function isHttpAddress(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && (url.protocol === 'https:' || url.protocol === 'http:');
}

export const readServers: Reader<Map<string, ServerSettings>> = namesTo(readServer, readKeys);
