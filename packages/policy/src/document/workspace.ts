/** The workspace document: servers, what tools do, named actions, data classes, groups, mode. */
import { modeSchema } from '@remit/contracts';
import type { Mode } from '@remit/contracts';
import type { ServerSettings } from '../port.ts';
import { listOf, namesTo, oneOf, readBoolean, readWord, shaped } from './reading.ts';
import type { Reader, Word } from './reading.ts';
import { readServers } from './servers.ts';

const toolEffects = ['read', 'write', 'destructive', 'external'] as const;
export type ToolEffect = (typeof toolEffects)[number];

/** What a tool does, where its own annotations do not say it. */
export interface ToolNotes {
  name: Word;
  effect?: ToolEffect;
  reversible?: boolean;
  /** CEL over `args`: on whom or what the tool acts, and for how much. */
  subject?: Word;
  amount?: Word;
}

/** A tool plus a condition; or only a name, where the tool does not exist yet. */
export interface ActionDocument {
  name: Word;
  tool?: Word;
  when?: Word;
  planned: boolean;
}

const sensitivities = ['public', 'internal', 'confidential', 'restricted'] as const;
interface DataClassDocument {
  name: Word;
  sensitivity?: (typeof sensitivities)[number];
  detect?: Word;
  fields: Word[];
}

export interface WorkspaceDocument {
  name: Word;
  mode?: Mode;
  environment?: string;
  servers: Map<string, ServerSettings>;
  tools: Map<string, ToolNotes>;
  actions: Map<string, ActionDocument>;
  data: Map<string, DataClassDocument>;
  groups: Map<string, string[]>;
  conceal: boolean;
  keepTier4Blocked: boolean;
}

const readToolNotes = shaped<Omit<Required<ToolNotes>, 'name'>>({
  what: 'a tool',
  keys: { effect: oneOf(toolEffects), reversible: readBoolean, subject: readWord, amount: readWord },
  later: ['reads'],
});

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
});

const readClassKeys = shaped<{ sensitivity: (typeof sensitivities)[number]; detect: Word; fields: Word[] }>({
  what: 'a data class',
  keys: { sensitivity: oneOf(sensitivities), detect: readWord, fields: listOf(readWord) },
});

const readDataClass = namesTo<DataClassDocument>((tree, reading, name) => {
  const read = readClassKeys(tree, reading);
  return read && { ...read, name, fields: read.fields ?? [] };
});

const readLanguage: Reader<1> = (tree, reading) => {
  if (tree.kind === 'scalar' && tree.value === 1) return 1;
  reading.findings.error('invalid_value', '`language` has to be 1, the only version so far', tree.spot);
  return undefined;
};

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
}

const readKeys = shaped<WorkspaceKeys>({
  what: 'a workspace document',
  keys: {
    workspace: readWord,
    language: readLanguage,
    mode: oneOf(modeSchema.options),
    environment: readWord,
    servers: readServers,
    tools: namesTo((tree, reading, name) => {
      const notes = readToolNotes(tree, reading);
      return notes && { ...notes, name };
    }),
    actions: readAction,
    data: readDataClass,
    groups: namesTo(listOf(readWord)),
    conceal: readBoolean,
    keep_tier_4_blocked: readBoolean,
  },
  later: ['defaults', 'risk', 'flows', 'approvals', 'limits', 'scope', 'content', 'messages', 'models'],
});

export const readWorkspace: Reader<WorkspaceDocument> = (tree, reading) => {
  const read = readKeys(tree, reading);
  if (read?.workspace === undefined) return undefined;
  return {
    name: read.workspace,
    ...(read.mode && { mode: read.mode }),
    ...(read.environment && { environment: read.environment.text }),
    servers: read.servers ?? new Map<string, ServerSettings>(),
    tools: read.tools ?? new Map<string, ToolNotes>(),
    actions: read.actions ?? new Map<string, ActionDocument>(),
    data: read.data ?? new Map<string, DataClassDocument>(),
    groups: new Map(
      [...(read.groups ?? [])].map(([name, people]) => [name, people.map((person) => person.text)]),
    ),
    conceal: read.conceal ?? false,
    keepTier4Blocked: read.keep_tier_4_blocked ?? false,
  };
};
