/**
 * The solver on published plans struck by the changes observed on their nights: proven at every step, accepted by the rule
 * book, and never behind a plain list schedule. Reports pass the same ledger and the same readiness rules as live ones.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { judge } from '../constraints/judge.ts';
import { ruleFacts } from '../constraints/readiness.ts';
import { checkResequencing } from '../constraints/resequencing.ts';
import type { CutoverState } from '../ledger/cutover.ts';
import { decide } from '../ledger/decide.ts';
import type { ReportBody } from '../ledger/facts.ts';
import type { Instant } from '../ledger/vocabulary.ts';
import { parseFacts, parseRunbook } from '../service/runbook/parse.ts';
import { findingAlternatives } from '../solver/alternatives.ts';
import { finished } from './support/finished.ts';
import { bodyFrom } from '../solver/body.ts';
import { exact } from '../solver/exact.ts';
import { asIncumbent } from '../solver/listSchedule/incumbent.ts';
import { compareLevels } from '../solver/levels.ts';
import { listSchedule } from '../solver/listSchedule.ts';
import { problemFrom } from '../solver/normalise.ts';
import type { Problem } from '../solver/problem.ts';
import { resequence, standardBudget } from '../solver/resequence.ts';
import { declared, fold } from './support/build.ts';
import { counter } from './support/loop.ts';
import { adopted } from './support/nights.ts';

const folder = fileURLToPath(new URL('../evals/runbooks/', import.meta.url));
const published = readdirSync(folder)
  .filter((name) => /(\d{4}|debian-release-day|wikimedia-mediawiki-switchover)\.yaml$/.test(name))
  .map((name) => name.replace('.yaml', ''));

type Step = { readonly state: CutoverState; readonly now: Instant; readonly problem: Problem };

/** The state after one report was heard and ruled on. */
function heard(
  state: CutoverState,
  body: ReportBody,
  at: { now: Instant; newId: (kind: string) => string },
): CutoverState {
  const { events } = decide({ type: 'ReceiveReport', body }, state, {
    ...at,
    judge,
    knownReport: null,
  });
  const told = fold(state, events);
  return fold(told, [{ type: 'FactsRuled', proposalId: 'test', rulings: ruleFacts(told) }]);
}

/** Each step of the night, every one on the timetable that was adopted after the step before. */
function stepsOf(name: string): Step[] {
  const read = (file: string): string => readFileSync(`${folder}${file}`, 'utf8');
  const { plan } = parseRunbook(read(`${name}.yaml`), `${name}.yaml`);
  if (plan === null) throw new Error(`${name} cannot be declared`);
  const file = `${name}.changes.yaml`;
  const newId = counter();
  let state = declared(plan);
  return parseFacts(read(file), file, plan).steps.map(({ now: at, reports }) => {
    const now = at ?? Math.max(...reports.map(({ body }) => body.occurredAt));
    for (const { body } of reports) state = heard(state, body, { now, newId });
    const problem = problemFrom(state, now);
    const step = { state, now, problem };
    state = adopted(state, bodyFrom(problem, resequence(problem, standardBudget)), now);
    return step;
  });
}

const steps = new Map(published.map((name) => [name, stepsOf(name)]));

describe('the published plans with their observed changes', () => {
  it('are six, and most of their steps leave the approved sequence', () => {
    expect(published).toHaveLength(6);
    for (const of of steps.values()) expect(of.length).toBeGreaterThan(0);
    const all = [...steps.values()].flat();
    const changed = all.filter(({ problem }) =>
      resequence(problem, standardBudget)
        .levels.slice(0, 8)
        .some((value) => value > 0),
    );
    expect(changed.length).toBeGreaterThan(all.length / 3);
  });

  it.each(published)('%s: a timetable that is proven and that the rule book accepts', (name) => {
    for (const { problem, state, now } of steps.get(name) ?? []) {
      const result = resequence(problem, standardBudget);
      expect(result.proven).toBe(true);
      expect(checkResequencing(bodyFrom(problem, result), state, now)).toEqual([]);
    }
  });

  it.each(published)('%s: a plain list schedule is never better on any level', (name) => {
    for (const { problem } of steps.get(name) ?? []) {
      const warm = listSchedule(problem);
      const { levels } = exact(problem, standardBudget, warm);
      const first = levels.findIndex((value, level) => value !== warm.levels[level]);
      expect(compareLevels(levels, warm.levels)).toBeLessThanOrEqual(0);
      if (first >= 0) expect(warm.levels[first]).toBeGreaterThan(levels[first] ?? 0);
    }
  });

  it.each(published)(
    '%s: asked again with the result as the incumbent, nothing changes',
    (name) => {
      for (const { problem } of steps.get(name) ?? []) {
        const { placements } = resequence(problem, standardBudget);
        const again = resequence(asIncumbent(problem, placements), standardBudget);
        expect(again.placements).toEqual(placements);
      }
    },
  );

  it.each(published)('%s: the rule book accepts every alternative', (name) => {
    for (const { problem, state, now } of steps.get(name) ?? []) {
      const best = resequence(problem, standardBudget);
      for (const { result } of finished(findingAlternatives(problem, standardBudget, best))) {
        expect(checkResequencing(bodyFrom(problem, result), state, now)).toEqual([]);
      }
    }
  });
});
