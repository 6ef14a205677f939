/**
 * Mutation testing: every rule and every decision, changed a little, must make a test fail. Slow, so it is run by
 * hand (`npm run mutate`) and its score is kept in the closing note of a change to the rules.
 */
export default {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  mutate: [
    'constraints/**/*.ts',
    'ledger/{decide,decision,deciding,adopting,acknowledging,declaring,gating,receiving,requesting,running,settling,slipping}.ts',
    'ledger/{effects,amend,evolve,incumbent,subjects}.ts',
    '!**/*.test.ts',
  ],
  coverageAnalysis: 'perTest',
  concurrency: 1,
  ignoreStatic: true,
  tempDirName: '.stryker-tmp',
  reporters: ['clear-text', 'json'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: 'reports/mutation.json' },
  thresholds: { high: 95, low: 90, break: 90 },
};
