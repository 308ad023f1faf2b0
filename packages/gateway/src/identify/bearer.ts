/** Which agent sends this request: a bearer key in the Authorization header (RFC 6750, section 2.1). */
import type { AgentDirectory, AgentIdentity } from '@remit/enforce';

type Identified =
  | { ok: true; identity: AgentIdentity }
  /** `challenge` is the value of WWW-Authenticate (RFC 6750, section 3). */
  | { ok: false; challenge: string; reason: string };

/** `authorization` is the header as it came; the key in it is never logged or repeated. */
export function identify(authorization: string | undefined, agents: AgentDirectory): Identified {
  if (authorization === undefined) {
    return { ok: false, challenge: 'Bearer realm="remit"', reason: 'This listener asks for an agent key.' };
  }
  const key = /^bearer +([\x21-\x7e]+)$/i.exec(authorization)?.[1];
  const identity = key === undefined ? undefined : agents.authenticate(key);
  if (identity) return { ok: true, identity };
  return {
    ok: false,
    challenge: 'Bearer realm="remit", error="invalid_token"',
    reason: 'The agent key is not valid.',
  };
}
