import { defineConfig, mergeConfig } from 'vitest/config';
import ordinary from './vitest.config.ts';

/** The same tests, larger: `npx vitest run --config vitest.deep.config.ts tests/claims`. */
export default mergeConfig(
  ordinary,
  defineConfig({ test: { provide: { depth: 10 }, testTimeout: 3_600_000 } }),
);
