import { defineConfig, mergeConfig } from 'vitest/config';
import ordinary from './vitest.config.ts';

/** The same tests on stores with one planted bug (tests/attacks/plantedStores.ts): what is named there must turn red. */
export default mergeConfig(
  ordinary,
  defineConfig({
    // eslint-disable-next-line node/no-process-env -- a run of the tests is handed its bug by name
    test: { provide: { planted: process.env['PLANTED_BUG'] ?? '' }, reporters: ['json'] },
  }),
);
