import { describe, expect, it } from 'vitest';
import { minuteMs } from '../ledger/vocabulary.ts';
import { checkpoint, declared, minute, person, plan } from '../tests/support/build.ts';
import { between, type Dice, dice, oneOf } from '../tests/support/problems.ts';
import { rules } from './resequencing.ts';
import { type Pair, sceneAround, sceneOf, startsLater } from './scene.ts';
import { tiesAmong } from './ties.ts';

const owners = ['lead', 'operator', 'dev'];
const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
const some = (roll: Dice): string[] => ids.filter(() => roll() < 0.4);

/** A night of seven checkpoints that share owners, rooms, spacings and protection at random, placed anywhere. */
function nightOf(seed: number) {
  const roll = dice(seed);
  const checkpoints = ids.map((id, index) =>
    checkpoint(id, {
      protected: roll() < 0.4,
      room: roll() < 0.4 ? oneOf(roll, ['bridge', 'cellar']) : null,
      predecessors: ids
        .slice(0, index)
        .filter(() => roll() < 0.2)
        .map((before) => ({
          checkpoint: before,
          type: oneOf(roll, ['finish_to_start', 'start_to_start', 'finish_to_finish'] as const),
          gapSeconds: 60 * between(roll, 0, 10),
          maxGapSeconds: null,
        })),
    }),
  );
  const night = plan(checkpoints, {
    people: owners.map((id) => person(id)),
    separations: [{ id: 'four-eyes', checkpoints: some(roll) }],
    reviewSpacings: ['one', 'two'].map((id) => ({
      id,
      checkpoints: some(roll),
      minutes: between(roll, 0, 20),
    })),
  });
  const placements = ids
    .filter(() => roll() < 0.8)
    .map((id) => {
      const startAt = minute(between(roll, 0, 90));
      return {
        checkpoint: id,
        startAt,
        endAt: startAt + 30 * minuteMs,
        owner: oneOf(roll, owners),
      };
    });
  const quality = { levels: [], provenLevels: 0, proven: false };
  const body = { agent: 'resequencing' as const, placements, unplaced: [], quality };
  return { roll, scene: sceneOf(body, declared(night), minute(0)) };
}

const nights = Array.from({ length: 400 }, (_, seed) => nightOf(seed + 1));

describe('the pairs of a night', () => {
  it('are few, and every rule says of them what it says of all works taken two by two', () => {
    let left = 0;
    for (const { scene } of nights) {
      const works = [...scene.works.values()];
      const pairs = scene.placed.flatMap((late): Pair[] =>
        works.filter((early) => startsLater(late, early)).map((early) => ({ late, early })),
      );
      for (const rule of rules) expect(rule(scene)).toEqual(rule({ ...scene, pairs }));
      left += pairs.length - scene.pairs.length;
    }
    expect(left).toBeGreaterThan(0);
  });

  it('around a work that is moved to another place and owner are those of the night with it there', () => {
    for (const { roll, scene } of nights) {
      const [first] = scene.placed;
      if (first === undefined) continue;
      const startAt = minute(between(roll, 0, 90));
      const endAt = startAt + 30 * minuteMs;
      const moved = { ...first, startAt, endAt, owner: oneOf(roll, owners) };
      const { ties: _, ...night } = scene;
      const works = new Map(scene.works).set(moved.checkpoint.id, moved);
      const ties = tiesAmong(scene.plan, [...works.values()]);
      const others = [...works.values()].filter((other) => other !== moved);
      const pairs = others.map((other): Pair =>
        startsLater(moved, other) ? { late: moved, early: other } : { late: other, early: moved },
      );
      const followers = ties.following(moved.checkpoint.id);
      const whole = { ...night, placed: [moved, ...followers], works, pairs };
      const around = sceneAround(scene, moved);
      for (const rule of rules) expect(rule(around)).toEqual(rule(whole));
    }
  });
});
