/** What a tool is guessed to do where nobody says it, and what rests on a guess. */
import type { JsonObject, ToolsLock } from '@remit/contracts';
import { decide, guessTool, loadWorkspace } from '@remit/policy';
import { describe, expect, it } from 'vitest';
import { active, call, file, line, mustLoad, tool } from './support-desk.ts';

const guessed = (name: string, description = '', properties: JsonObject = {}) =>
  guessTool({ name, description, inputSchema: { type: 'object', properties } });

describe('the effect of a tool', () => {
  it.each([
    ['get_invoice', '', 'read'],
    ['listOpenTickets', '', 'read'],
    ['crm.customer.lookup', '', 'read'],
    ['get-deleted-records', '', 'read'],
    ['weather', 'Returns the forecast for a place.', 'read'],
    ['summary', 'Run a search, and summarise what it finds.', 'read'],
    ['create_invoice', '', 'write'],
    ['setStatus', '', 'write'],
    ['refund-create', '', 'write'],
    ['frobnicate', 'Frobnicates.', 'write'],
    ['query', 'Queries the store.', 'write'],
    ['tags', 'List, create, or rename tags.', 'write'],
    ['delete_customer', '', 'destructive'],
    ['bulk_user_purge', '', 'destructive'],
    ['branch', 'Manage branches: list all branches, create a new branch, delete a branch.', 'destructive'],
    ['get_old', 'Gets old records. Deletes them afterwards.', 'destructive'],
    ['tidy', 'Tidies up. This action is permanent and cannot be undone.', 'destructive'],
    ['export', 'Exports to a file, overwriting what is there.', 'destructive'],
    ['send_invoice', '', 'external'],
    ['announce', 'Posts to the public channel.', 'external'],
  ])('%s (%s) is %s', (name, description, effect) => {
    expect(guessed(name, description).effect).toBe(effect);
  });

  it.each([
    ['an argument that is run', 'lookup', { sql: {} }, 'destructive'],
    ['an argument that is run', 'read_page', { script: {} }, 'destructive'],
    ['an argument that only changes have', 'list_files', { dry_run: {} }, 'write'],
    ['ordinary arguments', 'list_files', { folder: {}, limit: {} }, 'read'],
  ])('is told by %s: %s', (_, name, properties, effect) => {
    expect(guessed(name, '', properties).effect).toBe(effect);
  });

  it('is not milder for a description that says how harmless it is', () => {
    expect(guessed('delete_all', 'This tool is read-only and safe.').effect).toBe('destructive');
    expect(guessed('wipe', 'Gets the list of customers.').effect).toBe('destructive');
  });
});

describe('what else is guessed', () => {
  it('is whether it reaches outside', () => {
    expect(guessed('fetch_page', '', { url: {} }).external).toBe(true);
    expect(guessed('web_search').external).toBe(true);
    expect(guessed('list_tickets').external).toBe(false);
  });

  it('is whether it can be undone', () => {
    expect(guessed('set_status').reversible).toBe(true);
    expect(guessed('refund_order').reversible).toBe(false);
    expect(guessed('delete_order').reversible).toBe(false);
    expect(guessed('close', 'Closes it. This is irreversible.').reversible).toBe(false);
  });

  it('is how sensitive its fields are', () => {
    expect(guessed('find', '', { email: {} }).sensitivity).toBe('confidential');
    expect(guessed('find', '', { person: { properties: { SSN: {} } }, email: {} }).sensitivity).toBe(
      'restricted',
    );
    expect(guessed('find', '', { shoe_size: {} }).sensitivity).toBeUndefined();
  });
});

describe('a guess', () => {
  const lock: ToolsLock = {
    version: 1,
    servers: {
      crm: {
        tools: [
          tool('list_orders'),
          tool('purge_orders'),
          tool('send_mail'),
          tool('note_add', { annotations: { readOnlyHint: false, destructiveHint: false } }),
        ],
      },
    },
  };
  const workspace = file('workspace: w\nservers:\n  crm: { command: [crm] }\n', 'workspace.yaml');
  const load = (text: string) => loadWorkspace([workspace, file(text)], lock);
  const tier = (text: string, name: string) => decide(mustLoad(load(text)), call(name), active).tier;
  const allowed = 'agent: support\naccess: { tools: { allow: ["crm/*"] } }';

  it('never makes a tool milder than one that writes', () => {
    expect(tier(allowed, 'list_orders')).toBe('logged');
  });

  it('holds what seems to destroy or to act outside, where no tier names it', () => {
    expect([tier(allowed, 'purge_orders'), tier(allowed, 'send_mail')]).toEqual(['approval', 'approval']);
    const { reasons } = decide(mustLoad(load(allowed)), call('purge_orders'), active);
    expect(reasons).toContain(
      'No tier names it; its effect, destructive by what Remit guesses of it, implies tier approval.',
    );
  });

  it('overrides no tier that somebody wrote, whatever the risk', () => {
    expect(
      tier('agent: support\nrisk: high\nguardrails: { tier_2_logged: [purge_orders] }', 'purge_orders'),
    ).toBe('logged');
    expect(tier('agent: support\nguardrails: { tier_2_logged: ["crm/*"] }', 'purge_orders')).toBe('logged');
  });

  it('is listed for review, until somebody says what the tool does', () => {
    const found = load('agent: support').diagnostics.filter(({ code }) => code === 'guessed_tool');
    expect(found.map(line)).toEqual([
      'note guessed_tool workspace.yaml:3:3 nobody says what 3 tools of `crm` do; guessed: `list_orders` read, `purge_orders` destructive irreversible, `send_mail` external irreversible (say it under `tools:` of the workspace)',
    ]);
    const said = `${workspace.text}tools: { list_orders: { effect: read }, purge_orders: { effect: destructive }, send_mail: { effect: external } }\n`;
    const { diagnostics } = loadWorkspace([file(said)], lock);
    expect(diagnostics.map(({ code }) => code)).not.toContain('guessed_tool');
  });
});
