/** A changed policy that a second person has to agree to, and versions that are rolled back to: as people type it. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from '@remit/testkit';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { shop, workbench, type Running, type Workbench } from './workbench.ts';

// Real processes on a machine that may be busy.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

let bench: Workbench;
beforeEach(async () => {
  bench = await workbench();
});
afterEach(() => bench.remove());

const terms = '\ngroups: { owners: [] }\nactivation: { who: owners }\n';
const documents = (threshold: string, more = terms): string =>
  shop(bench.calls).replace('100.0', threshold).replace('language: 1\n', `language: 1${more}`);

interface Standing {
  active: { version: string };
  in_force?: string;
  documents: { version?: string; state: string };
  candidates: { version: string; source: string; approved_by: { name?: string }[] }[];
}

async function json<Value>(args: string[], env?: Record<string, string>): Promise<Value> {
  const { code, stdout, stderr } = await bench.remit([...args, '--json'], env);
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as Value;
}
const standing = () => json<Standing>(['policies', 'list']);
const decide = (verb: string, version: string, token?: string) =>
  bench.remit(['policies', verb, version], token === undefined ? {} : { REMIT_TOKEN: token });
const waiting = async (): Promise<string> =>
  waitFor(async () => (await standing()).candidates[0]?.version, { timeout_ms: 60_000 });

/** On stderr, after it is ready. */
const says = ({ process }: Running, text: string) =>
  waitFor(() => process.stderr.includes(text), { what: text, timeout_ms: 60_000 });

