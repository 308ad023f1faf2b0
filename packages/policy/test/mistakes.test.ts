/** Each class of mistake in agents, roles, guardrails and baselines, with its message, place and remedy. */
import { describe, expect, it } from 'vitest';
import { errorsOf, load } from './support-desk.ts';

/** Documents beside the workspace of the support desk, and the errors that they give. */
const documents: [mistake: string, text: string, errors: string[]][] = [
  [
    'an unknown key',
    'agent: support\nacess: {}',
    ['unknown_key p0.yaml:2:1 unknown key `acess` in an agent document (did you mean `access`?)'],
  ],
  [
    'an unknown key deep inside',
    'agent: support\naccess:\n  tools:\n    alow: [search]',
    ['unknown_key p0.yaml:4:5 unknown key `alow` in `access.tools` (did you mean `allow`?)'],
  ],
  [
    'a tier that does not exist',
    'agent: support\nguardrails: { tier_3_aproval: [] }',
    [
      'unknown_key p0.yaml:2:15 unknown key `tier_3_aproval` in `guardrails` (did you mean `tier_3_approval`?)',
    ],
  ],
  [
    'an unknown tool',
    'agent: support\naccess:\n  tools:\n    allow: [ticket-create, custmer-lookup]',
    [
      'unknown_name p0.yaml:4:28 `custmer-lookup` is neither a tool in `tools.lock` nor an action of the workspace (did you mean `crm/customer-lookup`?)',
    ],
  ],
  [
    'an unknown action',
    'agent: support\nguardrails: { tier_1_automatic: [refund_over_10] }',
    [
      'unknown_name p0.yaml:2:34 `refund_over_10` is neither a tool in `tools.lock` nor an action of the workspace (did you mean `refund_over_100`?)',
    ],
  ],
  [
    'a name like no other',
    'agent: support\nguardrails: { tier_1_automatic: [xyzzy] }',
    [
      'unknown_name p0.yaml:2:34 `xyzzy` is neither a tool in `tools.lock` nor an action of the workspace (define it under `actions:`, with `planned: true` while its tool does not exist)',
    ],
  ],
  [
    'a bare name that two servers have',
    'agent: support\naccess: { tools: { allow: [search] } }',
    ['ambiguous_name p0.yaml:2:28 `search` is a tool of 2 servers (write `crm/search` or `web/search`)'],
  ],
  [
    'a pattern of an unknown server',
    'agent: support\naccess: { tools: { deny: ["crn/*"] } }',
    [
      'unknown_server p0.yaml:2:27 `crn/*` names a server `crn`, which the workspace does not have (did you mean `crm`?)',
    ],
  ],
  [
    'resources of an unknown server',
    'agent: support\naccess: { resources: { allow: [crn/*] }, sampling: { allow: [wep] } }',
    [
      'unknown_server p0.yaml:2:32 `crn/*` names a server `crn`, which the workspace does not have (did you mean `crm`?)',
      'unknown_server p0.yaml:2:62 `wep` names a server `wep`, which the workspace does not have (did you mean `web`?)',
    ],
  ],
  [
    'an unknown role',
    'agent: support\nrole: clerc\n---\nrole: clerk',
    ['unknown_role p0.yaml:2:7 there is no role `clerc` (did you mean `clerk`?)'],
  ],
  [
    'an unknown inherited role',
    'role: clerk\ninherit: [cleric]',
    ['unknown_role p0.yaml:2:11 there is no role `cleric` (did you mean `clerk`?)'],
  ],
  [
    'roles that inherit each other',
    'role: a\ninherit: b\n---\nrole: b\ninherit: a',
    [
      'role_cycle p0.yaml:2:10 role `a` inherits itself through `b`',
      'role_cycle p0.yaml:5:10 role `b` inherits itself through `a`',
    ],
  ],
  [
    'two documents of one agent',
    'agent: support\n---\nagent: support',
    [
      'duplicate_document p0.yaml:3:8 agent `support` is defined twice, first in `p0.yaml` line 1 (merge the two, or rename one)',
    ],
  ],
  [
    'a second workspace',
    'workspace: other',
    [
      'duplicate_document workspace.yaml:1:12 second workspace document `support`; the first, `other`, is in `p0.yaml` line 1 (a folder holds exactly one workspace)',
    ],
  ],
  [
    'a key that stands twice',
    'agent: support\naccess: {}\naccess: {}',
    ['duplicate_key p0.yaml:3:1 key `access` stands twice, first in line 2 (merge the two, or remove one)'],
  ],
  [
    'a document of no kind',
    'agnet: support\naccess: {}',
    [
      'unknown_document p0.yaml:1:1 cannot tell what this document is: it has none of `workspace`, `agent`, `role`, `guardrails`, `risk` (did you mean `agent`?)',
    ],
  ],
  [
    'a document that is a list',
    '- agent: support',
    ['not_a_document p0.yaml:1:1 a policy document is a mapping with keys such as `agent:`'],
  ],
  [
    'text that is not YAML',
    'agent: "support',
    ['invalid_yaml p0.yaml:1:16 not valid YAML: Missing closing "quote'],
  ],
  [
    'a word where a list belongs',
    'agent: support\naccess: { tools: { allow: search } }',
    ['invalid_value p0.yaml:2:27 `access.tools.allow` has to be a list'],
  ],
  [
    'a number where a name belongs',
    'agent: support\naccess: { tools: { allow: [7] } }',
    ['invalid_value p0.yaml:2:28 `access.tools.allow[0]` has to be text'],
  ],
  [
    'a mode that does not exist',
    'agent: support\nmode: observ',
    ['invalid_value p0.yaml:2:7 `mode` has to be one of `enforce`, `observe` (did you mean `observe`?)'],
  ],
  [
    'a rate that is none',
    'agent: support\nlimits: { calls: 60/minut }',
    [
      'invalid_rate p0.yaml:2:18 `60/minut` is not a rate; a rate reads like `60/minute`, per second, minute, hour, day, week, month, year (did you mean `minute`?)',
    ],
  ],
  [
    'a limit without its period',
    'agent: support\nlimits: { actions: [{ action: refund_over_100, max: 3 }] }',
    ['missing_key p0.yaml:2:21 `per` is missing in a limit of `actions` (add `per:`)'],
  ],
  [
    'a limit on a pattern',
    'agent: support\nlimits: { actions: [{ action: "crm/*", max: 3, per: day }] }',
    ['invalid_name p0.yaml:2:31 `crm/*` is a pattern; here one tool or action has to be named'],
  ],
  [
    'a limit of an argument that the tool does not have',
    'agent: support\nlimits: { sums: [{ sum: args.amout, action: refund-create, max: 10, per: day }] }',
    [
      'unknown_argument p0.yaml:2:25 tool `crm/refund-create` has no field `args.amout` (did you mean `amount`?)',
    ],
  ],
  [
    'a limit of an argument that no tool has',
    'agent: support\nlimits: { distinct: { distinct: args.costumer_id, max: 10, per: day } }',
    ['unknown_argument p0.yaml:2:33 no tool has a field `args.costumer_id` (did you mean `customer_id`?)'],
  ],
  [
    'a sum of what is no number',
    'agent: support\nlimits: [{ sum: args.urgent, action: refund-create, max: 10, per: day }]',
    [
      'condition_type p0.yaml:2:17 `args.urgent` of tool `crm/refund-create` is of type bool, not a number, so this limit does not count its calls',
    ],
  ],
  [
    'a sum of what is no argument',
    'agent: support\nlimits: [{ sum: amount, max: 10, per: day }]',
    [
      'invalid_value p0.yaml:2:17 `amount` is not an argument; one reads like `args.amount` or `args.?amount`',
    ],
  ],
  [
    'a limit by what the agent claims',
    'agent: support\nlimits: { calls: { max: 3, per: day, by: conversation.customer_id } }',
    [
      'limit_by_claim p0.yaml:2:42 `conversation.customer_id` is what the agent claims, so a limit for each of its values could be escaped (count by an argument, `user` or `agent`)',
    ],
  ],
  [
    'a limit by a subject that does not exist',
    'agent: support\nlimits: { calls: { max: 3, per: day, by: usr } }',
    [
      'invalid_value p0.yaml:2:42 `limits.calls.by` has to be one of `agent`, `tool`, `user`, `conversation`, or an argument like `args.customer_id` (did you mean `user`?)',
    ],
  ],
  [
    'a limit of more different targets than are counted exactly',
    'agent: support\nlimits: { distinct: { distinct: args.customer_id, max: 10001, per: day } }',
    [
      'invalid_value p0.yaml:2:56 `limits.distinct.max` is more than the 10000 different targets that are counted exactly (count a shorter period, or limit calls)',
    ],
  ],
  [
    'a negative sum',
    'agent: support\nlimits: { sums: { sum: args.amount, max: -1, per: day } }',
    ['invalid_value p0.yaml:2:42 `limits.sums.max` has to be a number above zero'],
  ],
  [
    'a time zone that does not exist',
    'agent: support\nlimits: { calls: { max: 3, per: day, timezone: Europe/Berlim } }',
    [
      'invalid_timezone p0.yaml:2:48 `Europe/Berlim` is not a time zone; one reads like `Europe/Berlin` or `UTC` (did you mean `Europe/Berlin`, `Europe/Dublin` or `Europe/Jersey`?)',
    ],
  ],
  [
    'windows that contradict themselves',
    'agent: support\nlimits: { calls: [{ max: 3, per: month, window: sliding }, { max: 3, per: day, window: sliding, timezone: UTC }, { max: 3, per: conversation, timezone: UTC }] }',
    [
      'invalid_window p0.yaml:2:19 a month has no length of its own, so its window cannot slide: use `day` or `week`, or `window: fixed`',
      'invalid_window p0.yaml:2:60 a sliding window is the same in every time zone: leave `timezone` out',
      'invalid_window p0.yaml:2:114 a conversation is no period of the calendar: `window` and `timezone` do not go with it',
    ],
  ],
  [
    'an automatic tier for a critical agent',
    'agent: support\nrisk: critical\nguardrails: { tier_1_automatic: [read_customer_info] }',
    [
      'contradicts_risk p0.yaml:3:34 agent `support` is critical, so a person approves every action; `read_customer_info` may not stand in `guardrails.tier_1_automatic[0]` (move it to `tier_3_approval`, or lower the risk)',
    ],
  ],
  [
    'an agent name with control characters',
    'agent: "a\\u0007b"',
    [
      'invalid_name p0.yaml:1:8 agent name `a\u0007b` has to be 1 to 128 letters, digits, spaces or any of `._@:/-`',
    ],
  ],
];

describe('a policy does not load with', () => {
  it.each(documents)('%s', (_, text, errors) => {
    const result = load(text);
    expect(errorsOf(result)).toEqual(errors);
    expect(result.policy).toBeUndefined();
  });
});
