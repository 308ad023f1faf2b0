/**
 * The policy in force and the workspace's documents: read when they change, checked, and handed to the office
 * that knows who has to agree (control, policies/office.ts). What fails leaves the version before in force.
 */
import {
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
  type Checked,
  type PolicyHolder,
  type PolicyLoad,
  type PolicyOffice,
  type PolicyVersion,
  type PolicyVersions,
  type Standing,
} from '@remit/control';
import { fingerprint } from '@remit/inspect';
import type { Appender } from '@remit/ledger';
import { acceptLock, type CompiledPolicy, type LoadResult } from '@remit/policy';
import type { Upstreams } from '@remit/gateway';
import { createHash } from 'node:crypto';
import { liveTools } from './servers.ts';
import { givingWay } from './giving-way.ts';
import { readWorkspaceInSteps } from './workspace/load.ts';
import { emptyLock, liveLock, readLock, writeLock } from './workspace/tools-lock.ts';

export interface WorkspacePolicyOptions {
  workspace: string;
  /** What the start has read; absent where it does not pass its check. */
  documents: Checked | undefined;
  diagnostics: PolicyLoad['diagnostics'];
  office: PolicyOffice;
  versions: PolicyVersions;
  ledger: Appender;
  servers: Upstreams;
  clock: Clock;
  newId: NewId;
}

export class WorkspacePolicy implements PolicyHolder {
  readonly #options: WorkspacePolicyOptions;
  #last: { at: string; diagnostics: PolicyLoad['diagnostics'] };
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: WorkspacePolicyOptions) {
    this.#options = options;
    this.#last = { at: this.#now(), diagnostics: options.diagnostics };
    options.office.noteDocuments(options.documents?.policy.version);
  }

  current(): CompiledPolicy {
    return this.#options.office.current();
  }

  standing(): Standing {
    return this.#options.office.standing();
  }

  documents(): string | undefined {
    return this.#options.office.documents();
  }

  lastLoad(): PolicyLoad {
    return { ...this.#last, activated: this.documents() === this.current().version };
  }

  /** What the start has read comes into force, or waits for people: once it is to govern calls. */
  begin(by: Actor): Promise<void> {
    const { office, documents } = this.#options;
    return this.#inTurn(async () => {
      if (documents === undefined) return this.#refused(by, this.#last.diagnostics);
      await office.keepInForce(documents);
      await office.consider(documents, by, false);
    });
  }

  reload(by: Actor): Promise<LoadResult> {
    return this.#inTurn(() => this.#load(by, true));
  }

  /** The documents may have changed. What somebody decided against stays aside until it does. */
  documentsChanged(by: Actor): Promise<LoadResult> {
    return this.#inTurn(() => this.#load(by, false));
  }

  acceptTools(tools: readonly AcceptedTool[], by: Actor): Promise<LoadResult> {
    return this.#inTurn(() => this.#accept(tools, by));
  }

  versions(): ReturnType<PolicyVersions['list']> {
    return this.#options.versions.list();
  }

  version(version: string): Promise<PolicyVersion> {
    return this.#inTurn(() => this.#describe(version));
  }

  approve(version: string, by: Actor, note?: string): Promise<void> {
    return this.#inTurn(() => this.#options.office.approve(version, by, note));
  }

  reject(version: string, by: Actor, note?: string): Promise<void> {
    return this.#inTurn(() => this.#options.office.reject(version, by, note));
  }

  rollBack(version: string, by: Actor): Promise<void> {
    return this.#inTurn(() => this.#options.office.rollBack(version, by));
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

  async #load(by: Actor, asked: boolean): Promise<LoadResult> {
    const { workspace, office, clock } = this.#options;
    const { result, files, lock } = await readWorkspaceInSteps(workspace, givingWay(clock));
    const { policy, diagnostics } = result;
    this.#last = { at: this.#now(), diagnostics };
    if (policy !== undefined) await office.consider({ policy, files, lock }, by, asked);
    else {
      office.noteDocuments(undefined);
      await this.#refused(by, diagnostics);
    }
    const inForce = policy !== undefined && policy.version === office.standing().in_force;
    return inForce ? result : { diagnostics };
  }

  #refused(by: Actor, diagnostics: PolicyLoad['diagnostics']): Promise<void> {
    const findings = diagnostics.filter(({ severity }) => severity === 'error');
    return this.#record(by, 'policy_rejected', { result: 'error', errors: findings.length }, { findings });
  }

  async #accept(tools: readonly AcceptedTool[], by: Actor): Promise<LoadResult> {
    const { workspace, servers } = this.#options;
    const live = liveTools(servers);
    for (const tool of tools) refuseUnreviewed(tool, live.get(tool.server));
    const lock = acceptLock(readLock(workspace) ?? emptyLock, liveLock(live), tools);
    const accepted = tools.map(({ server, tool, digest }) => `${server}/${tool} ${digest ?? 'gone'}`);
    await this.#record(by, 'tools_accepted', { tools: tools.length }, { accepted });
    writeLock(workspace, lock);
    return this.#load(by, true);
  }

  async #describe(version: string): Promise<PolicyVersion> {
    const { office, versions } = this.#options;
    const { files } = await versions.load(version);
    const policy = await office.compiled(version);
    const documents = files.map(({ path, text }) => ({
      path,
      bytes: Buffer.byteLength(text),
      digest: `sha256:${createHash('sha256').update(text).digest('hex')}`,
    }));
    return { policy, documents, changes: await office.differenceFrom(policy) };
  }

  async #record(by: Actor, event: EventKind, meta: RecordMeta, payload: RecordPayload = {}): Promise<void> {
    await this.#options.ledger.append([administrativeRecord(this.#options, by, { event, meta, payload })]);
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
