/**
 * The policy that a start begins with: the documents where nobody has to agree to them, else the version in
 * force, which is kept in the data folder. On the first start tools.lock is written before they are checked.
 */
import type { Checked, PolicyVersions, Standing } from '@remit/control';
import { acceptLock, loadWorkspace, type CompiledPolicy, type Diagnostic } from '@remit/policy';
import { Fault } from '@remit/contracts';
import type { Upstreams } from '@remit/gateway';
import { liveTools } from '../servers.ts';
import { readPolicyFiles } from './files.ts';
import { PolicyRefused, readWorkspace, type ReadWorkspace } from './load.ts';
import { nothingSeen } from './tool-changes.ts';
import { emptyLock, liveLock, readLock, writeLock } from './tools-lock.ts';

export interface StartOptions {
  workspace: string;
  servers: Upstreams;
  /** Whether servers are connected to at all. */
  connect: boolean;
  /** Whether tools.lock is written where there is none. */
  first_lock: boolean;
  standing: Standing;
  versions: PolicyVersions;
}

export interface FirstLoad {
  /** What decides. */
  policy: CompiledPolicy;
  /** The documents; absent where they do not pass their check. */
  documents: Checked | undefined;
  diagnostics: Diagnostic[];
}

/**
 * A server that is down costs the others nothing: its tools are not in the lock then. No server of documents
 * that people have yet to agree to is connected to, since that would run its command.
 * @throws PolicyRefused where there is no policy to begin with; Fault `policy_version_not_found`,
 * `policy_version_damaged`, `policy_version_unusable` where the one in force cannot be loaded.
 */
export async function loadForStart(options: StartOptions): Promise<FirstLoad> {
  if (options.connect && options.first_lock) await pullFirstLock(options);
  const read = readWorkspace(options.workspace);
  const documents = checked(read);
  const policy = await decidingPolicy(options, read, documents);
  if (options.connect) options.servers.use(policy.workspace.servers.values());
  return { policy, documents, diagnostics: read.result.diagnostics };
}

function checked({ files, lock, result }: ReadWorkspace): Checked | undefined {
  return result.policy && { policy: result.policy, files, lock };
}

async function decidingPolicy(
  { workspace, standing, versions }: StartOptions,
  read: ReadWorkspace,
  documents: Checked | undefined,
): Promise<CompiledPolicy> {
  const { in_force, terms, set_aside } = standing;
  const version = documents?.policy.version;
  if (documents !== undefined) {
    const { policy } = documents;
    if (in_force === undefined) return policy.workspace.activation ? nothingAllowed(policy) : policy;
    if (version === in_force || (terms === undefined && version !== set_aside)) return policy;
  } else if (in_force === undefined || (terms === undefined && !(await isKept(versions, in_force)))) {
    throw new PolicyRefused(workspace, read.files, read.result.diagnostics);
  }
  return kept(versions, in_force);
}

async function isKept(versions: PolicyVersions, version: string): Promise<boolean> {
  return (await versions.list()).some((one) => one.version === version);
}

async function kept(versions: PolicyVersions, version: string): Promise<CompiledPolicy> {
  const { files, lock } = await versions.load(version);
  const { policy } = loadWorkspace(files, lock);
  if (policy?.version === version) return policy;
  throw new Fault(
    'policy_version_unusable',
    `The policy in force, ${version}, does not pass the check of this Remit.`,
    { remedy: 'Start the Remit that ran it, and have documents agreed to that pass here.' },
  );
}

/** Until somebody has agreed to the first version, there is a workspace and nothing that it allows. */
function nothingAllowed({ workspace: { name } }: CompiledPolicy): CompiledPolicy {
  const text = `workspace: ${JSON.stringify(name)}\n`;
  const { policy } = loadWorkspace([{ path: 'nothing-in-force.yaml', text }], undefined);
  if (policy === undefined) throw new Error('a workspace that allows nothing does not load');
  return policy;
}

/** Where no server answers there is nothing to lock yet: the next start tries again. */
async function pullFirstLock({ workspace, servers, standing }: StartOptions): Promise<void> {
  const decided = standing.terms !== undefined || standing.set_aside !== undefined;
  if (decided || readLock(workspace) !== undefined) return;
  const { policy } = loadWorkspace(readPolicyFiles(workspace), undefined);
  const waits = standing.in_force === undefined && policy?.workspace.activation !== undefined;
  if (policy === undefined || waits) return;
  servers.use(policy.workspace.servers.values());
  await servers.settled();
  const live = liveTools(servers);
  if (!nothingSeen(live)) writeLock(workspace, acceptLock(emptyLock, liveLock(live)));
}
