import type { Clock, NewId } from '@remit/contracts';
import type { ApprovalOffice, UpstreamCatalog } from '@remit/enforce';
import type { Ledger } from '@remit/ledger';
import type { AuditReads } from '../audit-reads.ts';
import type { Backup, Examine, Explain, MetricsText, PolicyHolder, ServerLog, ToolDigest } from '../ports.ts';
import type { PrivacyOffice } from '../privacy/office.ts';
import type { Registry } from '../registry/registry.ts';
import type { HostRules } from './hosts.ts';

export interface ControlOptions extends Partial<HostRules> {
  registry: Registry;
  ledger: Ledger;
  approvals: ApprovalOffice;
  privacy: PrivacyOffice;
  upstreams: UpstreamCatalog;
  policy: PolicyHolder;
  explain: Explain;
  toolDigest: ToolDigest;
  metrics: MetricsText;
  examine: Examine;
  backup: Backup;
  clock: Clock;
  newId: NewId;
  /** Of this start: in a file that only the person who runs Remit can read. */
  operatorToken: string;
  log?: ServerLog;
}

/** What the handlers work with. */
export interface ControlDeps
  extends
    Omit<ControlOptions, 'registry' | 'operatorToken' | 'log' | keyof HostRules>,
    Omit<Registry, 'close'> {
  reads: AuditReads;
}
