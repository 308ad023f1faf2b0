import type { CompiledPolicy } from '@remit/policy';
import type { ProtocolVersion } from './versions.ts';
import type { View } from './view.ts';

/** Whose list is made, of what, for which style of protocol. */
export interface ListRequest {
  policy: CompiledPolicy;
  view: View;
  agent: string;
  version: ProtocolVersion;
}
