import { mergeConfig } from 'vitest/config';
import base from './vitest.config.ts';

// Soak, fuzz and crash runs that take longer than the suite may: `npm run test:long`.
const long = mergeConfig(base, { test: { testTimeout: 30 * 60_000 } });
long.test!.include = ['packages/*/test/**/*.long.test.ts', 'test/**/*.long.test.ts'];
long.test!.exclude = ['**/node_modules/**'];
export default long;
