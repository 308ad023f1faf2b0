/** What is recorded of a change of policy says who made it, the name sealed. */
import { expect, test } from 'vitest';
import pino from 'pino';
import { takeDataFolder } from '../src/data/data-folder.ts';
import { openEmbedded } from '../src/embedded.ts';
import { shop, workbench } from './workbench.ts';

const ada = { id: 'per_1', name: 'ada@example.com' };

test.each([
  ['policy_activated', (text: string) => text.replace('100.0', '200.0')],
  ['policy_rejected', (text: string) => `${text}colour: red\n`],
] as const)('%s', async (action, change) => {
  const bench = await workbench(shop);
  const failed = (error: Error): never => {
    throw error;
  };
  try {
    const { machine, workspace, data } = bench;
    const log = pino({ level: 'silent' });
    const folder = takeDataFolder(data);
    await using embedded = disposable(
      await openEmbedded({ machine, workspace, folder, log, servers: false, failed }),
    );
    bench.write('remit.yaml', change(shop(bench.calls)));
    await embedded.policy.reload(ada);
    const { events } = await embedded.core.ledger.search({ action, limit: 9 });
    expect(events).toMatchObject([{ action, by: 'per_1', by_name: 'ada@example.com' }]);
    for await (const { meta } of embedded.core.ledger.records({ events: [action] }))
      expect(JSON.stringify(meta)).not.toContain('ada');
  } finally {
    await bench.remove();
  }
});

test('an activation tells which decisions it changes', async () => {
  const bench = await workbench(shop);
  const failed = (error: Error): never => {
    throw error;
  };
  try {
    expect((await bench.remit(['tools', 'pull'])).code).toBe(0);
    const { machine, workspace, data } = bench;
    const log = pino({ level: 'silent' });
    const folder = takeDataFolder(data);
    await using embedded = disposable(
      await openEmbedded({ machine, workspace, folder, log, servers: false, failed }),
    );
    bench.write('remit.yaml', shop(bench.calls).replace('100.0', '200.0'));
    await embedded.policy.reload(ada);
    const { events } = await embedded.core.ledger.search({ action: 'policy_activated', limit: 9 });
    expect(events).toMatchObject([
      {
        changes: {
          compared: 1,
          pairs: 1,
          decisions_left_out: 0,
          decisions: [
            {
              agent: 'support',
              tool: 'desk/record',
              before: { effect: 'approve' },
              after: { effect: 'allow' },
            },
          ],
        },
      },
    ]);
  } finally {
    await bench.remove();
  }
}, 60_000);

function disposable<Opened extends { close(): Promise<void> }>(opened: Opened): Opened & AsyncDisposable {
  return { ...opened, [Symbol.asyncDispose]: () => opened.close() };
}
