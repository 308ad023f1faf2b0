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
    execArgv: [
      '--conditions=remit-source',
      '--disable-warning=ExperimentalWarning',
      // Node strips types with WebAssembly, in each worker thread that loads sources. V8 frees the wrappers
      // that it compiles for imports while another thread does the same, and now and then aborts with
      // `Check failed: jit_page.has_value()` (nodejs/node#64500). So none are compiled.
      '--wasm-wrapper-tiering-budget=1000000000',
    ],
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
