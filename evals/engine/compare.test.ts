/**
 * Whom the scores hold affected by a change is whom the rule book has told of it, worked out apart: an owner before or
 * after, and an observer of another start or hold, who hears nothing of a checkpoint that only changes hands.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deltasOf } from '../../constraints/packetDeltas.ts';
import { checkpoint, minute, person, plan } from '../../tests/support/build.ts';
import { line } from '../../tests/support/packets.ts';
import { compare } from './compare.ts';

const people = ['ann', 'bob', 'cid', 'dan'];
const someone = fc.constantFrom(...people);

const planned = fc
  .record({ at: fc.integer({ min: 0, max: 2 }), owner: someone })
  .map(({ at, owner }) => ({ startAt: minute(at), endAt: minute(at + 10), owner }));
const none = { startAt: null, endAt: null, owner: null };
const held = fc.constant({ ...none, state: 'held' as const });
const skipped = fc.constant({ ...none, state: 'skipped' as const });
const started = planned.map((line) => ({ ...line, state: 'in_progress' as const }));
const before = fc.option(fc.oneof(planned, held, skipped));
const after = fc.oneof(planned, planned, held, skipped, started);
const night = fc.array(
  fc.record({ before, after, approvedOwner: someone, observers: fc.uniqueArray(someone) }),
  { minLength: 1, maxLength: 4 },
);

const orders = ['added', 'start_moved', 'owner_gained', 'owner_lost', 'held', 'released'];

describe('whom a change concerns', () => {
  it('is whom the rule book has told of it', () => {
    fc.assert(
      fc.property(night, (steps) => {
        const id = (index: number): string => `step-${index}`;
        const known = plan(
          steps.map(({ approvedOwner, observers }, rank) =>
            checkpoint(id(rank), { rank, approvedOwner, observers }),
          ),
          { people: people.map((one) => person(one)) },
        );
        const was = steps.flatMap((step, index) =>
          step.before === null ? [] : [line(id(index), step.before)],
        );
        const is = steps.map((step, index) => line(id(index), step.after));
        const open = new Set(
          is.flatMap((one) => (['planned', 'held'].includes(one.state) ? [one.checkpoint] : [])),
        );
        const told = deltasOf(is, was, known).flatMap(({ person: name, lines }) => {
          const own = lines.flatMap((one) =>
            open.has(one.checkpoint) && one.changes.some((change) => orders.includes(change))
              ? [one.checkpoint]
              : [],
          );
          return own.length === 0 ? [] : [[name, own] as const];
        });
        const { affected } = compare({ lines: was }, { lines: is }, known);
        expect(new Map(affected)).toEqual(new Map(told));
      }),
    );
  });

  it('an observer of a checkpoint that only changes hands is not among them', () => {
    const known = plan([checkpoint('cut', { approvedOwner: 'ann', observers: ['dan'] })], {
      people: people.map((one) => person(one)),
    });
    const base = { startAt: minute(0), endAt: minute(10), owner: 'ann' };
    const was = { lines: [line('cut', base)] };
    const hands = compare(was, { lines: [line('cut', { ...base, owner: 'bob' })] }, known);
    expect(hands.changed).toEqual(['cut']);
    expect([...hands.affected.keys()].toSorted()).toEqual(['ann', 'bob']);
    const later = compare(was, { lines: [line('cut', { ...base, startAt: minute(5) })] }, known);
    expect([...later.affected.keys()].toSorted()).toEqual(['ann', 'dan']);
  });
});

describe('an order flip', () => {
  const at = (start: number, owner: string) => ({
    startAt: minute(start),
    endAt: minute(start + 10),
    owner,
  });
  const known = plan([checkpoint('cut'), checkpoint('check')]);
  const flips = (cut: object, check: object): number =>
    compare(
      { lines: [line('cut', at(0, 'ann')), line('check', at(20, 'ann'))] },
      { lines: [line('cut', cut), line('check', check)] },
      known,
    ).orderFlips;

  it('is a pair of one owner, placed before and after, that swapped', () => {
    expect(flips(at(40, 'ann'), at(20, 'ann'))).toBe(1);
    expect(flips(at(10, 'ann'), at(20, 'ann'))).toBe(0);
    expect(flips(at(40, 'ann'), at(20, 'bob'))).toBe(0);
    expect(flips({ ...none, state: 'held' }, at(20, 'ann'))).toBe(0);
  });
});
