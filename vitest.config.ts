import { defineConfig } from 'vitest/config';
import { ClosingLine } from './tests/support/closingLine.ts';

export default defineConfig({
  test: {
    include: [
      '{ledger,constraints,solver,tools,prompts,agents,graph,service,evals,tests}/**/*.test.ts',
    ],
    globalSetup: ['tests/support/supplies.ts'],
    setupFiles: ['tests/support/seeds.ts'],
    testTimeout: 600_000,
    hookTimeout: 600_000,
    maxWorkers: 2,
    // What is awaited is awaited for as long as a machine with much else to do may take.
    expect: { poll: { timeout: 60_000 } },
    reporters: ['default', new ClosingLine()],
  },
});
