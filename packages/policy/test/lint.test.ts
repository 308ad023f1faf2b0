import { loadWorkspace } from '@remit/policy';
import { describe, expect, it } from 'vitest';
import { file, line, load, lock, workspaceText } from './support-desk.ts';

/** `risk.test.ts` is about these. */
const aboutRisk = new Set(['supplied_control', 'full_governance']);

/** Findings about these documents, without those about the workspace of the support desk itself. */
function findings(text: string): string[] {
  const result = load(text);
  expect(result.policy).toBeDefined();
  return result.diagnostics
    .filter(({ code, place }) => place.file !== 'workspace.yaml' && !aboutRisk.has(code))
    .map(line);
}

describe('lint', () => {
  it.each([
    [
      'a tier that grants only a part of its tool',
      'agent: support\nguardrails: { tier_3_approval: [refund_over_100] }',
      [
        'warning tier_left_over p0.yaml:2:33 `refund_over_100` grants `crm/refund-create` only where `args.amount > 100`; what is left of the tool is not granted by it (give the rest a tier of its own, if it is meant to run)',
      ],
    ],
    [
      'nothing where the rest is granted',
      'agent: support\nguardrails: { tier_2_logged: [refund-create], tier_3_approval: [refund_over_100] }',
      [],
    ],
    [
      'a tool in no tier',
      'agent: support\naccess: { tools: { allow: [customer-lookup, ticket-create] } }',
      [
        'note implied_tier p0.yaml:2:28 `crm/customer-lookup` stands in no tier; its effect, read (as its annotations say) implies tier automatic (put it into a tier to say so yourself)',
        'note implied_tier p0.yaml:2:45 `crm/ticket-create` stands in no tier; its effect, write (as was guessed, since nothing says it) implies tier logged (put it into a tier to say so yourself)',
      ],
    ],
    [
      'a pattern that grants a whole server',
      'agent: support\naccess: { tools: { allow: ["web/*"] } }\nguardrails: { tier_1_automatic: [web/fetch, web/search] }',
      [
        'warning broad_pattern p0.yaml:2:28 `web/*` grants all tools of `web`, 2 now, and any that are added (name the tools that are needed)',
      ],
    ],
    [
      'a pattern that grants everything',
      'agent: support\nguardrails: { tier_2_logged: ["*"] }',
      [
        'warning broad_pattern p0.yaml:2:31 `*` grants all tools of every server, 10 now, and any that are added (name the tools that are needed)',
        'warning agent_with_everything p0.yaml:1:8 agent `support` may use every tool of the workspace, 10 now (allow what its purpose needs)',
        'warning destructive_by_pattern p0.yaml:2:31 pattern `*` also grants what destroys: `crm/account-delete` (name the tools that are needed, or deny these)',
      ],
    ],
    [
      'a pattern that matches nothing',
      'agent: support\naccess: { tools: { deny: ["crm/delete-*"] } }',
      ['warning pattern_matches_nothing p0.yaml:2:27 pattern `crm/delete-*` matches no tool'],
    ],
    [
      'a pattern that catches a destructive tool, but not one that a rule of its own denies',
      'agent: support\naccess: { tools: { allow: ["crm/a*"] } }\nguardrails: { tier_3_approval: [account-delete] }\n---\nagent: other\naccess: { tools: { allow: ["crm/a*e"], deny: [account-delete] } }',
      [
        'warning unused_permission p0.yaml:6:28 `crm/a*e` never grants anything: `other access.tools.deny[0]` refuses it (remove one of the two)',
        'warning destructive_by_pattern p0.yaml:2:28 pattern `crm/a*` also grants what destroys: `crm/account-delete` (name the tools that are needed, or deny these)',
      ],
    ],
    [
      'a tier that access denies',
      'agent: support\naccess: { tools: { deny: [email-send] } }\nguardrails: { tier_3_approval: [email-send] }',
      [
        'warning tier_contradicts_access p0.yaml:3:33 `email-send` never grants anything: `support access.tools.deny[0]` refuses it (remove one of the two)',
      ],
    ],
    [
      'a tier that a stricter one replaces for each call',
      'agent: support\nguardrails: { tier_1_automatic: [customer-lookup], tier_3_approval: ["crm/customer-*"] }',
      [
        'warning shadowed_rule p0.yaml:2:34 `customer-lookup` never decides in `support guardrails.tier_1_automatic[0]`: `support guardrails.tier_3_approval[0]` is stricter (remove one of the two)',
      ],
    ],
    [
      'approvals that only the owner could give',
      'agent: support\nowner: dana@example.com\napprovals: { who: [managers] }\nguardrails: { tier_3_approval: [customer-lookup] }',
      [
        'warning approver_is_requester p0.yaml:1:8 only `dana@example.com`, the owner of agent `support`, is in `managers`, and may not approve what the agent asks for (add other people to the group)',
      ],
    ],
    [
      'a permission that is never used',
      'agent: support\nrole: r\naccess: { tools: { allow: [email-send] } }\n---\nrole: r\nguardrails: { tier_4_blocked: [email-send] }',
      [
        'warning unused_permission p0.yaml:3:28 `email-send` never grants anything: `r guardrails.tier_4_blocked[0]` refuses it (remove one of the two)',
      ],
    ],
    ['a role that no agent has', 'role: idle', ['note unused_role p0.yaml:1:7 no agent has the role `idle`']],
    [
      'guardrails that grant to everyone',
      'guardrails: { tier_2_logged: [ticket-create], tier_4_blocked: [email-send] }',
      [
        'warning grants_to_everyone p0.yaml:1:31 tiers 1 to 3 of a guardrails document grant their actions to every agent, `ticket-create` for one (put it into a role, if only some agents may use it)',
      ],
    ],
    [
      'a token in a policy file, without showing it',
      `agent: support\npurpose: uses ghp_${'a1B2c3D4e5F6'.repeat(3)}`,
      [
        'warning embedded_secret p0.yaml:2:15 this looks like a GitHub token (store it with `remit credentials set NAME` and write `secret:NAME`)',
      ],
    ],
  ])('points out %s', (_, text, expected) => {
    expect(findings(text)).toEqual(expected);
  });

  it('says each finding once, however many agents share the rule', () => {
    const shared =
      'role: r\nguardrails: { tier_3_approval: [refund_over_100] }\n---\nagent: a\nrole: r\n---\nagent: b\nrole: r';
    expect(findings(shared)).toHaveLength(1);
  });

  it.each([
    ['a variable', 'secret:crm-key', 'hunter2hunter2', 'servers.crm.env.CRM_KEY', '5:52'],
    ['a header', 'Bearer secret:web-token', 'Bearer abcdefgh', 'servers.web.headers.Authorization', '6:68'],
  ])('points out a secret in %s of a server, without showing it', (_, from, to, path, place) => {
    const { diagnostics } = loadWorkspace([file(workspaceText.replace(from, to), 'w.yaml')], lock);
    const found = diagnostics.filter(({ code }) => code === 'embedded_secret').map(line);
    expect(found).toEqual([
      `warning embedded_secret w.yaml:${place} \`${path}\` looks like a secret in plain text (store it with \`remit credentials set NAME\` and write \`secret:NAME\`)`,
    ]);
    expect(found[0]).not.toContain(to);
  });

  it('notes planned actions and unused actions', () => {
    const text = `${workspaceText}data: { ssn: { detect: us_ssn } }\n`;
    const { diagnostics } = loadWorkspace([file(text, 'w.yaml')], lock);
    expect(diagnostics.filter(({ code }) => code !== 'guessed_tool').map(line)).toEqual([
      'note unused_action w.yaml:8:3 no rule speaks of the action `read_customer_info`',
      'note unused_action w.yaml:9:3 no rule speaks of the action `refund_over_100`',
      'note planned_action w.yaml:10:3 action `export_customer_list` is planned: rules about it do nothing until it has a tool',
    ]);
  });

  it('says that names were not checked where there is no lock', () => {
    const { diagnostics, policy } = loadWorkspace(
      [file(workspaceText, 'w.yaml'), file('agent: a\naccess: { tools: { allow: [nope] } }')],
      undefined,
    );
    expect(policy).toBeDefined();
    expect(diagnostics.map(line)).toContain(
      'warning no_lock w.yaml:1:12 there is no `tools.lock`, so names and conditions were not checked against the tools (run `remit tools pull`)',
    );
  });
});
