/** The users behind this machine's connections to a port, as Linux tells them (proc_pid_net(5), `tcp`). */
import { existsSync, readFileSync } from 'node:fs';
import type { Machine } from '../machine.ts';

const tables = ['/proc/net/tcp', '/proc/net/tcp6'];
const established = '01';

/** User ids; undefined where the platform does not tell. */
export function connectedUsers(machine: Machine, port: number): number[] | undefined {
  if (machine.platform !== 'linux') return undefined;
  const users = tables
    .filter((table) => existsSync(table))
    .flatMap((table) => usersIn(readFileSync(table, 'utf8'), port));
  return [...new Set(users)];
}

/** Rows of clients: their remote end is the port. Columns: number, local, remote, state, queues, timer, retransmits, uid. */
export function usersIn(table: string, port: number): number[] {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  return table
    .split('\n')
    .slice(1)
    .map((row) => row.trim().split(/\s+/))
    .filter((row) => row[2]?.endsWith(`:${hex}`) === true && row[3] === established)
    .map((row) => Number(row[7]));
}
