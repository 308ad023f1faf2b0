/** Each class of mistake in a workspace document and its lock, with its message, place and remedy. */
import { loadWorkspace } from '@remit/policy';
import { describe, expect, it } from 'vitest';
import { errorsOf, file, line, load, lock, workspaceText } from './support-desk.ts';

/** Changes to the workspace document itself. */
const workspaces: [mistake: string, from: string, to: string, errors: string[]][] = [
  [
    'a condition with a misspelt argument',
    'args.amount > 100',
    'args.amout > 100',
    [
      'unknown_argument w.yaml:9:55 in condition `args.amout > 100`: `args` of tool `crm/refund-create` has no field `amout` (did you mean `amount`?)',
    ],
  ],
  [
    'a misspelt argument in has()',
    'args.amount > 100',
    'has(args.amout)',
    [
      'unknown_argument w.yaml:9:59 in condition `has(args.amout)`: `args` of tool `crm/refund-create` has no field `amout` (did you mean `amount`?)',
    ],
  ],
  [
    'a misspelt argument after .?',
    'args.amount > 100',
    'args.?amout.orValue(1.0) > 100',
    [
      'unknown_argument w.yaml:9:56 in condition `args.?amout.orValue(1.0) > 100`: `args` of tool `crm/refund-create` has no field `amout` (did you mean `amount`?)',
    ],
  ],
  [
    'a misspelt argument in brackets',
    'args.amount > 100',
    'args["address"]["town"] == ""',
    [
      'unknown_argument w.yaml:9:66 in condition `args["address"]["town"] == ""`: `args.address` of tool `crm/refund-create` has no field `town` (it has `city`)',
    ],
  ],
  [
    'an argument compared with the wrong type',
    'args.amount > 100',
    'args.amount > "100"',
    ['condition_type w.yaml:9:50 in condition `args.amount > "100"`: no such overload: double > string'],
  ],
  [
    'numbers of two kinds added',
    'args.amount > 100',
    'args.amount + 1 > 100.0',
    [
      'condition_type w.yaml:9:50 in condition `args.amount + 1 > 100.0`: no such overload: double + int (write numbers that stand beside a number with a point, like `2.0`)',
    ],
  ],
  [
    'a variable that does not exist',
    'args.amount > 100',
    'agnt.name == "x"',
    [
      'unknown_variable w.yaml:9:50 in condition `agnt.name == "x"`: unknown variable `agnt` (did you mean `agent`?)',
    ],
  ],
  [
    'an argument without args',
    'args.amount > 100',
    'amount > 100',
    [
      'unknown_variable w.yaml:9:50 in condition `amount > 100`: unknown variable `amount` (did you mean `args.amount`?)',
    ],
  ],
  [
    'a condition that is no truth value',
    'args.amount > 100',
    'args.amount',
    ['condition_type w.yaml:9:49 the condition is of type double; it has to be true or false'],
  ],
  [
    'a condition that does not parse',
    'args.amount > 100',
    'args.amount >',
    ['condition_invalid w.yaml:9:63 in condition `args.amount >`: unexpected token: EOF'],
  ],
  [
    'a pattern that is none',
    'args.amount > 100',
    'args.reason.matches("(")',
    [
      'invalid_pattern w.yaml:9:70 in condition `args.reason.matches("(")`: `(` is not a pattern of RE2 syntax: error parsing regexp: missing closing ): `(`',
    ],
  ],
  [
    'a pattern that is computed',
    'args.amount > 100',
    'args.reason.matches(args.reason)',
    [
      'condition_not_allowed w.yaml:9:50 in condition `args.reason.matches(args.reason)`: `matches` takes a pattern in quotes (write it like `args.name.matches("^[a-z]+$")`)',
    ],
  ],
  [
    'bytes and unsigned numbers',
    'args.amount > 100',
    'b"a" == b"a" || 1u == 1u || bytes("a") == bytes("a")',
    [
      'condition_not_allowed w.yaml:9:50 in condition `b"a" == b"a" || 1u == 1u || bytes("a") == bytes("a")`: bytes and unsigned numbers are not allowed (compare numbers and texts instead)',
      'condition_not_allowed w.yaml:9:58 in condition `b"a" == b"a" || 1u == 1u || bytes("a") == bytes("a")`: bytes and unsigned numbers are not allowed (compare numbers and texts instead)',
      'condition_not_allowed w.yaml:9:66 in condition `b"a" == b"a" || 1u == 1u || bytes("a") == bytes("a")`: bytes and unsigned numbers are not allowed (compare numbers and texts instead)',
      'condition_not_allowed w.yaml:9:72 in condition `b"a" == b"a" || 1u == 1u || bytes("a") == bytes("a")`: bytes and unsigned numbers are not allowed (compare numbers and texts instead)',
      'condition_not_allowed w.yaml:9:78 in condition `b"a" == b"a" || 1u == 1u || bytes("a") == bytes("a")`: function `bytes` is not allowed',
      'condition_not_allowed w.yaml:9:92 in condition `b"a" == b"a" || 1u == 1u || bytes("a") == bytes("a")`: function `bytes` is not allowed',
    ],
  ],
  [
    'loops three deep',
    'args.amount > 100',
    'args.tags.all(a, args.tags.all(b, args.tags.all(c, a == c)))',
    [
      'condition_too_deep w.yaml:9:84 in condition `args.tags.all(a, args.tags.all(b, args.tags.all(c, a == c)))`: loops stand more than 2 deep in each other',
    ],
  ],
  [
    'a loop that hides a variable',
    'args.amount > 100',
    'args.tags.all(args, args == "x")',
    [
      'condition_not_allowed w.yaml:9:64 in condition `args.tags.all(args, args == "x")`: a loop may not call its variable `args`, which hides the one of that name (give it another name)',
    ],
  ],
  [
    'an action on an unknown tool',
    'tool: refund-create',
    'tool: refund-crate',
    [
      'unknown_name w.yaml:9:28 `refund-crate` is neither a tool in `tools.lock` nor an action of the workspace (did you mean `crm/refund-create`?)',
    ],
  ],
  [
    'an action that is neither a tool nor planned',
    '{ planned: true }',
    '{}',
    [
      'missing_key w.yaml:10:3 action `export_customer_list` has no `tool` (name its tool, or say `planned: true` while there is none)',
    ],
  ],
  [
    'an action named like a tool',
    'read_customer_info:',
    'ticket-create:',
    [
      'ambiguous_name w.yaml:8:3 action `ticket-create` has the name of a tool (give the action another name)',
    ],
  ],
  [
    'a server that is reached in no way',
    'url: "https://web.example/mcp", ',
    '',
    ['invalid_server w.yaml:6:8 `servers.web` has to have either a `command` or a `url`'],
  ],
  [
    'a server at no web address',
    'https://web.example/mcp',
    'file:///etc/passwd',
    ['invalid_url w.yaml:6:15 `file:///etc/passwd` is not an http or https address'],
  ],
  [
    'a server name that cannot be one',
    '  web:',
    '  my__web:',
    [
      'invalid_name w.yaml:6:3 server name `my__web` has to be 1 to 64 letters, digits, `.`, `-` or single `_`',
    ],
  ],
  [
    'a language that does not exist',
    'language: 1',
    'language: 2',
    ['invalid_value w.yaml:2:11 `language` has to be 1, the only version so far'],
  ],
  [
    'notes on an unknown tool',
    'groups:',
    'tools: { refund-crate: { effect: write } }\ngroups:',
    [
      'unknown_name w.yaml:11:10 `refund-crate` is neither a tool in `tools.lock` nor an action of the workspace (did you mean `crm/refund-create`?)',
    ],
  ],
  [
    'notes with a misspelt argument',
    'groups:',
    'tools: { refund-create: { subject: args.customer } }\ngroups:',
    [
      'unknown_argument w.yaml:11:41 in condition `args.customer`: `args` of tool `crm/refund-create` has no field `customer` (did you mean `customer_id`?)',
    ],
  ],
];

