import type { ActionKind, JsonObject } from '@remit/contracts';

/** One action that ran, or waited for a person. */
export interface Use {
  kind: ActionKind;
  /** As policies write it: `server/tool`, `server/prompt`, a URI, a server. */
  name: string;
  arguments: JsonObject;
}
