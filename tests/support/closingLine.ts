/**
 * A reporter that ends the run with one plain line, `N passed, N failed`, so that any runner can count it.
 * A file that could not be loaded counts as one failure; a run without tests is a failure too.
 */
import type { Reporter, TestModule } from 'vitest/node';

export class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    let passed = 0;
    let failed = errors.length;
    for (const module of modules) {
      const tests = [...module.children.allTests()];
      passed += tests.filter((test) => test.result().state === 'passed').length;
      failed += tests.filter((test) => test.result().state !== 'passed').length;
      if (module.errors().length > 0) failed += 1;
    }
    if (passed + failed === 0) failed = 1;
    process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
  }
}
