/** Rows as they are stored. Digests are SHA-256 in hex; times RFC 3339. */
import type { AgentStatus } from '@remit/enforce';

export interface Tables {
  agents: { name: string; status: AgentStatus; registered_at: string };
  agent_keys: { id: string; agent: string; digest: string; issued_at: string };
  /** `folded_name` is what makes a name unique; `groups` is a JSON array. */
  people: {
    id: string;
    name: string;
    folded_name: string;
    groups: string;
    token_digest: string;
    added_at: string;
  };
  /** One row: the last record of the ledger that is in this store. */
  last_change: { only: 1; event_id: string; time: string };
  /** `sealed` is AES-256-GCM under the workspace key, see credentials/seal.ts. */
  credentials: { name: string; sealed: Uint8Array; set_at: string };
}
