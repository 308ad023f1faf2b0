/** Children that serve as upstreams: what they are given, and that they end. */
import { join } from 'node:path';
import { startProcess, waitFor } from '@remit/testkit';
import pino from 'pino';
import { expect, test } from 'vitest';
import { everything, gone, isAlive, options, toolCall, upstream } from './fixture.ts';
import { script } from './scripted.ts';
import { createWatchdog } from '../../src/upstream/transport/watchdog.ts';
import { createUpstream } from '../../src/upstream/upstream.ts';
import type { CountedUpstream } from '../../src/upstream/upstream.ts';

const pid_in_instructions = `
on.initialize = (m) => answer(m, { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 's', version: '1' }, instructions: String(process.pid) });
`;

function pidOf(server: CountedUpstream): number {
  return Number(server.listing?.instructions);
}

const with_get_env = [process.execPath, everything, 'stdio'];

test('a child gets what programs need and its settings, and nothing else of Remit’s environment', async () => {
  const environment = { PATH: '/usr/bin', HOME: '/home', AWS_SECRET: 'no', REMIT_KEY: 'no', LANG: 'C' };
  const server = upstream({ command: with_get_env, env: { MODE: 'test' } }, { environment });
  await server.ready(20_000);
  const answer = await server.request(toolCall('get-env', {}));
  const [content] = (answer.kind === 'result' ? answer.result['content'] : []) as { text: string }[];
  expect(JSON.parse(content?.text ?? '')).toEqual({
    PATH: '/usr/bin',
    HOME: '/home',
    LANG: 'C',
    MODE: 'test',
  });
});

test('a credential reaches the child, and is removed from what it says', async () => {
  const settings = { command: with_get_env, env: { KEY: 'Bearer secret:crm-key' } };
  const server = upstream(settings, {
    credentials: (name) => (name === 'crm-key' ? 'hunter2-hunter2' : undefined),
  });
  await server.ready(20_000);
  const answer = JSON.stringify(await server.request(toolCall('get-env', {})));
  expect(answer).toContain('Bearer [credential removed]');
  expect(answer).not.toContain('hunter2');
});

test('a missing credential is a problem of its server, says its name, and is cured by setting it', async () => {
  const set = new Map<string, string>();
  const settings = { command: script(''), env: { KEY: 'secret:crm-key' } };
  const server = upstream(settings, { credentials: (name) => set.get(name) });
  await waitFor(() => server.state === 'down');
  expect(server.problem).toContain('the credential `crm-key` is not set');
  expect(server.problem).toContain('remit credentials set crm-key');
  expect(await server.request(toolCall('echo', {}))).toMatchObject({ reason: 'unreachable', sent: false });
  set.set('crm-key', 'here-it-is');
  expect(await server.ready(10_000)).toBe(true);
});

test('a setting must not take a name that is Remit’s own', async () => {
  const server = upstream({ command: script(''), env: { REMIT_TOKEN: 'x' } });
  await waitFor(() => server.state === 'down');
  expect(server.problem).toContain('`REMIT_TOKEN` is reserved');
});

test('a command that does not exist is a problem with the command’s name', async () => {
  const server = upstream({ command: ['/nowhere/at-all'] });
  await waitFor(() => server.state === 'down');
  expect(server.problem).toContain('`/nowhere/at-all` cannot be started');
  // Programs and folders are the operator's business; what an agent asked is answered without them.
  expect(JSON.stringify(await server.request(toolCall('echo', {})))).not.toContain('/nowhere');
});

test('arguments are not read by a shell', async () => {
  const server = upstream({
    command: [
      ...script(
        `on.initialize = (m) => answer(m, { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: {}, instructions: process.argv[1] });`,
      ),
      '$(id); `id`',
    ],
  });
  await server.ready(10_000);
  expect(server.listing?.instructions).toBe('$(id); `id`');
});

