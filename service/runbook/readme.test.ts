import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Assertion } from '../../ledger/facts.ts';
import { DrillText } from '../drill/format.ts';
import { expectationKeys } from '../drill/expectations.ts';
import { factKeys } from './factsFormat.ts';
import { parseFacts, parseRunbook } from './parse.ts';
import { readSource } from './source.ts';

const page = (path: string): string =>
  readFileSync(new URL(`../../evals/${path}`, import.meta.url), 'utf8');
const examples = (path: string): string[] =>
  [...page(path).matchAll(/```yaml\n([\s\S]*?)```/g)].map((found) => found[1] ?? '');

describe('what the pages about files show', () => {
  const [runbook = '', facts = ''] = examples('runbooks/README.md');
  const { plan, problems } = parseRunbook(runbook, 'README.md');

  it('is a runbook without problems', () => {
    expect(problems).toEqual([]);
    expect(plan?.checkpoints.map(({ id }) => id)).toEqual(['copy', 'switch']);
  });

  it('is a facts file without problems', () => {
    if (plan === null) throw new Error('no plan');
    const { reports, problems: found } = parseFacts(facts, 'README.md', plan);
    expect(found).toEqual([]);
    expect(reports[0]?.assertions.map(({ assertion }) => Assertion.parse(assertion).kind)).toEqual([
      'actual_finish',
      'boundary_set',
      'availability_changed',
    ]);
  });

  it('is a drill without problems', () => {
    const [drill = ''] = examples('drills/README.md');
    expect(DrillText.safeParse(readSource(drill, 'README.md').value).error).toBeUndefined();
  });

  it('names every key of a fact and of an expectation', () => {
    const words = new Set(page('runbooks/README.md').split(/[^a-z_]+/));
    expect(Object.keys(factKeys).filter((key) => !words.has(key))).toEqual([]);
    const drills = page('drills/README.md');
    expect(Object.keys(expectationKeys).filter((key) => !drills.includes(`\`${key}:`))).toEqual([]);
  });
});
