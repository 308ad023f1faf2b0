/** The servers of a policy, together: none costs the others anything. */
import { waitFor } from '@remit/testkit';
import { expect, onTestFinished, test } from 'vitest';
import type { ServerSettings } from '@remit/policy';
import { isAlive, options, toolCall } from './fixture.ts';
import { script, scriptedHttp } from './scripted.ts';
import { createUpstreams } from '../../src/upstream/upstreams.ts';
import type { Upstreams } from '../../src/upstream/upstreams.ts';

const settings = (name: string, more: Partial<ServerSettings>): ServerSettings => ({
  name,
  trust: 'internal',
  ...more,
});

const with_pid = script(
  `on.initialize = (m) => answer(m, { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: {}, instructions: String(process.pid) });`,
);

function federation(servers: ServerSettings[], bounds = {}): Upstreams {
  const upstreams = createUpstreams(servers, options({ bounds }));
  onTestFinished(() => upstreams.close());
  return upstreams;
}

test('one that is down and one that is slow do not delay the others', async () => {
  const silent = await scriptedHttp({ 'server/discover': () => undefined, initialize: () => undefined });
  const upstreams = federation([
    settings('slow', { url: silent.url }),
    settings('down', { command: ['/nowhere/at-all'] }),
    settings('good', { command: script('') }),
  ]);
  expect(await upstreams.get('good')?.ready(10_000)).toBe(true);
  expect(await upstreams.get('good')?.request(toolCall('echo', {}))).toMatchObject({ kind: 'result' });
  const states = Object.fromEntries(upstreams.status().map(({ server, state }) => [server, state]));
  expect(states).toMatchObject({ slow: 'connecting', good: 'ready' });
  await waitFor(() => upstreams.get('down')?.state === 'down');
  expect(upstreams.status().find(({ server }) => server === 'down')?.problem).toContain('cannot be started');
});

test('the status tells what is known of each server', async () => {
  const upstreams = federation([settings('good', { command: script('') })]);
  await upstreams.settled();
  expect(upstreams.status()).toEqual([
    { server: 'good', state: 'ready', tools: 1, restarts: 0, protocol_version: '2025-11-25' },
  ]);
});

test('definitions are those that a connected server lists now; of another there are none', async () => {
  const upstreams = federation([
    settings('good', { command: script('') }),
    settings('down', { command: ['/nowhere/at-all'] }),
  ]);
  await upstreams.settled();
  expect(upstreams.definitions('good')).toEqual([{ name: 'echo', inputSchema: { type: 'object' } }]);
  expect(upstreams.definitions('down')).toBeUndefined();
  expect(upstreams.definitions('unknown')).toBeUndefined();
});

test('when the policy changes, servers that stay the same stay connected; others come, go and change', async () => {
  const [same, changed, gone] = [
    settings('same', { command: with_pid }),
    settings('changed', { command: with_pid }),
    settings('gone', { command: with_pid }),
  ];
  const upstreams = federation([same, changed, gone]);
  await upstreams.settled();
  const pid = (name: string) => Number(upstreams.get(name)?.listing?.instructions);
  const before = [pid('same'), pid('changed'), pid('gone')];
  upstreams.use([same, { ...changed, env: { MODE: 'new' } }, settings('new', { command: with_pid })]);
  await upstreams.settled();
  expect(upstreams.status().map(({ server }) => server)).toEqual(['same', 'changed', 'new']);
  expect(pid('same')).toBe(before[0]);
  expect(pid('changed')).not.toBe(before[1]);
  await waitFor(() => !isAlive(before[1] ?? 0) && !isAlive(before[2] ?? 0));
});

test('closing ends every child', async () => {
  const upstreams = createUpstreams(
    [settings('a', { command: with_pid }), settings('b', { command: with_pid })],
    options(),
  );
  await upstreams.settled();
  const pids = upstreams.all().map(({ listing }) => Number(listing?.instructions));
  await upstreams.close();
  expect(pids.map(isAlive)).toEqual([false, false]);
  expect(upstreams.status()).toEqual([]);
});
