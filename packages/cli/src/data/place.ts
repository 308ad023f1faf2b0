/** Where a workspace's data folder lies when nobody chose one: in the user's state folder. */
import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { Machine } from '../machine.ts';

/** Folder for everything that Remit keeps for this user (XDG Base Directory, `XDG_STATE_HOME`). */
export function stateFolder(machine: Machine): string {
  const xdg = machine.env['XDG_STATE_HOME'];
  if (xdg !== undefined && xdg.startsWith('/')) return join(xdg, 'remit');
  if (machine.platform === 'darwin') return join(machine.home, 'Library', 'Application Support', 'remit');
  const local = machine.env['LOCALAPPDATA'];
  if (machine.platform === 'win32' && local !== undefined) return join(local, 'remit', 'state');
  return join(machine.home, '.local', 'state', 'remit');
}

export function defaultDataFolder(machine: Machine, workspace: string): string {
  return join(stateFolder(machine), workspaceId(workspace));
}

/** Apart from the data, so that whoever restores an old copy of that does not restore this with it. */
export function defaultCheckpointFolder(machine: Machine, workspace: string): string {
  return join(stateFolder(machine), 'checkpoints', workspaceId(workspace));
}

/** Its name, and a digest of its path so that namesakes stay apart. */
function workspaceId(workspace: string): string {
  const path = realFolder(workspace);
  const digest = createHash('sha256').update(path).digest('hex').slice(0, 12);
  const name = basename(path).replace(/[^A-Za-z0-9._-]/g, '-') || 'workspace';
  return `${name}-${digest}`;
}

/** Symbolic links resolved, so that two ways to a folder are one folder. */
function realFolder(folder: string): string {
  const path = resolve(folder);
  try {
    return realpathSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return path;
    throw error;
  }
}
