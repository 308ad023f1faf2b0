/**
 * Where policies come into force: what the documents say, what people have agreed to, and versions that are
 * rolled back to. A version is on disk before its record, and its record is durable before the next call is
 * decided by it; every step is an event (policy.md, "Versions"). Whoever calls it waits for one step before
 * asking for the next.
 */
import { Fault } from '@remit/contracts';
import {
  loadWorkspaceInSteps,
  versionParts,
  type ActivationTerms,
  type CompiledPolicy,
  type PolicyDiff,
  type VersionContent,
} from '@remit/policy';
import { administrativeRecord, type AdministrativeEvent, type Recording } from '../administrative-record.ts';
import type { Actor } from '../ports.ts';
import type { AgentRegistry } from '../registry/agents.ts';
import type { PeopleRegistry } from '../registry/people.ts';
import { refuseUnfitApprover, refuseUnfitRejecter } from './approver.ts';
import { difference } from './difference.ts';
import {
  standingAfter,
  withoutCandidate,
  type Candidate,
  type CandidateSource,
  type Standing,
} from './standing.ts';
import type { PolicyVersions } from './versions.ts';

/** A set of documents that has passed its check. */
export interface Checked extends VersionContent {
  policy: CompiledPolicy;
}

export interface PolicyOfficeDeps extends Recording {
  agents: Pick<AgentRegistry, 'registerPolicy'>;
  people: Pick<PeopleRegistry, 'get'>;
  versions: PolicyVersions;
  /** By the registry of people, and by the policy in force. */
  groupsOf(person: string): readonly string[];
  /** A new one for each long piece of work: gives way to calls in between (cli, giving-way.ts). */
  pause(): () => Promise<unknown> | undefined;
  /** Told after another policy has come into force. */
  activated(policy: CompiledPolicy): void;
}

export class PolicyOffice {
  readonly #deps: PolicyOfficeDeps;
  #current: CompiledPolicy;
  #standing: Standing;
  /** What the documents were when they were read last; undefined where they do not pass their check. */
  #documents: string | undefined;

  /** @param current what decides until another version comes into force */
  constructor(deps: PolicyOfficeDeps, current: CompiledPolicy, standing: Standing) {
    this.#deps = deps;
    this.#current = current;
    this.#standing = standing;
  }

  current(): CompiledPolicy {
    return this.#current;
  }

  standing(): Standing {
    return this.#standing;
  }

  documents(): string | undefined {
    return this.#documents;
  }

