import { defineConfig, mergeConfig } from 'vitest/config';
import ordinary from './vitest.config.ts';

/** The whole suite, counting what it reaches (C55); it fails when a refusal, crash point or fault was never reached. */
export default mergeConfig(
  ordinary,
  defineConfig({
    test: {
      globalSetup: ['tests/support/reachability.ts'],
      setupFiles: ['tests/support/countReached.ts'],
    },
  }),
);
