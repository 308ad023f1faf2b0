/** The examples of `docs/policy.md` load, and say what the text around them says. */
import { readFileSync } from 'node:fs';
import type { ToolsLock } from '@remit/contracts';
import { decide, loadWorkspace } from '@remit/policy';
import { describe, expect, it } from 'vitest';
import { active, call, file, line, lock, mustLoad } from './support-desk.ts';

const page = readFileSync(new URL('../../../docs/policy.md', import.meta.url), 'utf8');

/** Fenced blocks of YAML, with the word that follows `yaml`. */
const blocks = [...page.matchAll(/^```yaml ?(\w*)\n([\s\S]*?)^```$/gm)].map(([, kind, text]) => ({
  kind: kind!,
  text: text!,
}));
const [workspace] = blocks.filter(({ kind }) => kind === 'workspace');

function load(text: string, tools: ToolsLock | undefined = lock) {
  return loadWorkspace([file(workspace!.text, 'workspace.yaml'), file(text)], tools);
}

const errorsOf = ({ diagnostics }: ReturnType<typeof load>) =>
  diagnostics.filter(({ severity }) => severity === 'error').map(line);

describe('the reference of the language', () => {
  it('has examples', () => {
    expect(blocks.length).toBeGreaterThan(9);
  });

  it('shows workspaces that load by themselves', () => {
    for (const { text } of blocks.filter(({ kind }) => kind === 'workspace'))
      expect(errorsOf(loadWorkspace([file(text)], undefined))).toEqual([]);
  });

  it.each(blocks.filter(({ kind }) => kind === '').map(({ text }) => [text.split('\n')[0]!, text]))(
    'shows `%s` as it loads',
    (_, text) => {
      expect(errorsOf(load(text))).toEqual([]);
    },
  );

  it('shows a document that loads by itself', () => {
    const [alone] = blocks.filter(({ kind }) => kind === 'alone');
    expect(loadWorkspace([file(alone!.text)], undefined).policy).toBeDefined();
  });

  it('shows the baselines that are shipped', () => {
    const [shipped] = blocks.filter(({ kind }) => kind === 'shipped');
    const source = readFileSync(new URL('../src/risk/shipped.ts', import.meta.url), 'utf8');
    expect(source).toContain(`\`${shipped!.text}\``);
  });

  it('names every key that a document may have', () => {
    const unknown = load(
      'agent: a\nx: 1\nscope: { x: 1 }\napprovals: { x: 1 }\nlimits: { x: 1 }\naccess: { x: 1 }',
    );
    expect(errorsOf(unknown)).toHaveLength(5);
    const keys =
      'scope unattended flows messages models content approvals retention kinds classes owner team purpose risk mode conceal inherit require tiers environments hours hosts paths who count within escalate hold actions unlisted detect sensitivity reads subject amount reversible external planned when groups defaults keep_tier_4_blocked activation';
    for (const key of keys.split(' ')) expect(page, key).toContain(key);
  });

  it('decides as the text says', () => {
    const [agent] = blocks.filter(({ text }) => text.startsWith('agent: customer-support\nroles'));
    const policy = mustLoad(load(agent!.text));
    const decided = (target: string, args = {}, user?: string) => {
      const more = { agent: 'customer-support', ...(user !== undefined && { user }) };
      const { effect, tier } = decide(policy, call(target, args, more), active);
      return `${effect} ${tier}`;
    };
    expect(decided('customer-lookup', { customer_id: 'C-1' }, 'rita')).toBe('allow automatic');
    expect(decided('refund-create', { amount: 5 }, 'rita')).toBe('allow logged');
    expect(decided('refund-create', { amount: 500 }, 'rita')).toBe('approve approval');
    expect(decided('customer-lookup', { customer_id: 'C-1' })).toBe('approve approval');
  });
});
