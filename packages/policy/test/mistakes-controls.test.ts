/** Mistakes in scope, approvals, flows, messages, models, content, defaults and data: each with its message. */
import { loadWorkspace } from '@remit/policy';
import { describe, expect, it } from 'vitest';
import { file, line, load, lock, workspaceText } from './support-desk.ts';

/** What stands in a document of agent `support`, and the errors that it gives. */
const controls: [mistake: string, text: string, errors: string[]][] = [
  [
    'an unknown key of a scope',
    'scope: { hosst: [a.example] }',
    ['unknown_key p0.yaml:2:10 unknown key `hosst` in `scope` (did you mean `hosts`?)'],
  ],
  [
    'an unknown environment',
    'scope: { environments: [prodution] }',
    ['unknown_name p0.yaml:2:25 there is no environment `prodution` (did you mean `production`?)'],
  ],
  [
    'hours without a time zone',
    'scope: { hours: { from: "08:00", to: "18:00" } }',
    ['missing_key p0.yaml:2:17 `timezone` is missing in `hours` (add `timezone:`)'],
  ],
  [
    'hours in a time zone that does not exist',
    'scope: { hours: { from: "08:00", to: "18:00", timezone: Europe/Berln } }',
    [
      'invalid_timezone p0.yaml:2:57 `Europe/Berln` is not a time zone; one reads like `Europe/Berlin` or `UTC` (did you mean `Europe/Berlin`, `Europe/Dublin` or `Europe/Jersey`?)',
    ],
  ],
  [
    'a time that is none',
    'scope: { hours: { from: "8:00", to: "25:00", timezone: UTC } }',
    [
      'invalid_time p0.yaml:2:25 `scope.hours.from` has to be a time of day such as "08:00" (write it with two digits each, in quotes)',
      'invalid_time p0.yaml:2:37 `scope.hours.to` has to be a time of day such as "08:00" (write it with two digits each, in quotes)',
    ],
  ],
  [
    'hours that are over when they begin',
    'scope: { hours: { from: "08:00", to: "08:00", timezone: UTC } }',
    [
      'invalid_time p0.yaml:2:17 `scope.hours` holds no time: it is over when it begins (a whole day is from "00:00" to "24:00")',
    ],
  ],
  [
    'a day that does not exist',
    'scope: { hours: { days: [mon-fir], from: "08:00", to: "18:00", timezone: UTC } }',
    [
      'invalid_value p0.yaml:2:26 `scope.hours.days[0]` has to be a day such as `mon`, or days such as `mon-fri` (did you mean `fri`?)',
    ],
  ],
  [
    'a host that is none',
    'scope: { hosts: ["https://a.example/x", "*example.com"] }',
    [
      'invalid_pattern p0.yaml:2:18 `https://a.example/x` is not a host; one reads like `api.example.com` or `*.example.com`',
      'invalid_pattern p0.yaml:2:41 `*example.com` is not a host; one reads like `api.example.com` or `*.example.com`',
    ],
  ],
  [
    'a path that is none',
    'scope: { paths: { allow: ["/srv/../etc", "/a/b**"] } }',
    [
      'invalid_pattern p0.yaml:2:27 `/srv/../etc` is not a path; one reads like `/srv/docs/**`',
      'invalid_pattern p0.yaml:2:42 `/a/b**` is not a path; one reads like `/srv/docs/**`',
    ],
  ],
  [
    'an effect of unattended calls that does not exist',
    'unattended: aprove',
    [
      'invalid_value p0.yaml:2:13 `unattended` has to be one of `allow`, `approve`, `deny` (did you mean `approve`?)',
    ],
  ],
  [
    'an unknown group of approvers',
    'approvals: { who: [manager], escalate: { to: [mangers], after: 1h } }',
    [
      'unknown_name p0.yaml:2:20 there is no group `manager` (did you mean `managers`?)',
      'unknown_name p0.yaml:2:47 there is no group `mangers` (did you mean `managers`?)',
    ],
  ],
  [
    'an unknown key of approvals',
    'approvals: { withn: 4h }',
    ['unknown_key p0.yaml:2:14 unknown key `withn` in `approvals` (did you mean `within`?)'],
  ],
  [
    'a length of time that is none',
    'approvals: { within: 4 hours, hold: soon }',
    [
      'invalid_duration p0.yaml:2:22 `approvals.within` has to be a length of time such as `30s`, `15m`, `4h`, `7d`, `2w` or `1y` (write `4h`)',
      'invalid_duration p0.yaml:2:37 `approvals.hold` has to be a length of time such as `30s`, `15m`, `4h`, `7d`, `2w` or `1y`',
    ],
  ],
  [
    'nobody who has to approve',
    'approvals: { count: 0 }',
    ['invalid_value p0.yaml:2:21 `approvals.count` has to be a whole number above zero'],
  ],
  [
    'an escalation after the time for a decision',
    'approvals: { within: 1h, escalate: { to: managers, after: 2h } }',
    [
      'escalates_too_late p0.yaml:2:36 it escalates after 2h, when the 1h for a decision are over (escalate earlier)',
    ],
  ],
  [
    'approvals of an unknown action, and of a pattern',
    'approvals: { actions: [{ action: refund_over_10, count: 2 }, { action: "crm/*", count: 2 }] }',
    [
      'unknown_name p0.yaml:2:34 `refund_over_10` is neither a tool in `tools.lock` nor an action of the workspace (did you mean `refund_over_100`?)',
      'invalid_name p0.yaml:2:72 `crm/*` is a pattern; here one tool or action has to be named',
    ],
  ],
  [
    'a flow without its effect',
    'flows: [{ from: untrusted, to: external }]',
    ['missing_key p0.yaml:2:9 `then` is missing in a flow (add `then:`)'],
  ],
  [
    'a flow of unknown labels to unknown sinks',
    'flows: [{ from: untrustd, to: [externl, email-snd], then: approve }]',
    [
      'unknown_name p0.yaml:2:17 there is no label `untrustd` (did you mean `untrusted`?)',
      'unknown_name p0.yaml:2:32 there is no sink `externl` (did you mean `external`?)',
      'unknown_name p0.yaml:2:41 `email-snd` is neither a tool in `tools.lock` nor an action of the workspace (did you mean `crm/email-send`?)',
    ],
  ],
  [
    'a flow with an effect that does not exist',
    'flows: [{ from: untrusted, to: external, then: block }]',
    ['invalid_value p0.yaml:2:48 `flows[0].then` has to be one of `allow`, `approve`, `deny`'],
  ],
  [
    'messages to an unknown agent',
    'messages: { allow: [suport], from: [nobody] }',
    [
      'unknown_name p0.yaml:2:37 there is no agent `nobody` (define it with a document `agent: nobody`)',
      'unknown_name p0.yaml:2:21 there is no agent `suport` (did you mean `support`?)',
    ],
  ],
  [
    'access to messages of an unknown agent',
    'access: { messages: { allow: [suport] } }',
    ['unknown_name p0.yaml:2:31 there is no agent `suport` (did you mean `support`?)'],
  ],
  [
    'an unknown key of models',
    'models: { max_output_token: 100 }',
    [
      'unknown_key p0.yaml:2:11 unknown key `max_output_token` in `models` (did you mean `max_output_tokens` or `max_input_tokens`?)',
    ],
  ],
  [
    'content of an unknown detector, with an unknown measure',
    'content: { arguments: { secret: deny }, results: { iban: remov } }',
    [
      'invalid_value p0.yaml:2:58 `content.results.iban` has to be one of `allow`, `label`, `mask`, `remove`, `deny` (did you mean `remove`?)',
      'unknown_name p0.yaml:2:25 there is no detector `secret` (did you mean `secrets`?)',
    ],
  ],
  [
    'data that is unlisted in an unknown way',
    'access: { data: { allow: [name], unlisted: dney } }',
    [
      'invalid_value p0.yaml:2:44 `access.data.unlisted` has to be one of `allow`, `deny` (did you mean `deny`?)',
    ],
  ],
  [
    'a risk that does not exist',
    'risk: hgh',
    [
      'invalid_value p0.yaml:2:7 `risk` has to be one of `low`, `medium`, `high`, `critical` (did you mean `high`?)',
    ],
  ],
];

