import { defineConfig, mergeConfig } from 'vitest/config';
import { withSlip } from './tests/attacks/plantedSources.ts';
import ordinary from './vitest.config.ts';

// A run of the tests is handed its bug by name, and where to write what came of it.
const planted = process.env['PLANTED_BUG'] ?? '';
const outputFile = process.env['PLANTED_RESULT'] ?? 'planted.json';

/** The same tests with one planted bug, in the sources or in a store (tests/attacks/): what is named there must turn red. */
export default mergeConfig(
  ordinary,
  defineConfig({
    plugins: [
      {
        name: 'planted',
        enforce: 'pre',
        transform: (text, path) => withSlip(planted, path, text),
      },
    ],
    test: { provide: { planted }, reporters: [['json', { outputFile }]] },
  }),
);
