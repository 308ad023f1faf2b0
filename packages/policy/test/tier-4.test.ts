/** What stays blocked in observe mode, where the workspace keeps tier 4 blocked. */
import { decide, loadWorkspace } from '@remit/policy';
import type { JsonObject } from '@remit/contracts';
import { describe, expect, it } from 'vitest';
import { active, call, file, lock, mustLoad, policyOf, workspaceText } from './support-desk.ts';

function effectOf(agent: string, target: string, args: JsonObject = {}): string {
  const workspace = `${workspaceText}mode: observe\nkeep_tier_4_blocked: true\n`;
  const policy = mustLoad(loadWorkspace([file(workspace, 'w.yaml'), file(agent)], lock));
  return decide(policy, call(target, args), active).effect;
}

describe('tier 4 in observe mode stays blocked', () => {
  it('for an action that is denied as well', () => {
    const agent =
      'agent: support\naccess: { tools: { deny: [email-send] } }\nguardrails: { tier_4_blocked: [email-send] }';
    expect(effectOf(agent, 'email-send')).toBe('deny');
  });

  it('for arguments on which a condition of another rule cannot be evaluated', () => {
    const agent =
      'agent: support\nguardrails: { tier_3_approval: [refund_over_100], tier_4_blocked: [refund-create] }';
    expect(effectOf(agent, 'refund-create', {})).toBe('deny');
  });

  it('for arguments on which its own condition cannot be evaluated', () => {
    const agent = 'agent: support\nguardrails: { tier_4_blocked: [refund_over_100] }';
    expect(effectOf(agent, 'refund-create', {})).toBe('deny');
    expect(effectOf(agent, 'refund-create', { amount: 5 })).toBe('allow');
  });

  it('for a tool that is not in the lock, where a pattern blocks it', () => {
    expect(effectOf('agent: support\nguardrails: { tier_4_blocked: ["crm/*"] }', 'new-tool')).toBe('deny');
    expect(effectOf('agent: support\nguardrails: { tier_4_blocked: ["web/*"] }', 'new-tool')).toBe('allow');
  });
});

describe('a pattern of URI schemes', () => {
  it('denies resources, and is not taken for the name of a server', () => {
    const policy = policyOf(
      'agent: support\naccess: { resources: { allow: ["crm://*"], deny: ["*://secret/*"] } }',
    );
    const read = (uri: string) => decide(policy, call(uri, {}, { kind: 'resource_read' }), active).effect;
    expect([read('crm://open/1'), read('crm://secret/1')]).toEqual(['allow', 'deny']);
  });
});
