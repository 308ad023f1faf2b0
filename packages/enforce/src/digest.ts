import { hash } from 'node:crypto';
import { Fault, type Action } from '@remit/contracts';
import canonicalize from 'canonicalize';

/**
 * What an approval is bound to: agent, person, tool definition, arguments and policy version, as
 * `sha256:` + hex over their RFC 8785 form. Ids, context and `_meta` are left out on purpose: the
 * same call sent again is the same call (protocols.md, "Which retry is the same call").
 *
 * @throws Fault `invalid_arguments` where a string in the arguments has a lone surrogate, which RFC 8785
 * (3.2.2.2) forbids.
 */
export function callDigest(action: Action, policyVersion: string): string {
  const call = {
    agent: action.agent,
    user: action.user ?? null,
    kind: action.kind,
    server: action.server,
    target: action.target,
    tool: action.tool_digest ?? null,
    arguments: action.arguments,
    policy: policyVersion,
  };
  return `sha256:${hash('sha256', canonical(call), 'hex')}`;
}

function canonical(call: object): string {
  try {
    return canonicalize(call) ?? '';
  } catch (cause) {
    throw new Fault('invalid_arguments', 'a string in the arguments has half a character', { cause });
  }
}
