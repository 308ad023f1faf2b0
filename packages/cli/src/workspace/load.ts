/** A workspace folder as the policy package sees it. */
import { basename } from 'node:path';
import { Fault, type ToolsLock } from '@remit/contracts';
import {
  loadWorkspace,
  loadWorkspaceInSteps,
  type CompiledPolicy,
  type Diagnostic,
  type LoadResult,
  type ServerSettings,
  type SourceFile,
} from '@remit/policy';
import { CommandFault, exitCodes, wrongUse } from '../exit-code.ts';
import type { Pause } from '../giving-way.ts';
import { readPolicyFiles, readPolicyFilesInSteps } from './files.ts';
import { readLock, readLockInSteps } from './tools-lock.ts';

export interface ReadWorkspace {
  files: SourceFile[];
  lock: ToolsLock | undefined;
  result: LoadResult;
}

/**
 * Reads the folder and checks it.
 * @throws Fault where documents cannot be read; CommandFault `no_documents` where there are none.
 */
export function readWorkspace(folder: string): ReadWorkspace {
  const files = readPolicyFiles(folder);
  refuseEmpty(folder, files);
  try {
    const lock = readLock(folder);
    return { files, lock, result: loadWorkspace(files, lock) };
  } catch (error) {
    return withoutLock(files, error);
  }
}

export interface CheckedWorkspace {
  files: SourceFile[];
  lock: ToolsLock | undefined;
  policy: CompiledPolicy;
  diagnostics: Diagnostic[];
}

/** A workspace that passes its check. @throws as `readWorkspace`; PolicyRefused. */
export function requirePolicy(folder: string): CheckedWorkspace {
  const { files, lock, result } = readWorkspace(folder);
  const { policy, diagnostics } = result;
  if (policy === undefined) throw new PolicyRefused(folder, files, diagnostics);
  return { files, lock, policy, diagnostics };
}

/** The same for a Remit that goes on serving meanwhile. @throws as `readWorkspace`. */
export async function readWorkspaceInSteps(folder: string, pause: Pause): Promise<ReadWorkspace> {
  const files = await readPolicyFilesInSteps(folder, pause);
  refuseEmpty(folder, files);
  try {
    const lock = await readLockInSteps(folder, pause);
    return { files, lock, result: await loadWorkspaceInSteps(files, lock, pause) };
  } catch (error) {
    return withoutLock(files, error);
  }
}

function refuseEmpty(folder: string, files: readonly SourceFile[]): void {
  if (files.length > 0) return;
  throw wrongUse(
    'no_documents',
    `${folder} holds no policy documents.`,
    'Name a workspace, or make one with `remit init`.',
  );
}

function withoutLock(files: SourceFile[], error: unknown): ReadWorkspace {
  if (!(error instanceof Fault)) throw error;
  return { files, lock: undefined, result: { diagnostics: [findingOf(error)] } };
}

/** A lock that cannot be read is a finding like any other: nothing can be checked against it. */
function findingOf({ code, message, place, remedy }: Fault): Diagnostic {
  return {
    severity: 'error',
    code,
    message,
    place: place ?? {},
    ...(remedy === undefined ? {} : { remedy }),
  };
}

/**
 * The servers that the documents name. Without the lock, so that a tool that has changed cannot keep
 * anybody from looking at what has changed.
 * @throws PolicyRefused.
 */
export function serversOf(folder: string, files: SourceFile[]): readonly ServerSettings[] {
  const { policy, diagnostics } = loadWorkspace(files, undefined);
  if (policy === undefined) throw new PolicyRefused(folder, files, diagnostics);
  return [...policy.workspace.servers.values()];
}

/** A set that does not pass its check is never activated; whoever shows this shows the findings. */
export class PolicyRefused extends CommandFault {
  readonly files: readonly SourceFile[];
  readonly errors: readonly Diagnostic[];

  constructor(folder: string, files: readonly SourceFile[], diagnostics: readonly Diagnostic[]) {
    const errors = diagnostics.filter(({ severity }) => severity === 'error');
    const count = `${errors.length} error${errors.length === 1 ? '' : 's'}`;
    super(exitCodes.no, 'policy_has_errors', `The policy of ${basename(folder)} has ${count}.`, {
      place: { file: folder },
      remedy: 'Mend what `remit check` shows.',
    });
    this.files = files;
    this.errors = errors;
  }
}
