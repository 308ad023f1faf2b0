/** Which policy is in force, what waits for people, and what the documents are to it: in sentences. */
import type { Answer } from '../client/api-client.ts';

export type Standing = Pick<Answer<'showPolicy'>, 'active' | 'in_force' | 'documents' | 'candidates'>;

/** Where the documents are not what is in force, that is said. */
export function describeStanding({ active, in_force, documents, candidates }: Standing): string[] {
  const inForce =
    in_force === undefined
      ? 'no version is in force yet, so nothing is allowed'
      : `${active.version} is in force`;
  const waiting = candidates.map((one) => `${one.version} waits for ${whoIsNeeded(one)}.`);
  switch (documents.state) {
    case 'in_force':
      return waiting;
    case 'waiting':
      return [`The documents are not in force: ${inForce}.`, ...waiting];
    case 'set_aside':
      return [
        `The documents (${documents.version ?? ''}) are not in force: they were decided against, and ${inForce}.`,
        ...waiting,
      ];
    case 'invalid':
      return [`The documents have errors (\`remit check\`), and ${inForce}.`, ...waiting];
  }
}

/** Like `2 people of policy-owners`. */
export function whoIsNeeded({ terms: { who, count }, approved_by }: Standing['candidates'][number]): string {
  const more = count - approved_by.length;
  const people = `${more}${approved_by.length > 0 ? ' more' : ''} ${more === 1 ? 'person' : 'people'}`;
  return who.length === 0 ? `${people} to agree` : `${people} of ${who.join(' or ')} to agree`;
}
