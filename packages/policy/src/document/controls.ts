/** Controls beside access, guardrails and limits: what agents, roles, baselines and `defaults:` share. */
import { readApprovals } from './approvals.ts';
import type { ApprovalsDocument } from './approvals.ts';
import { readContent } from './content.ts';
import type { ContentDocument } from './content.ts';
import { readFlows } from './flows.ts';
import type { FlowDocument } from './flows.ts';
import { readMessages, readModels } from './messages.ts';
import type { MessagesDocument, ModelsDocument } from './messages.ts';
import { placed } from './reading.ts';
import type { Placed } from './reading.ts';
import { readRetention } from './retention.ts';
import type { RetentionPart } from './retention.ts';
import { readScope, readUnattended } from './scope.ts';
import type { ScopeDocument, Unattended } from './scope.ts';

export interface ControlKeys {
  scope: ScopeDocument;
  /** The same as `scope.unattended`. */
  unattended: Placed<Unattended>;
  flows: Placed<FlowDocument[]>;
  messages: Placed<MessagesDocument>;
  models: Placed<ModelsDocument>;
  content: Placed<ContentDocument>;
  approvals: Placed<ApprovalsDocument>;
  /** How long what is sealed of the agent's records is kept. */
  retention: Placed<RetentionPart[]>;
}

export type Controls = Partial<ControlKeys>;

export const controlKeys = {
  scope: readScope,
  unattended: readUnattended,
  flows: placed(readFlows),
  messages: placed(readMessages),
  models: placed(readModels),
  content: placed(readContent),
  approvals: placed(readApprovals),
  retention: placed(readRetention),
};

const names = Object.keys(controlKeys) as (keyof ControlKeys)[];

/** The controls among what was read of a document. */
export function controlsOf(read: Controls): Controls {
  const entries = names.filter((name) => read[name] !== undefined).map((name) => [name, read[name]]);
  return Object.fromEntries(entries) as Controls;
}
