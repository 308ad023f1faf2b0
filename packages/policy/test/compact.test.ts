import { decide, loadWorkspace } from '@remit/policy';
import { describe, expect, it } from 'vitest';
import { active, call, file, line, mustLoad } from './support-desk.ts';

/** The compact form of the language as its specification shows it. */
const compact = `agent: customer-support
role: support-tier-1
access:
  tools:
    allow: [customer-lookup, ticket-create, ticket-update]
    deny:  [database-query, email-send, code-execute]
  data:
    allow: [customer_name, ticket_history]
    deny:  [ssn, credit_card, password_hash]
guardrails:
  tier_1_automatic: [read_customer_info, create_support_ticket, update_ticket_status]
  tier_2_logged:    [modify_customer_preferences, schedule_callback, apply_standard_discount]
  tier_3_approval:  [refund_over_100, delete_account, escalate_to_manager, access_payment_info]
  tier_4_blocked:   [modify_billing, export_customer_list, access_production_database]
`;

describe('the compact form', () => {
  const result = loadWorkspace([file(compact)], undefined);

  it('loads as it stands, by itself, and says that names were not checked', () => {
    expect(result.diagnostics.map(line)).toEqual([
      'note role_without_document policy.yaml:2:7 role `support-tier-1` has no document, so it gives and forbids nothing (define it with a document `role: support-tier-1`)',
      'note supplied_control policy.yaml:1:8 agent `customer-support` is of low risk, since nothing that it may use implies more; its baseline supplies `flows` from untrusted to external, irreversible: approve (remit:baselines.yaml:4), `flows` from sensitive to external: approve by owner (remit:baselines.yaml:5) (say it in the policy to have it otherwise)',
      'note no_workspace policy.yaml:1:8 there is no workspace document, so names of tools, actions and roles were not checked (put it into a folder with a `workspace:` document)',
    ]);
    expect(result.policy?.agents.get('customer-support')).toMatchObject({ mode: 'enforce', conceal: false });
  });

  it.each([
    ['customer-lookup', 'allow', 'logged'],
    ['read_customer_info', 'allow', 'automatic'],
    ['schedule_callback', 'allow', 'logged'],
    ['delete_account', 'approve', 'approval'],
    ['modify_billing', 'deny', 'blocked'],
    ['email-send', 'deny', undefined],
    ['anything-else', 'deny', undefined],
  ])('decides %s by its bare name: %s', (target, effect, tier) => {
    const decision = decide(mustLoad(result), call(target, {}, { agent: 'customer-support' }), active);
    expect(decision).toMatchObject({ effect, policy_effect: effect });
    expect(decision.tier).toBe(tier);
  });

  it('loads without a lock even where one is given, since there is no workspace to check against', () => {
    expect(loadWorkspace([file(compact)], { version: 1, servers: {} }).policy).toBeDefined();
  });
});
