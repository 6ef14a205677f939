/**
 * The gate is not shut to honest minds: on random nights, with everything a plan may have, each deterministic agent is
 * found clean at its first try. Agents and rule book read the same README and share no code of a packet's lines.
 */
import { describe, expect, it } from 'vitest';
import { minuteMs } from '../ledger/vocabulary.ts';
import { adoptedIn, loopOnce } from './support/minds.ts';
import { randomNight } from './support/nights.ts';

const nights = Number(process.env['MIND_NIGHTS'] ?? 60);

describe(`on ${nights} random nights`, () => {
  it('the gate finds every deterministic mind clean, on the first packet and on the next', async () => {
    const reached = {
      held: 0,
      sharper: 0,
      relaxations: 0,
      deviations: 0,
      stillNeeded: 0,
      deltas: 0,
      nothingToTell: 0,
      protectedMoves: 0,
    };
    for (let seed = 0; seed < nights; seed += 1) {
      const night = randomNight(seed);
      const first = await loopOnce(night.state, 'run-1', night.now);
      const current = adoptedIn(first.state, first.packet, 'run-1');
      const later = night.now + (seed % 90) * minuteMs;
      const second = await loopOnce(current, 'run-2', later);
      expect([first.violations, second.violations], `seed ${seed}`).toEqual([[], []]);
      for (const { packet, explained } of [first, second]) {
        const { holds, deviations, lines, deltas, notNotified } = packet;
        reached.held += Number(holds.length > 0);
        reached.sharper += Number(
          explained.some(({ causes, checkpoint }) =>
            holds.some(
              (hold) => hold.checkpoint === checkpoint && hold.causes.length !== causes.length,
            ),
          ),
        );
        reached.relaxations += Number(explained.some(({ relaxations }) => relaxations.length > 0));
        reached.deviations += Number(deviations.length > 0);
        reached.stillNeeded += Number(lines.some(({ stillNeeded }) => stillNeeded.length > 0));
        reached.protectedMoves += Number(lines.some(({ protectedMove }) => protectedMove));
        reached.deltas += Number(deltas.length > 0);
        reached.nothingToTell += Number(notNotified.length > 0);
      }
    }
    // The nights were worth something: every kind of thing a packet can say was said.
    for (const [what, times] of Object.entries(reached)) expect(times, what).toBeGreaterThan(0);
  }, 600_000);
});
