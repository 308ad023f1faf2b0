import type { ActionKind, JsonObject } from '@remit/contracts';
import { decide, loadWorkspace, suggest } from '@remit/policy';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { active, call, file, load, lock, mustLoad, policyOf, workspaceText } from './support-desk.ts';

const base = policyOf('agent: support');
const refund = (args: JsonObject) => ({
  kind: 'tool_invoke' as const,
  name: 'crm/refund-create',
  arguments: args,
});
const times = <Item>(count: number, item: (at: number) => Item): Item[] =>
  Array.from({ length: count }, (_, at) => item(at));

/** The suggestion, put into the workspace as somebody would who agrees with it. */
function adopted(uses: Parameters<typeof suggest>[2]) {
  const { document, actions } = suggest(base, 'support', uses);
  const workspace = actions === '' ? workspaceText : workspaceText.replace('actions:\n', actions);
  return mustLoad(loadWorkspace([file(workspace, 'w.yaml'), file(document, 'a.yaml')], lock));
}

describe('a suggested policy', () => {
  it('grants the tools that were used, in the tier of their effect, and marks what rests on little', () => {
    const uses = [
      ...times(25, () => ({ kind: 'tool_invoke' as const, name: 'crm/customer-lookup', arguments: {} })),
      { kind: 'tool_invoke' as const, name: 'crm/email-send', arguments: {} },
      { kind: 'tool_invoke' as const, name: 'crm/gone', arguments: {} },
    ];
    const { tools, gone, document } = suggest(base, 'support', uses);
    expect(gone).toEqual(['crm/gone']);
    expect(tools).toEqual([
      {
        tool: 'crm/customer-lookup',
        uses: 25,
        tier: 'automatic',
        thin: false,
        when: '!has(args.customer_id)',
      },
      { tool: 'crm/email-send', uses: 1, tier: 'approval', thin: true },
    ]);
    expect(document).toBe(`agent: "support"
guardrails:
  tier_1_automatic:
    - "support_crm_customer_lookup" # 25 uses
  tier_3_approval:
    - "crm/email-send" # 1 use, which is little to rest on
`);
  });

  it('grants resources, prompts and servers that ask by name, and leaves out what would be read as a pattern', () => {
    const used = (kind: ActionKind, name: string) => ({ kind, name, arguments: {} });
    const { document } = suggest(base, 'support', [
      used('resource_read', 'crm://customers/1'),
      used('resource_read', 'crm://customers/*'),
      used('prompt_get', 'crm/refund'),
      ...times(20, () => used('sampling', 'crm')),
      used('elicitation', 'crm'),
      used('completion', 'crm/refund'),
    ]);
    const little = 'which is little to rest on';
    expect(document).toBe(`agent: "support"
access:
  elicitation:
    allow:
      - "crm" # 1 use, ${little}
  prompts:
    allow:
      - "crm/refund" # 1 use, ${little}
  resources:
    allow:
      - "crm://customers/1" # 1 use, ${little}
  sampling:
    allow:
      - "crm" # 20 uses
`);
    expect(load(document).policy).toBeDefined();
  });

  it.each([
    [
      'numbers by their range',
      (at: number) => ({ amount: at + 0.5, count: 3 }),
      'args.amount >= 0.5 && args.amount <= 24.5 && args.count >= 3 && args.count <= 3',
    ],
    [
      'few words by name',
      (at: number) => ({ reason: at % 2 === 0 ? 'late' : 'broken' }),
      'args.reason in ["broken","late"]',
    ],
    ['a flag that never changes', () => ({ urgent: false }), 'args.urgent == false'],
    [
      'what is sometimes left out',
      (at: number) => (at % 2 === 0 ? {} : { count: 5 }),
      '(!has(args.count) || args.count >= 5 && args.count <= 5)',
    ],
  ])('bounds %s', (_, args, condition) => {
    const [only] = suggest(
      base,
      'support',
      times(25, (at) => refund(args(at))),
    ).tools;
    expect(
      only?.when
        ?.split(' && ')
        .filter((part) => !part.startsWith('!has'))
        .join(' && '),
    ).toBe(condition);
  });

  it('does not write identifiers and free text into a policy', () => {
    const uses = times(40, (at) => refund({ customer_id: `C-${at % 3}`, reason: `it came late, ${at % 2}` }));
    const [only] = suggest(base, 'support', uses).tools;
    expect(only?.when).not.toMatch(/customer_id|late/);
  });

  it('of few uses does not say which optional arguments are not needed', () => {
    const [only] = suggest(base, 'support', [refund({ amount: 5 })]).tools;
    expect(only).toMatchObject({ when: 'args.amount >= 5.0 && args.amount <= 5.0', thin: true });
  });

  it('loads, allows every call that it rests on, and no other tool', () => {
    const args = fc.record(
      {
        amount: fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        count: fc.integer(),
        reason: fc.constantFrom('late', 'broken', 'a "quoted" \\ word'),
        urgent: fc.boolean(),
        tags: fc.array(fc.string()),
        extra: fc.jsonValue() as fc.Arbitrary<never>,
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.array(args, { minLength: 1, maxLength: 40 }), (all) => {
        const policy = adopted(all.map((one) => refund(one as JsonObject)));
        for (const one of all) {
          const { effect, reasons } = decide(policy, call('refund-create', one), active);
          expect([effect, reasons]).toEqual(['allow', expect.anything()]);
        }
        expect(decide(policy, call('ticket-create'), active).effect).toBe('deny');
      }),
      { numRuns: 100 },
    );
  });

  it('is not wider than what was used', () => {
    const policy = adopted(times(25, (at) => refund({ amount: at, reason: 'late' })));
    const effect = (more: JsonObject) =>
      decide(policy, call('refund-create', { amount: 3, reason: 'late', ...more }), active).effect;
    expect(effect({})).toBe('allow');
    for (const more of [{ amount: 24.01 }, { amount: -0.01 }, { reason: 'other' }, { count: 1 }])
      expect([more, effect(more)]).toEqual([more, 'deny']);
  });
});
