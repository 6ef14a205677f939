/**
 * C31: the checker and the brute-force oracle find the same broken rules in every timeline of up to five
 * checkpoints over small windows. The oracle was written from constraints/README.md alone.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { checkResequencing } from '../../constraints/resequencing.ts';
import { ViolationCode } from '../../ledger/codes.ts';
import { incumbentOf } from '../../ledger/incumbent.ts';
import { plannedMs } from '../../ledger/plan.ts';
import type { Placement, ResequencingBody } from '../../ledger/proposal.ts';
import { minute } from '../support/build.ts';
import { type Family, families } from './families.ts';
import { brokenRules } from './oracle.ts';

type Choice = Placement | null;

/** Every timeline of a family: each open checkpoint held, or placed at each start with each owner. */
function* timelines(family: Family): Generator<ResequencingBody> {
  const { plan, progress } = family.state.situation;
  const open = plan.checkpoints.filter((item) => progress[item.id]?.state === 'planned');
  const choices = open.map((item): Choice[] => [
    null,
    ...family.starts.flatMap((start) =>
      family.owners.map((owner) => ({
        checkpoint: item.id,
        startAt: minute(start),
        endAt: minute(start) + plannedMs(item.duration),
        owner,
      })),
    ),
  ]);
  const pick = choices.map(() => 0);
  for (;;) {
    const chosen = pick.map((index, position) => choices[position]?.[index] ?? null);
    yield {
      agent: 'resequencing',
      placements: chosen.filter((choice) => choice !== null),
      unplaced: open
        .filter((_, position) => chosen[position] === null)
        .map((item) => ({
          checkpoint: item.id,
          behind: null,
          causes: [
            { rule: 'kept_placed', checkpoint: item.id, subject: null, factId: null, at: null },
          ],
        })),
      quality: { levels: [], provenLevels: 0, proven: false },
    };
    let position = 0;
    while (position < pick.length) {
      pick[position] = (pick[position] ?? 0) + 1;
      if ((pick[position] ?? 0) < (choices[position]?.length ?? 0)) break;
      pick[position] = 0;
      position += 1;
    }
    if (position === pick.length) return;
  }
}

describe('C31: the checker agrees with the brute-force oracle', () => {
  const seen = new Set<ViolationCode>();
  let compared = 0;
  let clean = 0;

  it.each(families.map((family) => [family.name, family] as const))('%s', (_, family) => {
    const night = {
      situation: family.state.situation,
      incumbent: incumbentOf(family.state),
      now: family.now,
    };
    for (const body of timelines(family)) {
      const expected = [...brokenRules(body, night)].sort();
      const found = [
        ...new Set(checkResequencing(body, family.state, family.now).map(({ code }) => code)),
      ].sort();
      compared += 1;
      if (expected.length === 0) clean += 1;
      for (const code of expected) seen.add(code);
      if (expected.join() !== found.join()) {
        expect({ found, placements: body.placements }).toEqual({
          found: expected,
          placements: body.placements,
        });
      }
    }
  });

  it('tries well over fifty thousand timelines, clean ones among them', () => {
    expect(compared).toBeGreaterThan(50_000);
    expect(clean).toBeGreaterThan(1_000);
  });

  it('reaches every rule about time, people, order and readiness', () => {
    const codes = ViolationCode.options;
    const rules = codes.slice(codes.indexOf('in_past'), codes.indexOf('hold_in_force') + 1);
    expect(rules.filter((code) => !seen.has(code))).toEqual([]);
  });

  afterAll(() => {
    process.stdout.write(
      `C31: ${compared} timelines compared in ${families.length} families, ${clean} clean\n`,
    );
  });
});