test('what a child writes to stderr goes to the log: shortened, limited, without credentials', async () => {
  const lines: string[] = [];
  const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
  const body = `for (let i = 0; i < 50; i++) console.error('line ' + i + ' ' + process.env.KEY); console.error('x'.repeat(9000));`;
  const bounds = { upstream_stderr_lines_per_minute_max: 10 };
  const settings = { command: script(body), env: { KEY: 'secret:k' } };
  const server = upstream(settings, { logger, bounds, credentials: () => 'hunter2-hunter2' });
  await server.ready(10_000);
  const written = lines.filter((line) => line.includes('stderr'));
  expect(written.length).toBe(10);
  expect(written[0]).toContain('line 0 [credential removed]');
  expect(lines.join('')).not.toContain('hunter2');
  expect(lines.join('')).toContain('too much');
});

test('a child that ends is started again, and its calls end', async () => {
  const server = upstream({
    command: script(`${pid_in_instructions} on['tools/call'] = () => process.exit(3);`),
  });
  await server.ready(10_000);
  const first = pidOf(server);
  expect(await server.request(toolCall('echo', {}))).toMatchObject({ reason: 'closed', sent: true });
  await waitFor(() => server.state === 'ready' && pidOf(server) !== first);
  expect(server.restarts).toBe(1);
});

test('closing ends a child that listens to the end of its input, and one that listens to nothing', async () => {
  const stubborn = `${pid_in_instructions} process.on('SIGTERM', () => {}); setInterval(() => {}, 1000);`;
  for (const body of [pid_in_instructions, stubborn]) {
    const server = createUpstream({ name: 'test', trust: 'internal', command: script(body) }, options());
    await server.ready(10_000);
    const pid = pidOf(server);
    expect(isAlive(pid)).toBe(true);
    await server.close();
    expect(isAlive(pid)).toBe(false);
  }
});

test('what a child has started ends with it, even if it ends by itself', async () => {
  const body = `const started = require('node:child_process').spawn('sleep', ['60'], { stdio: 'ignore' });
    started.unref();
    input.on('close', () => process.exit(0));
    on.initialize = (m) => answer(m, { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: {}, instructions: String(started.pid) });`;
  const server = createUpstream({ name: 'test', trust: 'internal', command: script(body) }, options());
  await server.ready(10_000);
  const grandchild = pidOf(server);
  expect(isAlive(grandchild)).toBe(true);
  await server.close();
  await gone(grandchild);
});

test('closing while a child starts leaves none behind', async () => {
  const server = createUpstream(
    { name: 'test', trust: 'internal', command: script(pid_in_instructions) },
    options(),
  );
  await server.close();
  expect(server.state).toBe('down');
});

test('no child outlives a Remit that is killed with SIGKILL', async () => {
  const stubborn = `${pid_in_instructions} process.on('SIGTERM', () => {}); setInterval(() => {}, 1000);`;
  const command = JSON.stringify(script(stubborn));
  const program = join(import.meta.dirname, 'parent.ts');
  await using remit = startProcess([process.execPath, '--conditions=remit-source', program, command]);
  const [, pid] = await remit.output(/child (\d+)/);
  expect(isAlive(Number(pid))).toBe(true);
  remit.kill('SIGKILL');
  await remit.exited;
  await gone(Number(pid));
});

test('a watchdog that somebody kills is replaced, and knows the children again', async () => {
  const watchdog = createWatchdog();
  const server = createUpstream(
    { name: 'test', trust: 'internal', command: script(pid_in_instructions) },
    options({ watchdog }),
  );
  await server.ready(10_000);
  const [first, child] = [watchdog.pid, pidOf(server)];
  if (first === undefined) throw new Error('there is no watchdog');
  process.kill(first, 'SIGKILL');
  await waitFor(() => watchdog.pid !== undefined && watchdog.pid !== first);
  // Ending the new watchdog's input is what Remit's death looks like.
  await watchdog.close();
  await gone(child);
  await server.close();
});
