/** The handshake of the 2025 era (MCP 2025-11-25, basic/lifecycle, "Initialization"). */
import { isJsonObject, type JsonObject } from '@remit/contracts';
import type { RequestMessage } from '../message.ts';
import { introduction } from '../operations.ts';
import { invalidParams } from '../rpc-fault.ts';
import type { Services } from '../services.ts';
import { WatchedResources } from '../watched-resources.ts';
import { isLegacy, legacyVersions } from '../versions.ts';
import type { Session, SessionOwner } from './session.ts';
import type { Sessions } from './sessions.ts';

/**
 * Begins a session in the version that the client asks for, or in our newest one of this era.
 * @throws RpcFault -32602 where the client does not say what it is, 503 where there is no room.
 */
export function initialize(
  services: Services,
  sessions: Sessions,
  owner: SessionOwner,
  { params }: RequestMessage,
): { session: Session; result: JsonObject } {
  const { protocolVersion, capabilities, clientInfo } = params;
  if (typeof protocolVersion !== 'string') throw invalidParams('`params.protocolVersion` must be a string.');
  if (!isJsonObject(capabilities)) throw invalidParams('`params.capabilities` must be an object.');
  if (!isJsonObject(clientInfo)) throw invalidParams('`params.clientInfo` must be an object.');
  const version = isLegacy(protocolVersion) ? protocolVersion : legacyVersions[0];
  const id = services.ports.newId('ses');
  const watched = new WatchedResources(services);
  const options = { ...owner, id, version, capabilities, watched };
  const session = sessions.open(options, services.ports.clock.monotonic());
  const result = {
    protocolVersion: version,
    ...introduction(services, owner),
    serverInfo: services.serverInfo(owner.scope),
  };
  return { session, result };
}
