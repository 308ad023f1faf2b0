/** Agent, role and guardrails documents: what an agent may do. */
import { modeSchema } from '@remit/contracts';
import type { Mode } from '@remit/contracts';
import { describeAs } from './described.ts';
import { readAccess } from './access.ts';
import type { Access } from './access.ts';
import { controlKeys, controlsOf } from './controls.ts';
import type { ControlKeys } from './controls.ts';
import type { DefaultsDocument } from './defaults.ts';
import { readGuardrails } from './guardrails.ts';
import type { Guardrails } from './guardrails.ts';
import { readLimits } from './limits.ts';
import type { Limit } from './limits.ts';
import type { Powers } from './powers.ts';
import { oneOf, oneOrMore, placed, readBoolean, readWord, shaped } from './reading.ts';
import type { Placed, Reader, Word } from './reading.ts';
import { risks } from './risk.ts';
import type { BaselineDocument, Risk } from './risk.ts';

export interface AgentDocument extends Powers {
  kind: 'agent';
  name: Word;
  roles: Word[];
  risk?: Placed<Risk>;
  owner?: string;
  team?: string;
  purpose?: string;
  mode?: Mode;
  conceal?: boolean;
}

export interface RoleDocument extends Powers {
  kind: 'role';
  name: Word;
  inherit: Word[];
}

export interface GuardrailsDocument extends Powers {
  kind: 'guardrails';
}

export type RemitDocument =
  AgentDocument | RoleDocument | GuardrailsDocument | BaselineDocument | DefaultsDocument;

interface AgentKeys extends ControlKeys {
  agent: Word;
  role: Word[];
  roles: Word[];
  risk: Placed<Risk>;
  owner: Word;
  team: Word;
  purpose: Word;
  mode: Mode;
  conceal: boolean;
  access: Access;
  guardrails: Guardrails;
  limits: Limit[];
}

const powers = { access: readAccess, guardrails: readGuardrails, limits: readLimits, ...controlKeys };

const readAgentKeys = shaped<AgentKeys>({
  what: 'an agent document',
  keys: {
    agent: readWord,
    role: oneOrMore(readWord),
    roles: oneOrMore(readWord),
    risk: placed(oneOf(risks)),
    owner: readWord,
    team: readWord,
    purpose: readWord,
    mode: oneOf(modeSchema.options),
    conceal: readBoolean,
    ...powers,
  },
});

export const readAgent: Reader<AgentDocument> = (tree, reading) => {
  const read = readAgentKeys(tree, reading);
  if (read?.agent === undefined || !isAgentName(read.agent, reading)) return undefined;
  return {
    kind: 'agent',
    title: read.agent.text,
    name: read.agent,
    spot: tree.spot,
    roles: [...(read.role ?? []), ...(read.roles ?? [])],
    access: read.access ?? {},
    guardrails: read.guardrails ?? {},
    limits: read.limits ?? [],
    controls: controlsOf(read),
    ...(read.risk && { risk: read.risk }),
    ...(read.owner && { owner: read.owner.text }),
    ...(read.team && { team: read.team.text }),
    ...(read.purpose && { purpose: read.purpose.text }),
    ...(read.mode && { mode: read.mode }),
    ...(read.conceal !== undefined && { conceal: read.conceal }),
  };
};

const AGENT_NAME = /^[\p{L}\p{N}](?:[\p{L}\p{N} ._@:/-]{0,126}[\p{L}\p{N}])?$/u;

function isAgentName(name: Word, reading: Parameters<Reader<AgentDocument>>[1]): boolean {
  if (AGENT_NAME.test(name.text)) return true;
  const message = `agent name \`${name.text}\` has to be 1 to 128 letters, digits, spaces or any of \`._@:/-\``;
  reading.findings.error('invalid_name', message, name.spot);
  return false;
}

interface RoleKeys extends ControlKeys, Pick<AgentKeys, 'access' | 'guardrails' | 'limits'> {
  role: Word;
  inherit: Word[];
}

const readRoleKeys = shaped<RoleKeys>({
  what: 'a role document',
  keys: { role: readWord, inherit: oneOrMore(readWord), ...powers },
});

export const readRole: Reader<RoleDocument> = (tree, reading) => {
  const read = readRoleKeys(tree, reading);
  if (read?.role === undefined) return undefined;
  return {
    kind: 'role',
    title: read.role.text,
    name: read.role,
    spot: tree.spot,
    inherit: read.inherit ?? [],
    access: read.access ?? {},
    guardrails: read.guardrails ?? {},
    limits: read.limits ?? [],
    controls: controlsOf(read),
  };
};

const readGuardrailsKeys = shaped<{ guardrails: Guardrails }>({
  what: 'a guardrails document',
  keys: { guardrails: readGuardrails },
});

export const readGuardrailsDocument: Reader<GuardrailsDocument> = (tree, reading) => {
  const read = readGuardrailsKeys(tree, reading);
  if (read?.guardrails === undefined) return undefined;
  const { guardrails } = read;
  const nothingElse = { access: {}, limits: [], controls: {} };
  return { kind: 'guardrails', title: 'every agent', spot: tree.spot, guardrails, ...nothingElse };
};

describeAs(readAgent, readAgentKeys);
describeAs(readRole, readRoleKeys);
describeAs(readGuardrailsDocument, readGuardrailsKeys);
