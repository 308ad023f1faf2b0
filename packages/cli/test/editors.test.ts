/** What editors and formatters are told of policy files. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { JsonObject } from '@remit/contracts';
import { argumentCheck } from '@remit/inspect';
import { formatPolicy, policySchema } from '@remit/policy';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { workbench, type Workbench } from './workbench.ts';

let bench: Workbench;
beforeAll(async () => {
  bench = await workbench(() => 'workspace: shop\n');
});
afterAll(() => bench.remove());

const check = argumentCheck({ name: 'policy', inputSchema: policySchema() });
const problems = (text: string) =>
  [parseAllDocuments(text)].flat().flatMap((document) => check(document.toJS() as JsonObject));

const examples = fileURLToPath(new URL('../../../examples', import.meta.url));
const policyFiles = readdirSync(examples, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.yaml') && !path.includes('node_modules'))
  .map((path) => [path, readFileSync(join(examples, path), 'utf8')] as const);

describe('the schema of policy documents', () => {
  test.each(policyFiles.filter(([path]) => !path.endsWith('.test.yaml')))('takes %s', (_, text) => {
    expect(problems(text)).toEqual([]);
  });

  test.each([
    'workspace: w\nservers: { crm: { command: [node], trust: internal } }\nlanguage: 1',
    'agent: a\nlimits: { calls: [60/minute, { max: 5, per: day, by: args.customer_id }], concurrency: 4 }',
    'agent: a\nscope: { hours: { from: "08:00", to: "18:00", timezone: UTC }, hosts: [a.example] }',
    'role: r\ninherit: [s]\nflows: [{ from: untrusted, to: external, then: approve }]',
    'risk: high\nlimits: { calls: 10/minute }',
    'guardrails: { tier_4_blocked: [x] }',
    'workspace: w\nsettings: { host: "::1", port: 0, allow_hosts: [remit.example], log_level: warn }',
  ])('takes %s', (text) => {
    expect(problems(text)).toEqual([]);
  });

  test.each([
    ['an unknown key', 'agent: a\nacess: {}'],
    ['a key of another document', 'agent: a\nservers: {}'],
    ['a misspelled tier', 'agent: a\nguardrails: { tier_2_loged: [x] }'],
    ['a misspelled effect', 'workspace: w\ntools: { x: { effect: wirte } }'],
    ['text where a list belongs', 'agent: a\naccess: { tools: { allow: x } }'],
    ['a rate that is none', 'agent: a\nlimits: { calls: 60/minutes/2 }'],
    ['a port beyond the last', 'workspace: w\nsettings: { port: 65536 }'],
    ['a host with a path', 'workspace: w\nsettings: { host: a/b }'],
    ['a document of no kind', 'owner: dana'],
  ])('refuses %s', (_, text) => {
    expect(problems(text).length).toBeGreaterThan(0);
  });

  test('is printed by `check --schema`, and written beside the workspace by `init`', async () => {
    const { code, stdout } = await bench.remit(['check', '--schema']);
    expect([code, JSON.parse(stdout)]).toEqual([0, policySchema()]);
    const made = join(bench.path, 'made');
    expect((await bench.remit(['init', made])).code).toBe(0);
    expect(readFileSync(join(made, 'remit.yaml'), 'utf8')).toMatch(
      /^# yaml-language-server: \$schema=policy.schema.json\n/,
    );
    expect(JSON.parse(readFileSync(join(made, 'policy.schema.json'), 'utf8'))).toEqual(policySchema());
  });
});

/** Lines as they came and as they are laid out. */
const lines: [string, string][] = [
  ['# who', '# who'],
  ['agent:   a   # the one', 'agent: a # the one'],
  ['access:', 'access:'],
  ['      tools:', '  tools:'],
  ['            allow: ["x",   y]', '    allow: ["x", y]'],
  ['', ''],
  ['            # never', '    # never'],
  ['            deny:', '    deny:'],
  ['            - z', '      - z'],
  ['---', '---'],
  ['role: r', 'role: r'],
];
const text = (column: 0 | 1): string => lines.map((line) => `${line[column]}\n`).join('');

describe('remit format', () => {
  test('lays files out alike, and keeps comments, order and empty lines', async () => {
    bench.write('agents.yaml', text(0));
    const checked = await bench.remit(['format', '--check']);
    expect([checked.code, checked.stdout]).toEqual([1, 'agents.yaml']);
    expect((await bench.remit(['format'])).code).toBe(0);
    expect(readFileSync(join(bench.workspace, 'agents.yaml'), 'utf8')).toBe(text(1));
    expect((await bench.remit(['format', '--check'])).code).toBe(0);
  });

  test('leaves the lines of a folded condition as they are', () => {
    const text =
      'actions:\n    a:\n        when: >-\n              args.n > 1 &&\n                args.m < 2\n        tool: t\n';
    expect(formatPolicy(text)).toBe(
      'actions:\n  a:\n    when: >-\n      args.n > 1 &&\n        args.m < 2\n    tool: t\n',
    );
  });

  test('leaves a file alone that is not valid YAML, and says so', async () => {
    bench.write('wrong.yaml', 'agent: [a\n');
    const { code, stderr } = await bench.remit(['format']);
    expect([code, stderr]).toEqual([1, 'wrong.yaml is left as it is: see `remit check`.']);
    expect(readFileSync(join(bench.workspace, 'wrong.yaml'), 'utf8')).toBe('agent: [a\n');
  });

  test.each(policyFiles)('does not change what %s means, and is done at once', (_, text) => {
    const once = formatPolicy(text);
    expect(once).toBeDefined();
    expect(formatPolicy(once!)).toBe(once);
  });
});
