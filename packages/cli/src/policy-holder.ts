/**
 * The active policy and how another takes its place: read, checked, its agents registered, recorded,
 * then active for the next call, all or nothing. What fails leaves the one before where it was.
 */
import {
  bounds,
  Fault,
  type Clock,
  type EventKind,
  type NewId,
  type RecordMeta,
  type RecordPayload,
  type ToolDefinition,
} from '@remit/contracts';
import {
  administrativeRecord,
  type AcceptedTool,
  type Actor,
  type AgentRegistry,
  type PolicyHolder,
  type PolicyLoad,
} from '@remit/control';
import { fingerprint } from '@remit/inspect';
import type { Appender } from '@remit/ledger';
import { acceptLock, diffPoliciesInSteps } from '@remit/policy';
import type { CompiledPolicy, LoadResult, PolicyDiff } from '@remit/policy';
import type { Upstreams } from '@remit/gateway';
import { liveTools } from './servers.ts';
import { givingWay } from './giving-way.ts';
import { readWorkspaceInSteps } from './workspace/load.ts';
import { emptyLock, liveLock, readLock, writeLock } from './workspace/tools-lock.ts';

export interface WorkspacePolicyOptions {
  workspace: string;
  /** What passed its check when Remit started; already active. */
  first: { policy: CompiledPolicy; load: PolicyLoad };
  ledger: Appender;
  agents: AgentRegistry;
  servers: Upstreams;
  clock: Clock;
  newId: NewId;
  /** Told after another policy has become active. */
  activated(policy: CompiledPolicy): void;
}

export class WorkspacePolicy implements PolicyHolder {
  readonly #options: WorkspacePolicyOptions;
  #current: CompiledPolicy;
  #last: PolicyLoad;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: WorkspacePolicyOptions) {
    this.#options = options;
    this.#current = options.first.policy;
    this.#last = options.first.load;
  }

  current(): CompiledPolicy {
    return this.#current;
  }

  lastLoad(): PolicyLoad {
    return this.#last;
  }

  reload(by: Actor): Promise<LoadResult> {
    return this.#inTurn(() => this.#load(by));
  }

  acceptTools(tools: readonly AcceptedTool[], by: Actor): Promise<LoadResult> {
    return this.#inTurn(() => this.#accept(tools, by));
  }

  /** One at a time, in the order in which they were asked for. */
  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const mine = this.#turn.then(work);
    // The next one runs whether or not this one failed; whoever asked is told by `mine`.
    this.#turn = mine.then(
      () => undefined,
      () => undefined,
    );
    return mine;
  }

  async #load(by: Actor): Promise<LoadResult> {
    const { workspace, agents, clock } = this.#options;
    const { result } = await readWorkspaceInSteps(workspace, givingWay(clock));
    const { policy, diagnostics } = result;
    if (policy === undefined) {
      const errors = diagnostics.filter(({ severity }) => severity === 'error');
      await this.#record(
        by,
        'policy_rejected',
        { result: 'error', errors: errors.length },
        { findings: errors },
      );
    } else if (policy.version !== this.#current.version) {
      await agents.registerPolicy(policy, by);
      const versions = { policy_version: policy.version, before: this.#current.version };
      await this.#record(by, 'policy_activated', versions, { changes: await this.#changes(policy) });
      this.#activate(policy);
    }
    this.#last = { at: this.#now(), activated: policy !== undefined, diagnostics };
    return result;
  }

  /** What the new policy decides otherwise, as far as that is told in a moment: `remit diff` tells all of it. */
  async #changes(policy: CompiledPolicy): Promise<PolicyDiff & { decisions_left_out: number }> {
    const { activation_calls_tried_max: calls_max, activation_changes_max: listed_max } = bounds;
    const pause = givingWay(this.#options.clock);
    const diff = await diffPoliciesInSteps(this.#current, policy, calls_max, pause);
    const decisions = diff.decisions.slice(0, listed_max);
    return { ...diff, decisions, decisions_left_out: diff.decisions.length - decisions.length };
  }

  #activate(policy: CompiledPolicy): void {
    this.#current = policy;
    this.#options.servers.use(policy.workspace.servers.values());
    this.#options.activated(policy);
  }

  async #accept(tools: readonly AcceptedTool[], by: Actor): Promise<LoadResult> {
    const { workspace, servers } = this.#options;
    const live = liveTools(servers);
    for (const tool of tools) refuseUnreviewed(tool, live.get(tool.server));
    const lock = acceptLock(readLock(workspace) ?? emptyLock, liveLock(live), tools);
    const accepted = tools.map(({ server, tool, digest }) => `${server}/${tool} ${digest ?? 'gone'}`);
    await this.#record(by, 'tools_accepted', { tools: tools.length }, { accepted });
    writeLock(workspace, lock);
    return this.#load(by);
  }

  #record(by: Actor, event: EventKind, meta: RecordMeta, payload: RecordPayload = {}): Promise<unknown> {
    return this.#options.ledger.append([administrativeRecord(this.#options, by, { event, meta, payload })]);
  }

  #now(): string {
    return new Date(this.#options.clock.now()).toISOString();
  }
}

/** What is taken in is what was looked at: not what the server lists a moment later. */
function refuseUnreviewed(accepted: AcceptedTool, live: readonly ToolDefinition[] | undefined): void {
  const name = `${accepted.server}/${accepted.tool}`;
  if (live === undefined) {
    throw new Fault(
      'upstream_failed',
      `The server of ${name} is not connected, so nothing can be accepted of it.`,
      {
        remedy: 'See `remit doctor`, and accept when it is back.',
      },
    );
  }
  const definition = live.find((known) => known.name === accepted.tool);
  if ((definition === undefined ? null : fingerprint(definition)) === accepted.digest) return;
  throw new Fault('tool_changed', `${name} is no longer what was reviewed.`, {
    remedy: 'Look again with `remit tools diff`.',
  });
}
