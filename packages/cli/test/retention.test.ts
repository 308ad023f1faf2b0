/** What the policy says of retention, carried out on a real ledger. */
import { join } from 'node:path';
import { onTestFinished, expect, test } from 'vitest';
import type { EventKind } from '@remit/contracts';
import { openLedger, type PayloadQuery } from '@remit/ledger';
import { loadWorkspace } from '@remit/policy';
import { fakeClock, seededIds, temporaryFolder } from '@remit/testkit';
import { enforceRetention } from '../src/retention.ts';

const day_ms = 86_400_000;

async function kept(document: string, holds: PayloadQuery['holds'] = []) {
  const clock = fakeClock();
  const folder = await temporaryFolder();
  const ledger = await openLedger({
    folder: join(folder.path, 'ledger'),
    origin: 'remit.test/log',
    source: 'test',
    clock,
    newId: seededIds(1),
  });
  onTestFinished(async () => {
    await ledger.close();
    await folder.remove();
  });
  const record = (
    id: string,
    days: number,
    agent: string,
    event: EventKind = 'tool_invoke',
    classes?: string[],
  ) => ({
    phase: 'event' as const,
    id,
    event,
    time: new Date(clock.now() - days * day_ms).toISOString(),
    meta: { agent, ...(classes && { classes }) },
    payload: { parameters: { id } },
  });
  await ledger.append([
    record('old', 100, 'support'),
    record('recent', 10, 'support'),
    record('model', 10, 'support', 'model_call'),
    record('health', 10, 'support', 'tool_invoke', ['health']),
    record('other', 100, 'billing'),
  ]);
  const workspace = {
    path: 'remit.yaml',
    text: `workspace: w\ndata: { health: { fields: [diagnosis] } }\n---\nagent: billing\n---\n${document}\n`,
  };
  const { policy, diagnostics } = loadWorkspace([workspace], undefined);
  if (policy === undefined) throw new Error(JSON.stringify(diagnostics));
  const deps = {
    ledger,
    holds: { forQuery: () => holds },
    policy: () => policy,
    keep: () => Promise.resolve(),
    clock,
  };
  const run = await enforceRetention(deps);
  const again = await enforceRetention(deps);
  const ids = ['old', 'recent', 'model', 'health', 'other'];
  const events = await Promise.all(ids.map((id) => ledger.show(id)));
  const left = events.filter((event) => event?.parameters !== undefined).map((event) => event!.id);
  return { run, again, left, recorded: (await ledger.search({ action: 'retention', limit: 10 })).events };
}

test('payloads of an agent are gone when their time is over, by kind and class sooner, and that is recorded', async () => {
  const { run, again, left, recorded } = await kept(
    'agent: support\nretention: { all: 90d, kinds: { model_call: 7d }, classes: { health: 1d } }',
  );
  expect(run).toMatchObject({ payloads: 3, held: 0 });
  expect(left).toEqual(['recent', 'other']);
  expect(recorded).toMatchObject([{ cleared: '0,2-3', by: 'remit', records: 3 }]);
  // Nothing was left to do, so nothing is recorded.
  expect(again).toMatchObject({ payloads: 0, events: [] });
});

test('one length of time is of all records, and a policy that says nothing keeps all', async () => {
  expect((await kept('agent: support\nretention: 90d')).left).toEqual(['recent', 'model', 'health', 'other']);
  const nothing = await kept('agent: support');
  expect(nothing.run).toBeUndefined();
  expect(nothing.left).toHaveLength(5);
});

test('what a legal hold keeps stays beyond its time', async () => {
  const { run, left } = await kept('agent: support\nretention: 90d', [
    { id: 'hold_1', selector: { agent: 'support' } },
  ]);
  expect(run).toMatchObject({ payloads: 0, held: 1 });
  expect(left).toHaveLength(5);
});
