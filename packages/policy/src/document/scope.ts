/**
 * The `scope:` part of a document: where and when an agent acts.
 *
 *     scope:
 *       environments: [production]
 *       hours: { days: [mon-fri], from: "08:00", to: "18:00", timezone: Europe/Berlin }
 *       hosts: { allow: ["*.example.com"], deny: [internal.example.com] }
 *       paths: [/srv/docs/**]
 *       unattended: approve
 */
import { readAllowDenyOrList } from './allow-deny.ts';
import type { AllowDeny } from './allow-deny.ts';
import { readHours } from './hours.ts';
import type { Hours } from './hours.ts';
import { oneOf, oneOrMore, placed, readWord, shaped } from './reading.ts';
import type { Placed, Reader, Word } from './reading.ts';

/** What happens to calls on nobody's behalf. */
const unattendedChoices = ['allow', 'approve', 'deny'] as const;
export type Unattended = (typeof unattendedChoices)[number];

export interface ScopeDocument {
  environments?: Placed<Word[]>;
  /** Any one of these has to hold. */
  hours?: Placed<Hours[]>;
  hosts?: Placed<AllowDeny>;
  paths?: Placed<AllowDeny>;
  unattended?: Placed<Unattended>;
}

export const readUnattended: Reader<Placed<Unattended>> = placed(oneOf(unattendedChoices));

export const readScope: Reader<ScopeDocument> = shaped<Required<ScopeDocument>>({
  what: '`scope`',
  keys: {
    environments: placed(oneOrMore(readWord)),
    hours: placed(oneOrMore(readHours)),
    hosts: placed(readAllowDenyOrList('`scope.hosts`')),
    paths: placed(readAllowDenyOrList('`scope.paths`')),
    unattended: readUnattended,
  },
});
