import { describe, expect, it } from 'vitest';
import { heldNight } from '../../tests/support/lateNight.ts';
import { attend, type RunSeen } from './attend.ts';
import { leaseTerms } from './leaseTerms.ts';
import { standardPace } from './pause.ts';

describe('attending', () => {
  it('counts the time from a report to its packet without the explanation that follows', async () => {
    const loop = await heldNight();
    const seen: RunSeen[] = [];
    let explained = 0;
    const pause = async (): Promise<void> => {
      loop.clock.at += 60_000;
      explained += 1;
    };
    loop.clock.at += 5_000;
    const deps = {
      graph: loop.with({ pause }).deps,
      holder: 'worker',
      terms: leaseTerms(15_000),
      pace: standardPace,
      onRun: (run: RunSeen) => seen.push(run),
      traced: <T>(_: object, work: () => Promise<T>) => work(),
    };
    await attend(deps, loop.cutoverId, new AbortController().signal);
    expect(explained).toBeGreaterThan(0);
    expect(seen).toMatchObject([{ outcome: 'awaiting_decision', reportToPacketMs: 5_000 }]);
  });
});