describe('a workspace does not load with', () => {
  it.each(workspaces)('%s', (_, from, to, errors) => {
    // In quotes, so that a condition may hold any character.
    const text = workspaceText.replace(from, from === 'args.amount > 100' ? `'${to}'` : to);
    expect(text).not.toBe(workspaceText);
    const result = loadWorkspace([file(text, 'w.yaml')], lock);
    expect(errorsOf(result)).toEqual(errors);
    expect(result.policy).toBeUndefined();
  });
});

describe('places', () => {
  const action = (when: string) => workspaceText.replace('args.amount > 100 }', `${when} }`);

  it.each([
    ['in double quotes', '"true && args.amout > 1"', 'w.yaml:9:63'],
    ['in single quotes', "'true && args.amout > 1'", 'w.yaml:9:63'],
  ])('of a mistake %s', (_, when, place) => {
    expect(errorsOf(loadWorkspace([file(action(when), 'w.yaml')], lock))[0]).toContain(place);
  });

  it('of a mistake in a block are those of its line', () => {
    const block = workspaceText.replace(
      '  export_customer_list',
      '  refund_large:\n    tool: refund-create\n    when: |\n      true &&\n      args.amout > 1\n  export_customer_list',
    );
    expect(errorsOf(loadWorkspace([file(block, 'w.yaml')], lock))[0]).toMatch(
      /^unknown_argument w\.yaml:14:/,
    );
  });

  it('are those of the file and document in which the mistake is', () => {
    expect(errorsOf(load('agent: a', '---\nagent: b\n---\nagent: c\nowner: []'))).toEqual([
      'invalid_value p1.yaml:5:8 `owner` has to be text',
    ]);
  });
});

describe('a server that is not in the lock yet', () => {
  const later = workspaceText.replace('groups:', 'x:').replace(/x:\n.*\n/, '');
  const withServer = later.replace('servers:', 'servers:\n  erp: { command: [erp] }');

  it('costs the others nothing: names that may be its own are only warned about', () => {
    const policy =
      'agent: support\naccess: { tools: { allow: [erp/order-list, order-list, customer-lookup] } }';
    const result = loadWorkspace([file(withServer, 'w.yaml'), file(policy)], lock);
    expect(result.policy).toBeDefined();
    expect(result.diagnostics.map(line).filter((text) => text.startsWith('warning'))).toEqual([
      'warning name_not_checked policy.yaml:2:28 `erp/order-list` could not be checked: `tools.lock` has no tools of `erp` (run `remit tools pull` when the server is up)',
      'warning name_not_checked policy.yaml:2:44 `order-list` could not be checked: `tools.lock` has no tools of `erp` (run `remit tools pull` when the server is up)',
    ]);
  });

  it('does not excuse names of the servers that are', () => {
    const result = loadWorkspace(
      [file(withServer, 'w.yaml'), file('agent: a\naccess: { tools: { allow: [crm/nope] } }')],
      lock,
    );
    expect(errorsOf(result)[0]).toMatch(/^unknown_name/);
  });
});
