/**
 * Who may import whom (ARCHITECTURE.md). `test/rules.test.ts` plants a violation of each rule and
 * sees it red. Resolution goes through the `source` condition, so that a missing build cannot hide one.
 */
const { builtinModules } = require('node:module');

const own = (names) => `^packages/(${names.join('|')})/`;
const may = {
  contracts: [],
  policy: ['contracts'],
  inspect: ['contracts'],
  ledger: ['contracts'],
  enforce: ['contracts', 'policy', 'inspect', 'ledger'],
  gateway: ['contracts', 'policy', 'inspect', 'ledger', 'enforce'],
  control: ['contracts', 'policy', 'inspect', 'ledger', 'enforce'],
  cli: ['contracts', 'policy', 'inspect', 'ledger', 'enforce', 'gateway', 'control'],
  testkit: ['contracts'],
};

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...Object.entries(may).map(([name, others]) => ({
      name: `${name}-imports-only-${others.length ? others.join('-') : 'nothing-of-ours'}`,
      severity: 'error',
      from: { path: `^packages/${name}/src/` },
      to: { path: '^packages/', pathNot: own([name, ...others]) },
    })),
    {
      name: 'no-deep-imports',
      comment:
        'A package is imported by its name, which is its index; the offline verifier and the witness are entries of their own.',
      severity: 'error',
      from: { path: '^packages/([^/]+)/' },
      to: {
        path: '^packages/[^/]+/(src|dist)/',
        pathNot: [
          '^packages/$1/',
          '^packages/[^/]+/src/index[.]ts$',
          '^packages/ledger/src/(offline|verify|witness|backup)/index[.]ts$',
        ],
      },
    },
    {
      name: 'testkit-in-tests-only',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: '^packages/testkit/' },
      to: { path: '^packages/testkit/' },
    },
    {
      name: 'offline-runs-in-browsers',
      comment: 'Outsiders check receipts, bundles and published logs where there is no Node.',
      severity: 'error',
      from: { path: '^packages/ledger/src/offline/' },
      to: { path: `^(node:)?(${builtinModules.join('|')})$`, reachable: true },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'resolvable',
      comment: 'An import that cannot be resolved could hide a violation.',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/' },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '/dist/|dist-types' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['remit-source', 'import', 'node', 'default'],
      extensions: ['.ts', '.js', '.mjs', '.json'],
    },
  },
};
