import {
  fakeClock,
  listen,
  runProcess,
  seededIds,
  seededRandom,
  startProcess,
  startReverseProxy,
  waitFor,
} from '@remit/testkit';
import { expect, test } from 'vitest';

test('a fake clock stands still until it is turned', () => {
  const clock = fakeClock(1000);
  expect([clock.now(), clock.monotonic()]).toEqual([1000, 0]);
  clock.advance(250);
  expect([clock.now(), clock.monotonic()]).toEqual([1250, 250]);
});

test('the same seed gives the same numbers and ids, another seed gives others', () => {
  const numbers = (seed: number): number[] => Array.from({ length: 5 }, seededRandom(seed));
  expect(numbers(7)).toEqual(numbers(7));
  expect(numbers(7)).not.toEqual(numbers(8));
  const newId = seededIds(7);
  expect(newId('act')).toMatch(/^act_[0-9a-f]{16}$/);
  expect(seededIds(7)('act')).toBe(seededIds(7)('act'));
});

test('waiting in vain ends with what was waited for and the last error', async () => {
  const waiting = waitFor(() => Promise.reject(new Error('not yet')), { what: 'spring', timeout_ms: 30 });
  await expect(waiting).rejects.toThrow('spring did not come true');
});

test('a process is stopped even when it ignores SIGTERM', async () => {
  const script = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('up')";
  const child = startProcess([process.execPath, '-e', script]);
  await child.output(/up/);
  expect(await child.stop(50)).toMatchObject({ signal: 'SIGKILL', stdout: 'up\n' });
});

test('a process that ends too early rejects whoever waits for its output', async () => {
  const child = startProcess([process.execPath, '-e', 'process.exit(3)']);
  await expect(child.output(/ready/)).rejects.toThrow('ended with 3');
});

test('a finished process has its whole output', async () => {
  const exit = await runProcess([process.execPath, '-e', "process.stdout.write('x'.repeat(200000))"]);
  expect(exit.stdout).toHaveLength(200_000);
});

test('the reverse proxy adds headers and gives the target its own name, but no other', async () => {
  const target = await listen((request, response) => response.end(JSON.stringify(request.headers)));
  const proxy = await startReverseProxy({ target: target.origin, headers: { authorization: 'Bearer key' } });
  const seen = async (host?: string): Promise<Record<string, string>> => {
    const { stdout } = await runProcess([
      'curl',
      '-s',
      ...(host ? ['-H', `host: ${host}`] : []),
      proxy.origin,
    ]);
    return JSON.parse(stdout) as Record<string, string>;
  };
  expect(await seen()).toMatchObject({ authorization: 'Bearer key', host: new URL(target.origin).host });
  expect(await seen('evil.example')).toMatchObject({ host: 'evil.example' });
  await proxy.close();
  await target.close();
});

test('a client that leaves the reverse proxy leaves the target', async () => {
  const left = Promise.withResolvers<undefined>();
  const target = await listen((request, response) => {
    response.flushHeaders();
    request.socket.on('close', () => left.resolve(undefined));
  });
  const proxy = await startReverseProxy({ target: target.origin });
  const controller = new AbortController();
  await fetch(proxy.origin, { signal: controller.signal });
  controller.abort();
  await left.promise;
  await proxy.close();
  await target.close();
});
