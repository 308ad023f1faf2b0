/** Files that were made to harm. Each ends in an error with a place, soon, and gives no policy. */
import { bounds } from '@remit/contracts';
import type { ToolsLock } from '@remit/contracts';
import { decide, loadWorkspace } from '@remit/policy';
import { describe, expect, it } from 'vitest';
import { active, call, file, load, lock, mustLoad, tool, workspaceText } from './support-desk.ts';

function codes(text: string): string[] {
  const { diagnostics, policy } = loadWorkspace([file(text)], undefined);
  expect(policy).toBeUndefined();
  return [...new Set(diagnostics.filter(({ severity }) => severity === 'error').map(({ code }) => code))];
}

const bomb = [
  'a: &a [x, x, x, x, x, x, x, x, x, x]',
  ...'bcdefghi'
    .split('')
    .map((name, at) => `${name}: &${name} [${Array(10).fill(`*${'abcdefgh'[at]!}`).join(', ')}]`),
].join('\n');

describe('a hostile policy file', () => {
  it.each([
    ['larger than a megabyte', `agent: a\n# ${'x'.repeat(bounds.policy_file_bytes_max)}`, ['file_too_large']],
    ['with an alias bomb', `agent: a\n${bomb}`, ['too_many_values']],
    ['with an alias of itself', 'agent: &a\n  x: *a', ['too_deep']],
    ['nested a hundred levels deep', `agent: a\naccess: ${'['.repeat(100)}${']'.repeat(100)}`, ['too_deep']],
    ['nested without end in brackets', `agent: ${'['.repeat(20_000)}`, ['too_deep']],
    ['nested without end in dashes', `${'- '.repeat(20_000)}x`, ['too_deep']],
    [
      'with keys that objects inherit',
      'agent: a\n__proto__: { access: {} }\nconstructor: 1\ntoString: 1',
      ['unknown_key'],
    ],
    ['with a key that is a list', 'agent: a\n? [x]\n: y', ['invalid_key']],
    ['with a key that is nothing', 'agent: a\n? : y', ['invalid_key']],
    ['with merge keys', 'agent: a\n<<: { owner: x }', ['unknown_key']],
    ['with a tag', 'agent: !!js/function "x"', ['invalid_yaml']],
    [
      'with twenty thousand times the same key',
      `agent: a\n${'owner: x\n'.repeat(20_000)}`,
      ['duplicate_key'],
    ],
    ['with an alias of nothing', 'agent: *nothing', ['invalid_yaml']],
    ['with a control character', 'agent: "a\u0000b"', ['invalid_name']],
  ])('%s', (_, text, expected) => {
    expect(codes(text)).toEqual(expected);
  });

  it('with more documents than a workspace may have', () => {
    expect(
      codes(
        Array.from({ length: bounds.policy_documents_max + 1 }, (_, at) => `---\nagent: a${at}\n`).join(''),
      ),
    ).toContain('too_many_documents');
  });

  it('with very many mistakes is answered with a bounded list', () => {
    const { diagnostics } = load(
      `agent: a\naccess: { tools: { allow: [${Array.from({ length: 20_000 }, (_, i) => `no-${i}`).join(', ')}] } }`,
    );
    expect(diagnostics).toHaveLength(bounds.policy_diagnostics_max);
  });

  it('whose warnings fill the list still reports its error', () => {
    const patterns = Array.from({ length: 2000 }, (_, i) => `"crm/nothing-${i}-*"`).join(', ');
    const { policy, diagnostics } = load(
      `agent: a\naccess: { tools: { deny: [${patterns}] } }\n---\nagent: b\naccess: { tools: { deny: [nope] } }`,
    );
    expect(policy).toBeUndefined();
    expect(diagnostics.some(({ severity }) => severity === 'error')).toBe(true);
  });
});

describe('a hostile condition', () => {
  const codesOf = (when: string) =>
    loadWorkspace([file(workspaceText.replace('args.amount > 100', () => JSON.stringify(when)))], lock)
      .diagnostics.filter(({ severity }) => severity === 'error')
      .map(({ code }) => code);

  it.each([
    ['longer than allowed', `${'true && '.repeat(600)}true`, ['condition_too_long']],
    ['nested too deep in parentheses', `${'('.repeat(100)}true${')'.repeat(100)}`, ['condition_invalid']],
    ['nested too deep in negations', `${'!'.repeat(100)}true`, ['condition_too_deep']],
    ['that calls the function behind `matches`', '"a".re2find("(a+)+")', ['condition_not_allowed']],
    ['that hides `matches` in a comment', '"a" // matches\n.matches("b")', ['condition_not_allowed']],
  ])('%s does not load', (_, when, expected) => {
    expect(codesOf(when)).toEqual(expected);
  });

  it('may be a long chain of alternatives', () => {
    const chain = Array.from({ length: 100 }, (_, i) => `args.amount == ${i}`).join(' || ');
    expect(codesOf(chain)).toEqual([]);
  });
});

describe('a hostile tool definition', () => {
  const properties = JSON.parse(
    '{"__proto__": {"type": "string"}, "constructor": {"type": "string"}, "a b": {"type": "string"}, "self": {"$ref": "#"}, "loop": {"$ref": "#/$defs/loop"}}',
  ) as never;
  const hostile: ToolsLock = {
    version: 1,
    servers: { crm: { tools: [{ ...tool('evil', { properties }), digest: 'd' }] }, web: { tools: [] } },
  };
  hostile.servers['crm']!.tools[0]!.definition.inputSchema['$defs'] = { loop: { $ref: '#/$defs/loop' } };
  const workspace = (when: string) =>
    workspaceText.replace(
      /actions:[\s\S]*groups:/,
      `actions:\n  x: { tool: evil, when: '${when}' }\ngroups:`,
    );

  it('with names that objects inherit and references that never end is checked all the same', () => {
    const documents = [
      file(workspace('args["a b"] == "x"'), 'w.yaml'),
      file('agent: support\naccess: { tools: { allow: [x] } }'),
    ];
    const policy = mustLoad(loadWorkspace(documents, hostile));
    expect(decide(policy, call('evil', { 'a b': 'x' }), active).effect).toBe('allow');
    expect(decide(policy, call('evil', { 'a b': 'y' }), active).effect).toBe('deny');
  });

  it('does not declare the names that objects inherit', () => {
    const { diagnostics } = loadWorkspace([file(workspace('args.constructor == "x"'), 'w.yaml')], hostile);
    expect(diagnostics.map(({ code }) => code)).toContain('unknown_argument');
  });
});

describe('a hostile call', () => {
  const policy = mustLoad(load('agent: support\naccess: { tools: { allow: ["crm/*"] } }'));

  it.each(['__proto__', 'constructor', 'toString', '../crm/search', 'crm/search', 'search\u0000', ''])(
    'of a tool named %j is unknown',
    (target) => {
      expect(decide(policy, call(target), active).code).toBe('unknown_tool');
    },
  );

  it.each(['__proto__', 'constructor', ''])('by an agent named %j is not permitted', (agent) => {
    expect(decide(policy, call('search', {}, { agent }), active).code).toBe('not_permitted');
  });

  it('cannot reach a tool of one server through the name of another', () => {
    expect(decide(policy, call('b/search', {}, { server: 'crm/a' }), active).code).toBe('unknown_tool');
  });
});
