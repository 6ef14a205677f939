import { describe, expect, it } from 'vitest';
import { HoldClass } from '../ledger/codes.ts';
import type { Cause } from '../ledger/holds.ts';
import { Id } from '../ledger/vocabulary.ts';
import { checkpoint } from '../tests/support/build.ts';
import { classOfRule, decidingOf, holdIdOf } from './holdTables.ts';

const held = checkpoint('held', { rank: 5 });
const checkpoints = new Map(
  [held, checkpoint('early', { rank: 1 }), checkpoint('late', { rank: 9 })].map((item) => [
    item.id,
    item,
  ]),
);
const cause = (rule: Cause['rule'], on = 'held', change: Partial<Cause> = {}): Cause => ({
  rule,
  checkpoint: on,
  subject: null,
  factId: null,
  at: null,
  ...change,
});
const decided = (causes: Cause[], disputed: string[] = []) =>
  decidingOf(causes, held, { disputed: new Set(disputed), checkpoints });

describe('the class of a conflict', () => {
  it('every class but a disputed fact follows from some rule', () => {
    const classes = new Set(Object.values(classOfRule));
    expect(HoldClass.options.filter((one) => !classes.has(one))).toEqual(['fact_disputed']);
  });

  it.each<[string, Cause[], string, number | null]>([
    ['no cause that leads anywhere', [cause('in_past'), cause('duration')], 'order_conflict', null],
    [
      'the first class of several',
      [cause('gap_too_short'), cause('outside_window'), cause('inside_freeze')],
      'freeze_conflict',
      2,
    ],
    [
      'on the held one before an earlier one',
      [cause('outside_window', 'early'), cause('outside_window')],
      'boundary_conflict',
      1,
    ],
    [
      'on a lower rank',
      [cause('outside_window', 'late'), cause('outside_window', 'early')],
      'boundary_conflict',
      1,
    ],
    [
      'by the higher-ranked rule',
      [cause('outside_window'), cause('inside_blackout', 'held', { subject: 'z' })],
      'boundary_conflict',
      1,
    ],
    [
      'by subject',
      [
        cause('inside_freeze', 'held', { subject: 'b' }),
        cause('inside_freeze', 'held', { subject: 'a' }),
      ],
      'freeze_conflict',
      1,
    ],
  ])('is decided by %s', (_name, causes, holdClass, place) => {
    const expected = { holdClass, cause: place === null ? null : causes[place] };
    expect(decided(causes)).toEqual(expected);
    expect(decided(causes.toReversed())).toEqual(expected);
  });

  it('a disputed fact counts beside the rule of its cause', () => {
    const late = cause('late_finish', 'early', { factId: 'f' });
    const window = cause('outside_window');
    expect(decided([window, late], ['f'])).toEqual({ holdClass: 'fact_disputed', cause: late });
    expect(decided([window, late], ['other'])).toEqual({
      holdClass: 'boundary_conflict',
      cause: window,
    });
    const stale = cause('evidence_stale', 'held', { factId: 'f' });
    expect(decided([stale], ['f'])).toEqual({ holdClass: 'evidence_not_fresh', cause: stale });
  });
});

describe('the id of a hold', () => {
  it.each<[HoldClass, string | null, string]>([
    ['human_hold', 'stop', 'stop'],
    ['condition_open', 'bridge', 'hold:held:condition_open:bridge'],
    ['approval_outstanding', 'go', 'hold:held:approval_outstanding:go'],
    ['confirmation_outstanding', 'go', 'hold:held:confirmation_outstanding:go'],
    ['evidence_not_fresh', 'lag', 'hold:held:evidence_not_fresh:lag'],
    ['evidence_not_fresh', null, 'hold:held:evidence_not_fresh'],
    ['human_hold', null, 'hold:held:human_hold'],
    ['behind_hold', 'early', 'hold:held:behind_hold'],
    ['boundary_conflict', 'slot', 'hold:held:boundary_conflict'],
  ])('of %s on %s', (holdClass, subject, holdId) => {
    expect(holdIdOf(holdClass, { checkpoint: 'held', subject })).toBe(holdId);
  });

  it('never grows over what an id may be, and still tells two apart', () => {
    const on = (length: number, end: string) =>
      holdIdOf('condition_open', {
        checkpoint: 'held',
        subject: `${'s'.repeat(length - 1)}${end}`,
      });
    const room = 100 - 'hold:held:condition_open:'.length;
    expect(on(room, 'a')).toBe(`hold:held:condition_open:${'s'.repeat(room - 1)}a`);
    expect(on(room + 1, 'a')).toMatch(/^hold:[0-9a-f]{32}$/);
    expect(on(room + 1, 'a')).not.toBe(on(room + 1, 'b'));
    expect(Id.safeParse(on(99, 'a')).success).toBe(true);
  });
});
