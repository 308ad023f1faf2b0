/** The `access:` part of an agent or role: what is allowed and denied, with the same words everywhere. */
import { listOf, readWord, shaped } from './reading.ts';
import type { Reader, Word } from './reading.ts';

interface AllowDeny {
  allow?: Word[];
  deny?: Word[];
}

export interface Access {
  tools?: AllowDeny;
  resources?: AllowDeny;
  prompts?: AllowDeny;
  sampling?: AllowDeny;
  elicitation?: AllowDeny;
  /** Classes and field names of data. */
  data?: AllowDeny;
}

export const accessAreas = ['tools', 'resources', 'prompts', 'sampling', 'elicitation'] as const;
export type AccessArea = (typeof accessAreas)[number];

function allowDeny(what: string, later: readonly string[] = []): Reader<AllowDeny> {
  return shaped<Required<AllowDeny>>({
    what,
    keys: { allow: listOf(readWord), deny: listOf(readWord) },
    later,
  });
}

export const readAccess: Reader<Access> = shaped<Required<Access>>({
  what: '`access`',
  keys: {
    tools: allowDeny('`access.tools`'),
    resources: allowDeny('`access.resources`'),
    prompts: allowDeny('`access.prompts`'),
    sampling: allowDeny('`access.sampling`'),
    elicitation: allowDeny('`access.elicitation`'),
    data: allowDeny('`access.data`', ['unlisted']),
  },
  later: ['models', 'messages'],
});
