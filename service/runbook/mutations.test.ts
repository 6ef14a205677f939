import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReportBody } from '../../ledger/facts.ts';
import { Plan } from '../../ledger/plan.ts';
import { parseFacts, parseRunbook } from './parse.ts';
import { meant, nearest } from './problems.ts';

const page = (name: string): string =>
  readFileSync(new URL(`../../evals/runbooks/${name}`, import.meta.url), 'utf8');
const runbook = page('payments.yaml');
const changes = page('payments.changes.yaml');

const words = [
  '',
  '~',
  '[]',
  '{}',
  '-1',
  '1e400',
  'soon',
  '"25:61"',
  '02:00',
  'all',
  '[lead-duty, [x]]',
  'true',
  '2026-02-30 10:00',
  '__proto__',
  'constructor',
  '&a 1',
  '*a',
];

/** The file with some of its values replaced, some of its lines dropped and one word misspelt. */
const mutated = (text: string) =>
  fc
    .tuple(
      fc.array(fc.tuple(fc.nat(), fc.constantFrom(...words)), { maxLength: 4 }),
      fc.array(fc.nat(), { maxLength: 2 }),
      fc.nat(),
    )
    .map(([values, dropped, misspelt]) => {
      const lines = text.split('\n');
      const at = (index: number): number => index % lines.length;
      for (const [index, word] of values) {
        lines[at(index)] = (lines[at(index)] ?? '').replace(/: [^,{}[\]]+/, `: ${word}`);
      }
      for (const index of dropped) lines[at(index)] = '';
      lines[at(misspelt)] = (lines[at(misspelt)] ?? '').replace(/[a-z](?=[a-zA-Z]*:)/, '$&$&');
      return lines.join('\n');
    });

describe('a damaged file', () => {
  it('is either a plan or has problems that all name a fix, never both, and never makes it throw', () => {
    fc.assert(
      fc.property(mutated(runbook), (text) => {
        const { plan, problems } = parseRunbook(text, 'f');
        expect(plan === null).toBe(problems.length > 0);
        if (plan !== null) expect(Plan.safeParse(plan).success).toBe(true);
        for (const { message, fix, file } of problems) {
          expect([message, fix, file].every((part) => part !== '')).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('of facts is either reports for the ledger or problems', () => {
    const { plan } = parseRunbook(runbook, 'f');
    if (plan === null) throw new Error('no plan');
    fc.assert(
      fc.property(mutated(changes), (text) => {
        const { reports, problems } = parseFacts(text, 'f', plan);
        expect(reports.length > 0).toBe(problems.length === 0);
        for (const report of reports) expect(ReportBody.safeParse(report).error).toBeUndefined();
      }),
      { numRuns: 60 },
    );
  });
});

describe('the word that was meant', () => {
  it.each([
    ['durration', 'duration'],
    ['predecesors', 'predecessors'],
    ['ownre', 'owner'],
    ['Role', 'role'],
    ['zzz', null],
    ['', null],
  ])('%s', (word, expected) => {
    expect(nearest(word, ['duration', 'predecessors', 'owner', 'role'])).toBe(expected);
  });

  it('is not named when it was written', () => {
    expect(meant('role', ['role'])).toBe('');
    expect(meant('rolle', ['role'])).toBe('did you mean "role"? ');
  });
});
