import { defineConfig } from 'vitest/config';
import base from './vitest.config.ts';

// Soak, fuzz and crash runs that take longer than the suite may: `npm run test:long`.
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    testTimeout: 30 * 60_000,
    include: ['packages/*/test/**/*.long.test.ts', 'test/**/*.long.test.ts'],
    exclude: ['**/node_modules/**'],
  },
});
