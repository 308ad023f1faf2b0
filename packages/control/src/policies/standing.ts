/**
 * Which policy version is in force, and which ones wait for people: a fold of the ledger's policy events.
 * The record of an activation is the activation, so a crash before it leaves the version before in force,
 * and a crash after it the new one.
 */
import type { ActivationTerms } from '@remit/policy';

/** Where a candidate comes from: the workspace's documents, or a version that is kept. */
export type CandidateSource = 'documents' | 'rollback';

/** Somebody by random id, and by name as far as the ledger still tells it. */
export interface Somebody {
  id: string;
  name?: string;
  /** RFC 3339. */
  at: string;
}

/** A version that waits for people. */
export interface Candidate {
  version: string;
  source: CandidateSource;
  terms: ActivationTerms;
  /** Those who asked for it; `remit` where a changed file did. */
  proposed_by: readonly Somebody[];
  approved_by: readonly Somebody[];
}

export interface Standing {
  /** Absent where no version was ever in force. */
  in_force?: string;
  /** Who has to agree to another one, by the version in force. */
  terms?: ActivationTerms;
  /** The documents' version that somebody decided against: not proposed again until they change. */
  set_aside?: string;
  /** At most one of each source. */
  candidates: readonly Candidate[];
}

/** An event as the ledger tells it, as far as it matters here. */
export interface PolicyEvent {
  action: string;
  timestamp: string;
  [key: string]: unknown;
}

export const nothingStands: Standing = { candidates: [] };

/** The standing after one more event; other events change nothing. */
export function standingAfter(standing: Standing, event: PolicyEvent): Standing {
  const version = event['policy_version'];
  if (typeof version !== 'string') return standing;
  switch (event.action) {
    case 'policy_activated':
      return activated(version, event);
    case 'policy_proposed':
      return proposed(standing, version, event);
    case 'policy_approved':
      return approved(standing, version, event);
    case 'policy_rejected':
      return rejected(standing, version);
    default:
      return standing;
  }
}

function activated(version: string, event: PolicyEvent): Standing {
  const terms = termsOf(event);
  const set_aside = event['set_aside'];
  return {
    in_force: version,
    candidates: [],
    ...(terms && { terms }),
    ...(typeof set_aside === 'string' && { set_aside }),
  };
}

function proposed(standing: Standing, version: string, event: PolicyEvent): Standing {
  const source = event['source'] === 'rollback' ? 'rollback' : 'documents';
  const known = standing.candidates.find((candidate) => candidate.version === version);
  const candidate: Candidate = known
    ? { ...known, proposed_by: [...known.proposed_by, somebody(event)] }
    : {
        version,
        source,
        terms: termsOf(event) ?? { who: [], count: 1 },
        proposed_by: [somebody(event)],
        approved_by: [],
      };
  const others = standing.candidates.filter((other) => other !== known && other.source !== candidate.source);
  const { set_aside, ...rest } = standing;
  const keep = source === 'rollback' && set_aside !== undefined;
  return { ...rest, ...(keep && { set_aside }), candidates: [...others, candidate] };
}

function approved(standing: Standing, version: string, event: PolicyEvent): Standing {
  return {
    ...standing,
    candidates: standing.candidates.map((candidate) =>
      candidate.version === version
        ? { ...candidate, approved_by: [...candidate.approved_by, somebody(event)] }
        : candidate,
    ),
  };
}

function rejected(standing: Standing, version: string): Standing {
  const candidate = standing.candidates.find((one) => one.version === version);
  if (candidate === undefined) return standing;
  return {
    ...withoutCandidate(standing, version),
    ...(candidate.source === 'documents' && { set_aside: version }),
  };
}

/** The documents have changed again, so that nobody can agree to what they were. */
export function withoutCandidate(standing: Standing, version: string): Standing {
  return { ...standing, candidates: standing.candidates.filter((one) => one.version !== version) };
}

function somebody(event: PolicyEvent): Somebody {
  const name = event['by_name'];
  return {
    id: String(event['by']),
    at: event.timestamp,
    ...(typeof name === 'string' && { name }),
  };
}

function termsOf(event: PolicyEvent): ActivationTerms | undefined {
  const { who, count } = event;
  if (!Array.isArray(who) || typeof count !== 'number') return undefined;
  return { who: who.map(String), count };
}
