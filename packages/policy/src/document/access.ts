/** The `access:` part of an agent or role: what is allowed and denied, with the same words everywhere. */
import type { DataChange } from '@remit/contracts';
import { readAllowDeny } from './allow-deny.ts';
import type { AllowDeny } from './allow-deny.ts';
import { listOf, oneOf, placed, readWord, shaped } from './reading.ts';
import type { Placed, Reader, Word } from './reading.ts';

/** Classes and field names of data. */
interface DataAccess extends AllowDeny, Partial<Record<DataChange, Word[]>> {
  /** With `deny`, what `allow` does not name is taken out, also where no class knows it. */
  unlisted?: Placed<'allow' | 'deny'>;
}

export interface Access {
  tools?: AllowDeny;
  resources?: AllowDeny;
  prompts?: AllowDeny;
  sampling?: AllowDeny;
  elicitation?: AllowDeny;
  /** Models, as `provider/model`. */
  models?: AllowDeny;
  /** Agents that this one may write to. */
  messages?: AllowDeny;
  data?: DataAccess;
}

export const accessAreas = [
  'tools',
  'resources',
  'prompts',
  'sampling',
  'elicitation',
  'models',
  'messages',
] as const;
export type AccessArea = (typeof accessAreas)[number];

const readData = shaped<Required<DataAccess>>({
  what: '`access.data`',
  keys: {
    allow: listOf(readWord),
    deny: listOf(readWord),
    hash: listOf(readWord),
    mask: listOf(readWord),
    truncate: listOf(readWord),
    unlisted: placed(oneOf(['allow', 'deny'])),
  },
});

export const readAccess: Reader<Access> = shaped<Required<Access>>({
  what: '`access`',
  keys: {
    tools: readAllowDeny('`access.tools`'),
    resources: readAllowDeny('`access.resources`'),
    prompts: readAllowDeny('`access.prompts`'),
    sampling: readAllowDeny('`access.sampling`'),
    elicitation: readAllowDeny('`access.elicitation`'),
    models: readAllowDeny('`access.models`'),
    messages: readAllowDeny('`access.messages`'),
    data: readData,
  },
});
