/** The same problem gives the same bytes, in this process and in two others that start with nothing warm. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resequence } from '../solver/resequence.ts';
import { compileHouse } from './support/compiled.ts';
import { randomProblem } from './support/problems.ts';

const seeds = 40;
const budget = { conflicts: 2_000 };

const script = (folder: string): string => `
  import { createHash } from 'node:crypto';
  import { resequence } from '${join(folder, 'solver/resequence.js')}';
  import { randomProblem } from '${join(folder, 'tests/support/problems.js')}';
  const hash = createHash('sha256');
  for (let seed = ${seeds}; seed > 0; seed -= 1) {
    const problem = randomProblem(seed, { size: 24, passed: 0.2 });
    hash.update(JSON.stringify(resequence(problem, { conflicts: ${budget.conflicts} })));
  }
  process.stdout.write(hash.digest('hex'));
`;

describe('two processes', () => {
  let house: ReturnType<typeof compileHouse> | null = null;
  beforeAll(() => {
    house = compileHouse();
  });
  afterAll(() => house?.remove());

  it('write the same bytes as this one for the same problems', () => {
    const folder = house?.folder ?? '';
    const ask = (): string =>
      execFileSync(process.execPath, ['--input-type=module', '-e', script(folder)], {
        encoding: 'utf8',
      });
    const hash = createHash('sha256');
    for (let seed = seeds; seed > 0; seed -= 1) {
      const problem = randomProblem(seed, { size: 24, passed: 0.2 });
      hash.update(JSON.stringify(resequence(problem, budget)));
    }
    const own = hash.digest('hex');
    expect([ask(), ask()]).toEqual([own, own]);
  });
});
