/** What conversations have read, across restarts: with a snapshot, without one, after a crash, after an erasure. */
import { FlowState, keptFlows, restoreFlows, SnapshotKeeper, type SnapshotStore } from '@remit/enforce';
import { describe, expect, it } from 'vitest';
import { ending, injection, World } from './desk-with-web.ts';

class MemoryStore implements SnapshotStore {
  text: string | undefined;
  read(): Promise<string | undefined> {
    return Promise.resolve(this.text);
  }
  async write(lines: AsyncIterable<string>): Promise<void> {
    let text = '';
    for await (const line of lines) text += `${line}\n`;
    this.text = text;
  }
}

const toRecipient = 'flows: [{ from: untrusted, to: [args.to, note-write], then: approve }]\n';

async function restarted(world: World, store = new MemoryStore()): Promise<{ from: number }> {
  world.flows = new FlowState(() => world.policy);
  return restoreFlows(world.ledger, world.flows, await store.read());
}

async function kept(world: World): Promise<MemoryStore> {
  const store = new MemoryStore();
  const keeper = new SnapshotKeeper(keptFlows(world.flows, world.ledger), store, true);
  await world.call('desk/note-read');
  await keeper.keep();
  return store;
}

const sendTo = async (world: World, to: string, over = {}) =>
  ending(await world.call('mail/send', { to, body: 'hi' }, 'sent', over));

describe('after a restart', () => {
  it('labels hold that stand in the ledger alone', async () => {
    const world = new World();
    await world.call('web/fetch', {}, injection, { user: 'ada@example.com' });
    await restarted(world);
    expect(await sendTo(world, 'a@example.com', { user: 'ada@example.com' })).toBe('approval_pending');
    expect(await sendTo(world, 'a@example.com', { user: 'bob@example.com' })).toBe('ran');
  });

  it('values are known that the snapshot holds, and nothing more is read than came after it', async () => {
    const world = new World(toRecipient);
    await world.call('web/fetch', {}, injection);
    const store = await kept(world);
    const size = world.ledger.status().size;
    expect(await restarted(world, store)).toMatchObject({ from: size });
    expect(await sendTo(world, 'evil@attacker.example')).toBe('approval_pending');
    expect(await sendTo(world, 'known@example.com')).toBe('ran');
  });

  it('any value may come from a result that was not kept', async () => {
    const world = new World(toRecipient);
    await world.call('web/fetch', {}, injection);
    await restarted(world);
    expect(await sendTo(world, 'known@example.com')).toBe('approval_pending');
  });

  it('what was written under labels is known again', async () => {
    const world = new World();
    await world.call('web/fetch', {}, injection, { agent: 'research' });
    await world.call('desk/note-write', { id: 'N-42', text: 'x' }, 'ok', { agent: 'research' });
    await restarted(world);
    await world.call('desk/note-read', { id: 'N-42' }, { id: 'N-42' });
    expect(await sendTo(world, 'a@example.com')).toBe('approval_pending');
  });

  it('a call that never ended counts as answered', async () => {
    const world = new World();
    const never = { perform: () => new Promise<never>(() => undefined) };
    void world.perform({ server: 'web', target: 'fetch' }, never);
    while (world.ledger.appended.length === 0) await Promise.resolve();
    await restarted(world);
    expect(await sendTo(world, 'a@example.com')).toBe('approval_pending');
  });

  it('a reader whose name was erased is anybody that the agent acts for', async () => {
    const world = new World();
    await world.call('web/fetch', {}, injection, { user: 'ada@example.com' });
    for (const record of world.ledger.appended) delete record.payload;
    await restarted(world);
    expect(await sendTo(world, 'a@example.com', { user: 'bob@example.com' })).toBe('approval_pending');
  });

  it('a snapshot of another log, or half of one, is not used', async () => {
    const world = new World();
    await world.call('web/fetch', {}, injection);
    const store = await kept(world);
    const text = store.text!;
    for (const wrong of [text.replace('"test"', '"other"'), text.split('\n').slice(0, 2).join('\n'), 'no']) {
      store.text = wrong;
      expect(await restarted(world, store)).toMatchObject({ from: 0 });
      expect(await sendTo(world, 'a@example.com')).toBe('approval_pending');
    }
  });
});
