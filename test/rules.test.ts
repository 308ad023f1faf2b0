/** Each import rule and each lint rule that guards an invariant is seen red once, on a planted violation. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

describe('import rules', () => {
  /** rule → the file that breaks it, and its text. */
  const plants: Record<string, [file: string, text: string]> = {
    'contracts-imports-only-nothing-of-ours': ['contracts', `import '@remit/policy';`],
    'policy-imports-only-contracts': ['policy', `import '@remit/ledger';`],
    'inspect-imports-only-contracts': ['inspect', `import '@remit/policy';`],
    'ledger-imports-only-contracts': ['ledger', `import '@remit/enforce';`],
    'enforce-imports-only-contracts-policy-inspect-ledger': ['enforce', `import '@remit/gateway';`],
    'gateway-imports-only-contracts-policy-inspect-ledger-enforce': ['gateway', `import '@remit/control';`],
    'control-imports-only-contracts-policy-inspect-ledger-enforce': ['control', `import '@remit/gateway';`],
    'cli-imports-only-contracts-policy-inspect-ledger-enforce-gateway-control': [
      'cli',
      `import '@remit/testkit';`,
    ],
    'testkit-imports-only-contracts': ['testkit', `import '@remit/policy';`],
    'no-deep-imports': ['enforce', `import '../../policy/src/deep.ts';`],
    'testkit-in-tests-only': ['gateway', `import '@remit/testkit';`],
    'offline-runs-in-browsers': ['ledger/src/offline', `import 'node:fs';`],
    'no-cycles': ['policy', `import './cycle.ts';`],
    resolvable: ['policy', `import '@remit/nowhere';`],
  };
  let tree: string;
  let broken: Set<string>;

  beforeAll(() => {
    tree = mkdtempSync(path.join(tmpdir(), 'remit-rules-'));
    for (const name of readdirSync(path.join(root, 'packages'))) plantPackage(name);
    cpSync(path.join(root, '.dependency-cruiser.cjs'), path.join(tree, '.dependency-cruiser.cjs'));
    cpSync(path.join(root, 'tsconfig.base.json'), path.join(tree, 'tsconfig.base.json'));
    Object.values(plants).forEach(([name, text], index) => {
      const folder = path.join(tree, 'packages', name.includes('/') ? name : `${name}/src`);
      mkdirSync(folder, { recursive: true });
      writeFileSync(path.join(folder, `planted-${index}.ts`), `${text}\n`);
    });
    writeFileSync(
      path.join(tree, 'packages/policy/src/cycle.ts'),
      `import './${plantedName('no-cycles')}';\n`,
    );
    writeFileSync(path.join(tree, 'packages/policy/src/deep.ts'), 'export const deep = 1;\n');
    broken = violations(tree);
  });
  afterAll(() => rmSync(tree, { recursive: true }));

  function plantPackage(name: string) {
    const folder = path.join(tree, 'packages', name);
    mkdirSync(path.join(folder, 'src'), { recursive: true });
    cpSync(path.join(root, 'packages', name, 'package.json'), path.join(folder, 'package.json'));
    writeFileSync(path.join(folder, 'src/index.ts'), `export const name = '${name}';\n`);
    mkdirSync(path.join(tree, 'node_modules/@remit'), { recursive: true });
    symlinkSync(folder, path.join(tree, 'node_modules/@remit', name));
  }

  function plantedName(rule: string) {
    return `planted-${Object.keys(plants).indexOf(rule)}.ts`;
  }

  test.each(Object.keys(plants))('%s is red on a planted violation', (rule) => {
    expect(broken).toContain(rule);
  });

  test('every rule of the configuration has its plant', async () => {
    const file = path.join(root, '.dependency-cruiser.cjs');
    const config = (await import(file)) as { default: { forbidden: { name: string }[] } };
    expect(config.default.forbidden.map(({ name }) => name).sort()).toEqual(Object.keys(plants).sort());
  });

  test('the project itself breaks none', () => {
    expect([...violations(root)]).toEqual([]);
  });
});

function violations(folder: string): Set<string> {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [
      path.join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs'),
      'packages',
      '--config',
      '.dependency-cruiser.cjs',
      '--output-type',
      'json',
    ],
    { cwd: folder, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  if (stdout === '') throw new Error(stderr);
  const report = JSON.parse(stdout) as { summary: { violations: { rule: { name: string } }[] } };
  return new Set(report.summary.violations.map(({ rule }) => rule.name));
}

describe('lint rules', () => {
  const plants: [rule: string, text: string][] = [
    [
      '@typescript-eslint/no-floating-promises',
      `async function record() {}\nexport function call() { record(); }`,
    ],
    [
      '@typescript-eslint/no-misused-promises',
      `async function allowed() { return false; }\nexport function call() { if (allowed()) return 1; return 0; }`,
    ],
    ['@typescript-eslint/await-thenable', `export async function call(value: number) { await value; }`],
    [
      '@typescript-eslint/switch-exhaustiveness-check',
      `export function call(effect: 'allow' | 'deny') { switch (effect) { case 'allow': return 1; } return 0; }`,
    ],
    ['@typescript-eslint/no-explicit-any', `export function call(value: any) { return 1; }`],
    ['no-empty', `export function call() { try { JSON.parse(''); } catch {} }`],
    ['no-restricted-syntax', `export const now = Date.now();`],
    ['no-restricted-syntax', `export const now = new Date();`],
    ['no-restricted-syntax', `export const key = process.env['KEY'];`],
    ['no-restricted-syntax', `export const chance = Math.random();`],
    ['no-console', `console.log('quiet');`],
  ];

  test.each(plants)('%s is red on: %s', async (rule, text) => {
    const eslint = new ESLint({
      cwd: root,
      overrideConfig: [
        {
          files: ['packages/policy/src/planted.ts'],
          languageOptions: {
            parserOptions: { projectService: { allowDefaultProject: ['packages/policy/src/planted.ts'] } },
          },
        },
      ],
    });
    const [result] = await eslint.lintText(`${text}\n`, { filePath: 'packages/policy/src/planted.ts' });
    expect(result?.messages.map(({ ruleId }) => ruleId)).toContain(rule);
  });
});
