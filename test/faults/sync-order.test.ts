/**
 * Kill -9 keeps the page cache, so it says nothing of fsync. The kernel's own trace does: the intent is
 * on disk before the first byte goes upstream, and the outcome before the first byte of the answer.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startRecordingServer, temporaryFolder } from '@remit/testkit';
import { beforeAll, expect, test, vi } from 'vitest';
import { remit, startRemit } from '../e2e/remit.ts';
import { callRecord } from './load.ts';
import { recordingWorkspace } from './workspace.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const calls = 'trace=fdatasync,fsync,write,writev,pwrite64,pwritev,sendto,sendmsg,read,recvfrom,readv';

let strace = true;
beforeAll(() => {
  if (spawnSync('strace', ['--version']).status === 0) return;
  const installed = spawnSync('apt-get', ['install', '-y', 'strace'], { stdio: 'pipe' });
  strace = installed.status === 0;
  if (!strace) console.log('skipped: strace is missing; install it with `apt-get install strace`');
});

test('intent synced, call sent, outcome synced, answer sent: in this order', async (context) => {
  if (!strace) return context.skip();
  await using folder = await temporaryFolder();
  const trace = join(folder.path, 'trace');
  const database = join(folder.path, 'executed.db');
  const recording = await startRecordingServer(database);
  const running = await startRemit(recordingWorkspace({ database, url: recording.url }), {
    up: ['strace', '-D', '-f', '-y', '-s', '8192', '-e', calls, '-o', trace, ...remit, 'up'],
  });
  const key = await running.key('worker');
  const marker = 'marker-of-the-traced-call';
  await callRecord(running.origin, key, {}, marker);
  execFileSync('sync');
  await running.stop();
  await recording.close();

  const steps = story(readFileSync(trace, 'utf8'), marker, new URL(recording.url).port);
  const sent = steps.indexOf('sent upstream');
  const answered = steps.indexOf('answered');
  expect(steps[0]).toBe('received');
  expect(sent, steps.join(', ')).toBeGreaterThan(0);
  expect(answered, steps.join(', ')).toBeGreaterThan(sent);
  expect(steps.slice(0, sent), steps.join(', ')).toEqual(['received', 'written', 'synced']);
  expect(steps.slice(sent + 1, answered).filter((step) => /written|synced/.test(step))).toEqual([
    'written',
    'synced',
  ]);
});

/** The steps of the marked call, in the order in which their system calls were complete. */
function story(trace: string, marker: string, upstreamPort: string): string[] {
  const steps: string[] = [];
  for (const line of completed(trace)) {
    const network = /<(TCP|socket)/.test(line);
    const ledger = /\/ledger\/segments\/[^>]*>/.test(line);
    if (network && /\b(read|recvfrom|readv)\(/.test(line) && line.includes(marker) && steps.length === 0) {
      steps.push('received');
    } else if (steps.length === 0) {
      continue;
    } else if (ledger && /\b(write|writev|pwrite64|pwritev)\(/.test(line)) {
      steps.push('written');
    } else if (ledger && /\b(fdatasync|fsync)\(.*= 0$/.test(line)) {
      steps.push('synced');
    } else if (network && /\b(write|writev|sendto|sendmsg)\(/.test(line) && line.includes(marker)) {
      steps.push(
        line.includes('POST /mcp') || line.includes(`:${upstreamPort}]`) ? 'sent upstream' : 'answered',
      );
    }
  }
  return steps;
}

/**
 * One line a system call. A call that another thread interrupts is printed in two parts; writes to the
 * network count from their first part, syncs and writes to disk only when they have returned.
 */
function completed(trace: string): string[] {
  const unfinished = new Map<string, string>();
  const lines: string[] = [];
  for (const line of trace.split('\n')) {
    const [, thread = '', call = ''] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(call);
    if (call.endsWith('<unfinished ...>')) {
      const start = call.slice(0, -'<unfinished ...>'.length);
      if (/^(sendto|sendmsg|writev|write)\(\d+<(TCP|socket)/.test(start)) lines.push(start);
      else unfinished.set(thread, start);
    } else if (resumed) {
      const start = unfinished.get(thread);
      unfinished.delete(thread);
      if (start !== undefined) lines.push(`${start}${resumed[1]}`);
    } else if (call !== '') lines.push(call);
  }
  return lines;
}