  /** The documents as they are now; undefined where they do not pass their check. Nothing is proposed yet. */
  noteDocuments(version: string | undefined): void {
    this.#documents = version;
    for (const candidate of this.#standing.candidates) {
      if (candidate.source === 'documents' && candidate.version !== version)
        this.#standing = withoutCandidate(this.#standing, candidate.version);
    }
    // Whoever puts the documents back to what is in force may propose anew what was set aside.
    if (version === this.#standing.in_force) delete (this.#standing = { ...this.#standing }).set_aside;
  }

  /**
   * Documents that have changed come into force, or wait for people.
   * @param asked somebody asks for them by name: also what was set aside is proposed then
   */
  async consider({ policy, files, lock }: Checked, by: Actor, asked: boolean): Promise<void> {
    this.noteDocuments(policy.version);
    const { in_force, set_aside } = this.#standing;
    if (policy.version === in_force || (policy.version === set_aside && !asked)) return;
    if (this.#candidate(policy.version) === undefined)
      await this.#keep(policy.version, versionParts(files, lock));
    await this.#bring(policy, 'documents', by, asked);
  }

  /** What is in force is kept, so that a later start can load it whatever the documents are then. */
  async keepInForce({ policy, files, lock }: Checked): Promise<void> {
    if (policy.version === this.#standing.in_force)
      await this.#keep(policy.version, versionParts(files, lock));
  }

  /** @throws Fault `policy_version_not_found`, `policy_version_damaged`, `policy_version_unusable`, `policy_in_force`. */
  async rollBack(version: string, by: Actor): Promise<void> {
    if (version === this.#standing.in_force)
      throw new Fault('policy_in_force', `The policy ${version} is in force already.`);
    await this.#bring(await this.compiled(version), 'rollback', by, true);
  }

  /** @throws Fault `policy_not_waiting`, and as `refuseUnfitApprover`. */
  async approve(version: string, by: Actor, note: string | undefined): Promise<void> {
    const candidate = this.#waiting(version);
    refuseUnfitApprover(candidate, this.#approver(by));
    const approval = this.#event('policy_approved', version, { result: 'success' }, note);
    if (this.#agreed(candidate) + 1 < candidate.terms.count) return this.#record(by, [approval]);
    await this.#activate(await this.compiled(version), candidate.source, by, [approval]);
  }

  /** @throws Fault `policy_not_waiting`, `approver_not_asked`. */
  async reject(version: string, by: Actor, note: string | undefined): Promise<void> {
    refuseUnfitRejecter(this.#waiting(version), this.#approver(by));
    await this.#record(by, [this.#event('policy_rejected', version, { result: 'denied' }, note)]);
  }

  /** A version that is kept, checked again. @throws Fault `policy_version_not_found`, `policy_version_damaged`, `policy_version_unusable`. */
  async compiled(version: string): Promise<CompiledPolicy> {
    if (version === this.#current.version && version === this.#standing.in_force) return this.#current;
    const { files, lock } = await this.#deps.versions.load(version);
    const { policy } = await loadWorkspaceInSteps(files, lock, this.#deps.pause());
    if (policy?.version === version) return policy;
    throw new Fault('policy_version_unusable', `The policy ${version} does not pass its check any more.`, {
      remedy: 'Choose another version, or mend its documents.',
    });
  }

  /** How this version would decide otherwise than the one in force. */
  differenceFrom(policy: CompiledPolicy): Promise<PolicyDiff & { decisions_left_out: number }> {
    return difference(this.#current, policy, this.#deps.pause());
  }

  async #bring(policy: CompiledPolicy, source: CandidateSource, by: Actor, asked: boolean): Promise<void> {
    const known = this.#candidate(policy.version);
    // The same people need not be asked twice, but whoever asks for it cannot be one of those who agree.
    if (known && (!asked || known.proposed_by.some(({ id }) => id === by.id))) return;
    const terms = known?.terms ?? this.#terms(policy);
    if (terms === undefined) return this.#activate(policy, source, by, []);
    const meta = { source, ...terms };
    const changes = known ? undefined : await this.differenceFrom(policy);
    const event = this.#event('policy_proposed', policy.version, meta);
    await this.#record(by, [changes ? { ...event, payload: { changes } } : event]);
  }

  /** By the version in force, never by the one that would replace it; only the first one has nothing but itself. */
  #terms(policy: CompiledPolicy): ActivationTerms | undefined {
    const { in_force, terms } = this.#standing;
    return in_force === undefined ? policy.workspace.activation : terms;
  }

  async #activate(
    policy: CompiledPolicy,
    source: CandidateSource,
    by: Actor,
    approvals: readonly AdministrativeEvent[],
  ): Promise<void> {
    const { agents, versions, clock } = this.#deps;
    const changes = await this.#changes(policy);
    await versions.touch(policy.version, clock.now());
    await agents.registerPolicy(policy, by);
    const set_aside = this.#documents === policy.version ? undefined : this.#documents;
    const meta = {
      source,
      ...policy.workspace.activation,
      ...(source === 'rollback' && set_aside !== undefined && { set_aside }),
    };
    const event = this.#event('policy_activated', policy.version, meta);
    await this.#record(by, [...approvals, changes ? { ...event, payload: { changes } } : event]);
    this.#current = policy;
    this.#deps.activated(policy);
  }

  /** Against the version in force, which at a start may not be the one that decides. */
  async #changes(policy: CompiledPolicy): Promise<AdministrativeEvent['payload']> {
    const { in_force } = this.#standing;
    if (in_force === undefined && this.#current.version === policy.version) return undefined;
    const kept = (await this.#deps.versions.list()).some(({ version }) => version === in_force);
    if (in_force !== undefined && in_force !== this.#current.version && !kept) return undefined;
    const before = in_force === undefined ? this.#current : await this.compiled(in_force);
    return { ...(await difference(before, policy, this.#deps.pause())) };
  }

  async #keep(version: string, parts: Iterable<string>): Promise<void> {
    const { versions, clock } = this.#deps;
    await versions.keep(version, parts, clock.now());
    const { in_force, candidates } = this.#standing;
    const needed = [version, in_force ?? version, ...candidates.map((candidate) => candidate.version)];
    await versions.prune(new Set(needed));
  }

  #candidate(version: string): Candidate | undefined {
    return this.#standing.candidates.find((candidate) => candidate.version === version);
  }

  #waiting(version: string): Candidate {
    const candidate = this.#candidate(version);
    if (candidate) return candidate;
    throw new Fault('policy_not_waiting', `The policy ${version} does not wait for anybody.`, {
      remedy: 'See those that wait with `remit policies list`: the documents may have changed since.',
    });
  }

  /** Those who have agreed and are still registered. */
  #agreed({ approved_by }: Candidate): number {
    return approved_by.filter(({ id }) => this.#deps.people.get(id) !== undefined).length;
  }

  #approver({ id, name }: Actor) {
    if (name === undefined) throw new Error('a policy is decided on by somebody who has no name');
    return { id, name, groups: this.#deps.groupsOf(name) };
  }

  #event(
    event: 'policy_proposed' | 'policy_approved' | 'policy_rejected' | 'policy_activated',
    policy_version: string,
    more: AdministrativeEvent['meta'],
    note?: string,
  ): AdministrativeEvent {
    const { in_force: before } = this.#standing;
    const meta = { policy_version, ...(before !== undefined && { before }), ...more };
    return { event, meta, ...(note !== undefined && { payload: { note } }) };
  }

  /** Durable first, then so. */
  async #record(by: Actor, events: readonly AdministrativeEvent[]): Promise<void> {
    const records = events.map((event) => administrativeRecord(this.#deps, by, event));
    await this.#deps.ledger.append(records);
    for (const { event, time, meta, payload } of records)
      this.#standing = standingAfter(this.#standing, {
        ...payload,
        ...meta,
        action: event,
        timestamp: time,
      });
  }
}
