/**
 * C54: the attack suites can fail. Each planted bug of the rule book is found by the same campaign that C30 runs, with
 * the buggy judge handed in; and the honest rule book passes the same attacks.
 */
import { describe, expect, it } from 'vitest';
import { judge } from '../constraints/judge.ts';
import { attackNights } from './attacks/campaign.ts';
import { plantedBugs } from './attacks/planted.ts';
import { takeYourTime } from './support/scale.ts';

takeYourTime();

describe('C54: C30 turns red for', () => {
  it.each(plantedBugs)('%s', async (_bug, agent, buggy) => {
    const tally = await attackNights({
      judge: buggy,
      agent,
      size: 100_000,
      firstSeed: 0,
      enough: 1,
    });
    expect(tally.reached).toHaveLength(1);
  });

  it('and not for the rule book as it is', async () => {
    const tally = await attackNights({ judge, size: 1_000, firstSeed: 0, enough: 1 });
    expect(tally.reached).toEqual([]);
  });
});
