/** What `remit doctor` says of the policy: plainly, where the documents are not what is in force. */
import type { Finding } from '../api/operations.ts';
import type { PolicyHolder } from '../ports.ts';
import { stateOfDocuments } from './policies.ts';

export function policyFindings(policy: PolicyHolder): Finding[] {
  return [standingFinding(policy), ...rollbackFinding(policy)];
}

function standingFinding(policy: PolicyHolder): Finding {
  const check = 'policy';
  const { version } = policy.current();
  const stays =
    policy.standing().in_force === undefined
      ? 'no version was ever in force, so nothing is allowed'
      : `${version} stays in force`;
  switch (stateOfDocuments(policy)) {
    case 'in_force':
      return { check, status: 'ok', message: `${version} is in force.` };
    case 'invalid':
      return {
        check,
        status: 'problem',
        message: `The documents read at ${policy.lastLoad().at} have ${errorsOf(policy)} errors; ${stays}.`,
        remedy: 'Run `remit check`.',
      };
    case 'waiting':
      return {
        check,
        status: 'warning',
        message: `The documents are ${policy.documents()}, which waits for ${needed(policy, policy.documents())}; ${stays}.`,
        remedy: `Look at it with \`remit policies show\`, then \`remit policies approve\` or \`reject\`.`,
      };
    case 'set_aside':
      return {
        check,
        status: 'warning',
        message: `The documents are ${policy.documents()}, which was decided against; ${stays}.`,
        remedy: 'Change them, or propose them again with `remit policies reload`.',
      };
  }
}

function rollbackFinding(policy: PolicyHolder): Finding[] {
  return policy
    .standing()
    .candidates.filter(({ source }) => source === 'rollback')
    .map(({ version }) => ({
      check: 'policy rollback',
      status: 'warning',
      message: `Rolling back to ${version} waits for ${needed(policy, version)}.`,
      remedy: 'Decide with `remit policies approve` or `reject`.',
    }));
}

/** Like `1 more person of policy-owners`. */
function needed(policy: PolicyHolder, version: string | undefined): string {
  const candidate = policy.standing().candidates.find((one) => one.version === version);
  if (candidate === undefined) return 'nobody';
  const { who, count } = candidate.terms;
  const more = count - candidate.approved_by.length;
  const people = `${more} more ${more === 1 ? 'person' : 'people'}`;
  return who.length === 0 ? people : `${people} of ${who.join(' or ')}`;
}

function errorsOf(policy: PolicyHolder): number {
  return policy.lastLoad().diagnostics.filter(({ severity }) => severity === 'error').length;
}
