import { defineConfig } from 'vitest/config';

// Sources, not build output, are what tests load: the `remit-source` condition of every package, for
// vitest's own loader and for worker threads that a test starts. The name is our own because other
// packages use `source` too, for files that Node cannot run.
export default defineConfig({
  resolve: { conditions: ['remit-source'] },
  ssr: { resolve: { conditions: ['remit-source'], externalConditions: ['remit-source'] } },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'test/**/*.test.ts', 'examples/*/test/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/*.long.test.ts'],
    pool: 'forks',
    execArgv: ['--conditions=remit-source', '--disable-warning=ExperimentalWarning'],
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
