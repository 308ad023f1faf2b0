/** The workspace document: servers, what tools do, named actions, data classes, groups, mode. */
import { detectors, didYouMean, modeSchema, sensitivities } from '@remit/contracts';
import type { Mode, Sensitivity } from '@remit/contracts';
import type { Spot } from '../diagnostics.ts';
import type { ServerSettings, WorkspaceSettings } from '../port.ts';
import { readActivation } from './activation.ts';
import type { ActivationDocument } from './activation.ts';
import { describe, describeAs } from './described.ts';
import { readDefaults } from './defaults.ts';
import type { DefaultsDocument } from './defaults.ts';
import { listOf, namesTo, oneOf, readBoolean, readWord, shaped } from './reading.ts';
import type { Reader, Word } from './reading.ts';
import { readServers } from './servers.ts';
import { readSettings } from './settings.ts';
import { readTools } from './tools.ts';
import type { ToolNotes } from './tools.ts';
import type { Tree } from './tree.ts';

/** A tool plus a condition; or only a name, where the tool does not exist yet. */
export interface ActionDocument {
  name: Word;
  tool?: Word;
  when?: Word;
  planned: boolean;
}

interface DataClassDocument {
  name: Word;
  sensitivity?: Sensitivity;
  detect?: Word;
  fields: Word[];
}

export interface WorkspaceDocument {
  name: Word;
  mode?: Mode;
  environment?: string;
  servers: Map<string, ServerSettings>;
  /** Where each server's name stands. */
  serverSpots: Map<string, Spot>;
  tools: Map<string, ToolNotes>;
  actions: Map<string, ActionDocument>;
  data: Map<string, DataClassDocument>;
  groups: Map<string, string[]>;
  conceal: boolean;
  keepTier4Blocked: boolean;
  /** Who has to agree to a changed policy; nobody where it is absent. */
  activation?: ActivationDocument;
  /** What agents get whose own documents and roles say nothing of it. */
  defaults?: DefaultsDocument;
}

const readActionKeys = shaped<{ tool: Word; when: Word; planned: boolean }>({
  what: 'an action',
  keys: { tool: readWord, when: readWord, planned: readBoolean },
});

const readAction = namesTo<ActionDocument>((tree, reading, name) => {
  const read = readActionKeys(tree, reading);
  if (read === undefined) return undefined;
  if (read.tool === undefined && read.planned !== true) {
    const remedy = 'name its tool, or say `planned: true` while there is none';
    reading.findings.error('missing_key', `action \`${name.text}\` has no \`tool\``, name.spot, remedy);
    return undefined;
  }
  return {
    name,
    planned: read.planned ?? false,
    ...(read.tool && { tool: read.tool }),
    ...(read.when && { when: read.when }),
  };
}, readActionKeys);

const readDetector: Reader<Word> = (tree, reading) => {
  const word = readWord(tree, reading);
  if (word === undefined || detectors.some((known) => known === word.text)) return word;
  const remedy = didYouMean(word.text, detectors) ?? `there are ${detectors.join(', ')}`;
  reading.findings.error('unknown_name', `there is no detector \`${word.text}\``, word.spot, remedy);
  return undefined;
};

describe(readDetector, () => ({ enum: [...detectors] }));

const readClassKeys = shaped<{ sensitivity: Sensitivity; detect: Word; fields: Word[] }>({
  what: 'a data class',
  keys: { sensitivity: oneOf(sensitivities), detect: readDetector, fields: listOf(readWord) },
});

const readDataClass = namesTo<DataClassDocument>((tree, reading, name) => {
  const read = readClassKeys(tree, reading);
  return read && { ...read, name, fields: read.fields ?? [] };
}, readClassKeys);

const readLanguage: Reader<1> = (tree, reading) => {
  if (tree.kind === 'scalar' && tree.value === 1) return 1;
  reading.findings.error('invalid_value', '`language` has to be 1, the only version so far', tree.spot);
  return undefined;
};

describe(readLanguage, () => ({ const: 1 }));

interface WorkspaceKeys {
  workspace: Word;
  language: 1;
  mode: Mode;
  environment: Word;
  servers: Map<string, ServerSettings>;
  tools: Map<string, ToolNotes>;
  actions: Map<string, ActionDocument>;
  data: Map<string, DataClassDocument>;
  groups: Map<string, Word[]>;
  conceal: boolean;
  keep_tier_4_blocked: boolean;
  activation?: ActivationDocument;
  defaults?: DefaultsDocument;
  settings: WorkspaceSettings;
}

const readKeys = shaped<WorkspaceKeys>({
  what: 'a workspace document',
  keys: {
    workspace: readWord,
    language: readLanguage,
    mode: oneOf(modeSchema.options),
    environment: readWord,
    servers: readServers,
    tools: readTools,
    actions: readAction,
    data: readDataClass,
    groups: namesTo(listOf(readWord)),
    conceal: readBoolean,
    keep_tier_4_blocked: readBoolean,
    activation: readActivation,
    defaults: readDefaults,
    settings: readSettings,
  },
});

export const readWorkspace: Reader<WorkspaceDocument> = (tree, reading) => {
  const read = readKeys(tree, reading);
  if (read?.workspace === undefined) return undefined;
  return {
    name: read.workspace,
    ...(read.mode && { mode: read.mode }),
    ...(read.environment && { environment: read.environment.text }),
    servers: read.servers ?? new Map<string, ServerSettings>(),
    serverSpots: spotsOf(tree, 'servers'),
    tools: read.tools ?? new Map<string, ToolNotes>(),
    actions: read.actions ?? new Map<string, ActionDocument>(),
    data: read.data ?? new Map<string, DataClassDocument>(),
    groups: new Map(
      [...(read.groups ?? [])].map(([name, people]) => [name, people.map((person) => person.text)]),
    ),
    conceal: read.conceal ?? false,
    keepTier4Blocked: read.keep_tier_4_blocked ?? false,
    ...(read.activation && { activation: read.activation }),
    ...(read.defaults && { defaults: read.defaults }),
  };
};

describeAs(readWorkspace, readKeys);

/** Where the names in one mapping of a document stand. */
function spotsOf(tree: Tree, key: string): Map<string, Spot> {
  const names = tree.kind === 'mapping' ? tree.entries.get(key)?.value : undefined;
  if (names?.kind !== 'mapping') return new Map();
  return new Map([...names.entries.values()].map((entry) => [entry.key, entry.keySpot]));
}