/** The effect of a call with this amount, by the Remit that runs. */
async function effect(amount: number): Promise<string> {
  const listener = readFileSync(join(bench.data, 'listener.json'), 'utf8');
  const { console, operator_token } = JSON.parse(listener) as { console: string; operator_token: string };
  const answer = await fetch(`${console}/api/v1/decisions/explain`, {
    method: 'POST',
    headers: { authorization: `Bearer ${operator_token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ agent: 'support', tool: 'record', arguments: { marker: 'x', amount } }),
  });
  return ((await answer.json()) as { decision?: { effect: string } }).decision?.effect ?? 'unknown';
}

async function person(name: string, groups: string, env?: Record<string, string>): Promise<string> {
  return (await json<{ token: string }>(['people', 'add', name, '--groups', groups], env)).token;
}

/** A Remit in which version `100.0` is in force, and whose next version somebody has to agree to. */
async function governed(): Promise<{ running: Running; ada: string; olga: string; first: string }> {
  bench.write('remit.yaml', documents('100.0'));
  expect((await bench.remit(['tools', 'pull'])).code).toBe(0);
  const running = await bench.up();
  const ada = await person('ada@example.com', 'administrators,owners');
  const olga = await person('olga@example.com', 'owners', { REMIT_TOKEN: ada });
  const first = await waiting();
  expect((await decide('approve', first, olga)).code).toBe(0);
  return { running, ada, olga, first };
}

test('nothing is in force before somebody has agreed to the first version, and no server runs', async () => {
  bench.write('remit.yaml', documents('100.0'));
  await bench.remit(['tools', 'pull']);
  const running = await bench.up();
  const { in_force, documents: files, candidates } = await standing();
  expect([in_force, files.state, candidates.length]).toEqual([undefined, 'waiting', 1]);
  expect(await effect(1)).toBe('unknown');
  await says(running, 'no version is in force yet, so nothing is allowed');
  const operator = await decide('approve', candidates[0]!.version);
  expect([operator.code, operator.stderr]).toEqual([1, expect.stringContaining("operator's token cannot")]);
  expect(await effect(1)).toBe('unknown');
});

test('a changed file waits for a second person, who agrees to exactly what they saw', async () => {
  const { running, ada, olga, first } = await governed();
  expect([await effect(50), await effect(150)]).toEqual(['allow', 'approve']);

  bench.write('remit.yaml', documents('200.0'));
  const second = await waiting();
  expect([await effect(150), (await standing()).in_force]).toEqual(['approve', first]);
  const shown = await bench.remit(['policies', 'show', second.slice(0, 16)]);
  expect(shown.stdout).toContain('approve (approval) → **allow (automatic)**');
  expect((await bench.remit(['check', '--offline'])).stderr).toContain(`enforces another version, ${first}`);
  expect((await bench.remit(['doctor'])).stdout).toContain('waits for 1 more person of owners');

  bench.write('remit.yaml', documents('300.0'));
  const third = await waitFor(async () => (await waiting()) !== second && (await waiting()), {
    timeout_ms: 60_000,
  });
  expect((await decide('approve', second, olga)).stderr).toContain('policy_not_waiting');

  // Whoever asks for it is not the one who agrees to it.
  await bench.remit(['policies', 'reload'], { REMIT_TOKEN: ada });
  expect((await decide('approve', third, ada)).stderr).toContain('approver_is_proposer');
  const { key } = await json<{ key: string }>(['agents', 'token', 'support']);
  expect((await decide('approve', third, key)).stderr).toContain('token_required');
  const stranger = await person('mel@example.com', 'others', { REMIT_TOKEN: ada });
  expect((await decide('approve', third, stranger)).stderr).toContain('approver_not_asked');
  expect([await effect(150), await effect(250)]).toEqual(['approve', 'approve']);

  // A crash and a start leave both as they were: what was agreed to decides, and the rest waits.
  running.process.kill('SIGKILL');
  await running.process.exited;
  const again = await bench.up();
  await says(again, `${third} waits for 1 person of owners to agree`);
  expect([await effect(150), await waiting()]).toEqual(['approve', third]);

  expect((await decide('approve', third, olga)).stdout).toBe(`${third} is in force.`);
  expect([await effect(150), await effect(250), await effect(350)]).toEqual(['allow', 'allow', 'approve']);
  const { stdout } = await bench.remit(['audit', 'search', 'action:policy_activated', '--json']);
  const [activated] = stdout.split('\n').map((text) => JSON.parse(text) as Record<string, unknown>);
  expect(activated).toMatchObject({
    policy_version: third,
    before: first,
    by_name: 'olga@example.com',
    changes: { decisions: [{ agent: 'support', tool: 'desk/record' }] },
  });
});

test('asking nobody any more is a change that somebody has to agree to', async () => {
  const { olga, first } = await governed();
  bench.write('remit.yaml', documents('200.0', '\n'));
  const without = await waiting();
  expect((await bench.remit(['policies', 'show', without])).stdout).toContain('`activation`');
  expect((await decide('reject', without, olga)).code).toBe(0);
  expect(await standing()).toMatchObject({
    in_force: first,
    documents: { state: 'set_aside' },
    candidates: [],
  });
  expect(await effect(150)).toBe('approve');
});

test('a version is rolled back to, stays in force over a start, and gives way to the next change', async () => {
  bench.write('remit.yaml', documents('100.0', '\n'));
  await bench.remit(['tools', 'pull']);
  let running = await bench.up();
  const first = (await standing()).active.version;
  bench.write('remit.yaml', documents('200.0', '\n'));
  const second = await waitFor(async () => {
    const { version } = (await standing()).active;
    return version !== first && version;
  });
  expect(await effect(150)).toBe('allow');

  expect((await bench.remit(['policies', 'rollback', first.slice(7, 19)])).stdout).toBe(
    `${first} is in force.`,
  );
  expect(await effect(150)).toBe('approve');
  await running.process.stop();
  running = await bench.up();
  await says(running, `The documents (${second}) are not in force`);
  expect([await effect(150), (await standing()).documents.state]).toEqual(['approve', 'set_aside']);
  expect((await bench.remit(['policies', 'rollback', first])).stderr).toContain('policy_in_force');

  bench.write('remit.yaml', documents('300.0', '\n'));
  await waitFor(async () => (await effect(250)) === 'allow', { timeout_ms: 60_000 });
});

test('a start refuses what is in force and was changed on disk, and mends it from the documents', async () => {
  const { running, first } = await governed();
  await running.process.stop();
  const folder = join(bench.data, 'policies');
  expect(readdirSync(folder)).toEqual([first.slice(7)]);
  const file = join(folder, first.slice(7));
  writeFileSync(file, readFileSync(file, 'utf8').replace('100.0', '999.0'));
  bench.write('remit.yaml', documents('200.0', '\n'));
  expect((await bench.spawn(['up', '--port', '0', '--console-port', '0'])).stderr).toContain(
    'policy_version_damaged',
  );
  rmSync(file);
  expect((await bench.spawn(['up', '--port', '0', '--console-port', '0'])).stderr).toContain(
    'policy_version_not_found',
  );
  bench.write('remit.yaml', documents('100.0'));
  await bench.up();
  expect((await standing()).in_force).toBe(first);
  expect(readdirSync(folder)).toEqual([first.slice(7)]);
});