/** What is added to the workspace document, and the errors that it gives. */
const workspaces: [mistake: string, text: string, errors: string[]][] = [
  [
    'an unknown detector',
    'data: { ssn: { detect: us_sn } }',
    ['unknown_name w.yaml:13:24 there is no detector `us_sn` (did you mean `us_ssn`?)'],
  ],
  [
    'an unknown key of defaults',
    'defaults: { access: {} }',
    ['unknown_key w.yaml:13:13 unknown key `access` in `defaults`'],
  ],
  [
    'defaults that are an effect',
    'defaults: allow',
    ['invalid_value w.yaml:13:11 `defaults` has to be a mapping'],
  ],
  [
    'defaults of an unknown group',
    'defaults: { approvals: { who: managrs } }',
    ['unknown_name w.yaml:13:31 there is no group `managrs` (did you mean `managers`?)'],
  ],
  [
    'a control that belongs to defaults',
    'flows: []',
    ['unknown_key w.yaml:13:1 unknown key `flows` in a workspace document'],
  ],
  [
    'an unknown key of a tool',
    'tools: { crm/search: { efect: read } }',
    ['unknown_key w.yaml:13:24 unknown key `efect` in a tool (did you mean `effect`?)'],
  ],
  [
    'a sensitivity that does not exist',
    'tools: { crm/search: { sensitivity: secret } }',
    [
      'invalid_value w.yaml:13:37 `tools.crm/search.sensitivity` has to be one of `public`, `internal`, `confidential`, `restricted`',
    ],
  ],
  [
    'a reading tool that does not only read, or is none',
    'tools: { refund-create: { reads: ticket-create }, ticket-update: { reads: custmer-lookup } }',
    [
      'not_a_reading_tool w.yaml:13:34 `crm/ticket-create` does not only read, so it cannot show what a call changes (name a tool that reads, or say `effect: read` of it under `tools:`)',
      'unknown_name w.yaml:13:75 `custmer-lookup` is neither a tool in `tools.lock` nor an action of the workspace (did you mean `crm/customer-lookup`?)',
    ],
  ],
  [
    'arguments of a reading tool that it does not have',
    'tools: { refund-create: { reads: { tool: customer-lookup, arguments: { customer: args.customer_id } } } }',
    [
      'unknown_argument w.yaml:13:82 `crm/customer-lookup` has no argument `customer` (did you mean `customer_id`?)',
    ],
  ],
  [
    'an expression of a reading tool that does not fit',
    'tools: { refund-create: { reads: { tool: customer-lookup, arguments: { customer_id: args.customer } } } }',
    [
      'unknown_argument w.yaml:13:90 in condition `args.customer`: `args` of tool `crm/refund-create` has no field `customer` (did you mean `customer_id`?)',
    ],
  ],
];

