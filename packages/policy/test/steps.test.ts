/** Loading in steps: the same result, and others get their turn in between. */
import { loadWorkspace, loadWorkspaceInSteps } from '@remit/policy';
import { expect, it } from 'vitest';
import { file, lock, workspaceText } from './support-desk.ts';

const agents = Array.from(
  { length: 50 },
  (_, at) => `agent: a${at}\naccess: { tools: { allow: [search-${at}] } }`,
);
const files = [file(workspaceText, 'w.yaml'), ...agents.map((text, at) => file(text, `${at}.yaml`))];
const sound = [
  file(workspaceText, 'w.yaml'),
  file('agent: support\naccess: { tools: { allow: ["crm/*"] } }'),
];

it('gives what loading at once gives', async () => {
  expect((await loadWorkspaceInSteps(files, lock, () => undefined)).diagnostics).toEqual(
    loadWorkspace(files, lock).diagnostics,
  );
  const { policy } = await loadWorkspaceInSteps(sound, lock, () => Promise.resolve());
  expect(policy?.version).toBe(loadWorkspace(sound, lock).policy?.version);
});

it('pauses between documents, tools, actions and agents', async () => {
  let steps = 0;
  await loadWorkspaceInSteps(files, lock, () => {
    steps += 1;
    return undefined;
  });
  expect(steps).toBeGreaterThan(3 * agents.length);
});

it('pauses within a long document', async () => {
  let steps = 0;
  const groups = Array.from({ length: 5000 }, (_, at) => `  g${at}: [p${at}@example.com]`).join('\n');
  await loadWorkspaceInSteps([file(`workspace: w\ngroups:\n${groups}\n`)], undefined, () => {
    steps += 1;
    return undefined;
  });
  expect(steps).toBeGreaterThan(20);
});

it('waits for a pause before it goes on', async () => {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  let calls = 0;
  const loading = loadWorkspaceInSteps(sound, lock, () => {
    calls += 1;
    return calls === 1 ? promise : undefined;
  });
  await Promise.resolve();
  expect(calls).toBe(1);
  resolve(undefined);
  await loading;
  expect(calls).toBeGreaterThan(1);
});
