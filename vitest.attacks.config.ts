import { defineConfig } from 'vitest/config';
import ordinary from './vitest.config.ts';

/** The attack suites at full size (`npm run deep:attacks`): tests/attacks/README.md says what each comes to. */
export default defineConfig({
  test: {
    ...ordinary.test,
    include: ['tests/attacks/deep.ts', 'tests/claims.hostile.{model,text,state}.test.ts'],
    provide: { depth: 2 },
    testTimeout: 36_000_000,
  },
});