const errorsOf = ({ diagnostics }: ReturnType<typeof load>) =>
  diagnostics
    .filter(({ severity }) => severity === 'error')
    .map((found) => line(found).replace(/^error /, ''));

describe('a policy does not load with', () => {
  it.each(controls)('%s', (_, text, errors) => {
    const result = load(`agent: support\n${text}`);
    expect(errorsOf(result).toSorted()).toEqual(errors.toSorted());
    expect(result.policy).toBeUndefined();
  });

  it.each(workspaces)('%s', (_, text, errors) => {
    const result = loadWorkspace([file(`${workspaceText}${text}\n`, 'w.yaml')], lock);
    expect(errorsOf(result).toSorted()).toEqual(errors.toSorted());
    expect(result.policy).toBeUndefined();
  });

  it('a mistake in a role that no agent has', () => {
    expect(errorsOf(load('role: r\nscope: { hosts: ["*x"] }'))).toEqual([
      'invalid_pattern p0.yaml:2:18 `*x` is not a host; one reads like `api.example.com` or `*.example.com`',
    ]);
  });
});

describe('retention that cannot be carried out does not load', () => {
  it.each([
    ['retention: { kinds: { tool_invok: 7d } }', 'unknown_name'],
    ['retention: { classes: { nobody_defined: 7d } }', 'unknown_name'],
    ['retention: { all: soon }', 'invalid_duration'],
    ['retention: { every: 7d }', 'unknown_key'],
  ])('%s', (text, code) => {
    const result = load(`agent: support\n${text}`);
    expect(result.policy).toBeUndefined();
    expect(result.diagnostics.filter(({ severity }) => severity === 'error').map((one) => one.code)).toEqual([
      code,
    ]);
  });
});

describe('check warns of', () => {
  it('controls that are only checked and shown so far', () => {
    const text = `agent: support
flows: [{ from: untrusted, to: external, then: approve }]
content: { results: { secrets: remove } }
approvals: { hold: 30s }`;
    const found = load(text)
      .diagnostics.filter(({ code }) => code === 'not_enforced_yet')
      .map(line);
    expect(found).toEqual([
      'warning not_enforced_yet p0.yaml:3:10 `content` is checked and shown, but not enforced yet (do not rely on it)',
      'warning not_enforced_yet p0.yaml:4:20 `approvals.hold` is checked and shown, but not enforced yet (do not rely on it)',
    ]);
  });

  it('more approvers than there are', () => {
    const found = load('agent: support\napprovals: { who: managers, count: 2 }').diagnostics.map(line);
    expect(found).toContain(
      'warning too_few_approvers p0.yaml:2:36 2 people have to approve, but only 1 may (add people to the group, or ask for fewer)',
    );
  });
});
