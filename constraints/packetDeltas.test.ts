import { describe, expect, it } from 'vitest';
import type { PacketLine } from '../ledger/packet.ts';
import type { Checkpoint } from '../ledger/plan.ts';
import { checkpoint, minute, person, plan } from '../tests/support/build.ts';
import { acknowledgersOf, deltasOf, notNotifiedOf } from './packetDeltas.ts';

const line = (id: string, change: Partial<PacketLine> = {}): PacketLine => ({
  checkpoint: id,
  state: 'planned',
  startAt: minute(10),
  endAt: minute(40),
  earliestEndAt: minute(40),
  durationKnown: true,
  owner: 'operator',
  drivenBy: [],
  floatMinutes: 0,
  critical: true,
  protectedMove: false,
  stillNeeded: [],
  ...change,
});
const off = (id: string, state: 'held' | 'skipped') =>
  line(id, { state, startAt: null, endAt: null, owner: null });
const people = ['operator', 'dev', 'editor', 'watcher'].map((id) => person(id));
const of = (...items: Checkpoint[]) => plan(items, { people });
const watched = checkpoint('a', { observers: ['editor', 'editor', 'operator', 'stranger'] });

/** What is told to whom, as `operator owner start_moved end_moved`. */
const told = (to: PacketLine[], from: PacketLine[], items = [watched]) =>
  deltasOf(to, from, of(...items)).flatMap(({ person: who, lines }) =>
    lines.map(({ as, changes }) => [who, as, ...changes].join(' ')),
  );

describe('what changed for whom', () => {
  const planned = line('a');
  it.each<[string, PacketLine, PacketLine | null, string[]]>([
    ['nothing', planned, planned, []],
    ['float and drivers alone', line('a', { floatMinutes: 7, critical: false }), planned, []],
    ['a first packet', planned, null, ['editor observer added', 'operator owner added']],
    [
      'a first packet that holds it',
      off('a', 'held'),
      null,
      ['editor observer added held', 'operator owner added held'],
    ],
    ['a first packet with it done', line('a', { state: 'done' }), null, []],
    ['a first packet with it skipped', off('a', 'skipped'), null, []],
    [
      'a later start and end',
      line('a', { startAt: minute(11), endAt: minute(41) }),
      planned,
      ['editor observer start_moved end_moved', 'operator owner start_moved end_moved'],
    ],
    [
      'a later end',
      line('a', { endAt: minute(41) }),
      planned,
      ['editor observer end_moved', 'operator owner end_moved'],
    ],
    [
      'a later start alone',
      line('a', { startAt: minute(11) }),
      planned,
      ['editor observer start_moved', 'operator owner start_moved'],
    ],
    [
      'running from another start',
      line('a', { state: 'in_progress', startAt: minute(11) }),
      planned,
      [],
    ],
    [
      'running to another end',
      line('a', { state: 'in_progress', startAt: minute(11), endAt: minute(41) }),
      planned,
      ['editor observer end_moved', 'operator owner end_moved'],
    ],
    [
      'running at an unknown instant',
      line('a', { state: 'in_progress', startAt: null, endAt: null }),
      planned,
      [],
    ],
    [
      'done at another time',
      line('a', { state: 'done', endAt: minute(45), owner: 'dev' }),
      planned,
      [],
    ],
    ['held', off('a', 'held'), planned, ['editor observer held', 'operator owner held']],
    ['still held', off('a', 'held'), off('a', 'held'), []],
    [
      'released',
      planned,
      off('a', 'held'),
      ['editor observer released', 'operator owner released'],
    ],
    [
      'released by having started',
      line('a', { state: 'in_progress' }),
      off('a', 'held'),
      ['editor observer released', 'operator owner released'],
    ],
    [
      'removed',
      off('a', 'skipped'),
      planned,
      ['editor observer removed', 'operator owner removed'],
    ],
    [
      'removed while held',
      off('a', 'skipped'),
      off('a', 'held'),
      ['editor observer removed', 'operator owner removed'],
    ],
    ['still skipped', off('a', 'skipped'), off('a', 'skipped'), []],
    [
      'taken back in',
      planned,
      off('a', 'skipped'),
      ['editor observer added', 'operator owner added'],
    ],
    [
      'taken back in and held',
      off('a', 'held'),
      off('a', 'skipped'),
      ['editor observer added held', 'operator owner added held'],
    ],
    [
      'another owner',
      line('a', { owner: 'dev' }),
      planned,
      ['dev owner owner_gained', 'operator owner owner_lost'],
    ],
    [
      'another owner and start',
      line('a', { owner: 'dev', startAt: minute(11) }),
      planned,
      [
        'dev owner start_moved owner_gained',
        'editor observer start_moved',
        'operator owner owner_lost',
      ],
    ],
    [
      'an observer who takes it over is told as owner',
      line('a', { owner: 'editor', startAt: minute(11) }),
      planned,
      ['editor owner start_moved owner_gained', 'operator owner owner_lost'],
    ],
    [
      'released to another owner',
      line('a', { owner: 'dev' }),
      off('a', 'held'),
      ['dev owner owner_gained released', 'editor observer released', 'operator owner owner_lost'],
    ],
    [
      'held: told to who had it',
      off('a', 'held'),
      line('a', { owner: 'dev' }),
      ['dev owner held', 'editor observer held', 'operator observer held'],
    ],
    [
      'skipped: told to who had it',
      off('a', 'skipped'),
      line('a', { owner: 'dev' }),
      ['dev owner removed', 'editor observer removed', 'operator observer removed'],
    ],
  ])('%s', (_name, to, from, expected) => {
    expect(told([to], from === null ? [] : [from])).toEqual(expected);
  });

  it('a line copies both sides', () => {
    const [delta] = deltasOf(
      [line('a', { owner: 'dev', startAt: minute(11), endAt: minute(41) })],
      [planned],
      of(watched),
    );
    expect(delta).toEqual({
      person: 'dev',
      lines: [
        {
          checkpoint: 'a',
          as: 'owner',
          changes: ['start_moved', 'end_moved', 'owner_gained'],
          fromStartAt: minute(10),
          toStartAt: minute(11),
          fromEndAt: minute(40),
          toEndAt: minute(41),
          fromOwner: 'operator',
          toOwner: 'dev',
        },
      ],
    });
    expect(deltasOf([planned], [], of(watched))[0]?.lines[0]).toMatchObject({
      fromStartAt: null,
      fromEndAt: null,
      fromOwner: null,
      toOwner: 'operator',
    });
  });

  it('people stand in text order, their lines by rank', () => {
    const items = [
      checkpoint('z', { observers: ['watcher'] }),
      checkpoint('b', { observers: ['dev'] }),
    ];
    const deltas = deltasOf([line('b'), line('z')], [], of(...items));
    expect(
      deltas.map(({ person: who, lines }) =>
        [who, ...lines.map((one) => one.checkpoint)].join(' '),
      ),
    ).toEqual(['dev b', 'operator z b', 'watcher z']);
  });
});

describe('who is told', () => {
  it('owners must acknowledge, observers need not', () => {
    const deltas = deltasOf([line('a', { owner: 'dev' })], [], of(watched));
    expect(deltas.map(({ person: who }) => who)).toEqual(['dev', 'editor', 'operator']);
    expect(acknowledgersOf(deltas)).toEqual(['dev']);
  });

  const items = [watched, checkpoint('b', { approvedOwner: 'dev', observers: ['watcher'] })];
  it.each<[string, PacketLine[], PacketLine[], string[]]>([
    [
      'nothing has changed',
      [line('a'), line('b', { owner: 'dev' })],
      [line('a'), line('b', { owner: 'dev' })],
      [
        'dev nothing_changed',
        'editor nothing_changed',
        'operator nothing_changed',
        'watcher nothing_changed',
      ],
    ],
    [
      'only finished work changed',
      [line('a'), line('b', { owner: 'dev', state: 'done' })],
      [line('a'), line('b', { owner: 'dev' })],
      [
        'dev only_finished_work',
        'editor nothing_changed',
        'operator nothing_changed',
        'watcher only_finished_work',
      ],
    ],
    [
      'finished earlier',
      [line('a'), line('b', { owner: 'dev', state: 'done' })],
      [line('a'), line('b', { owner: 'dev', state: 'done' })],
      [
        'dev nothing_changed',
        'editor nothing_changed',
        'operator nothing_changed',
        'watcher nothing_changed',
      ],
    ],
    [
      'finished at another end',
      [line('a'), line('b', { owner: 'dev', state: 'done', endAt: minute(9) })],
      [line('a'), line('b', { owner: 'dev', state: 'done' })],
      [
        'dev only_finished_work',
        'editor nothing_changed',
        'operator nothing_changed',
        'watcher only_finished_work',
      ],
    ],
    [
      'finished from another start',
      [line('a'), line('b', { owner: 'dev', state: 'done', startAt: minute(9) })],
      [line('a'), line('b', { owner: 'dev', state: 'done' })],
      [
        'dev only_finished_work',
        'editor nothing_changed',
        'operator nothing_changed',
        'watcher only_finished_work',
      ],
    ],
    [
      'finished by another',
      [line('a', { owner: 'editor' }), line('b', { owner: 'dev', state: 'done' })],
      [line('a', { owner: 'editor' }), line('b', { owner: 'watcher', state: 'done' })],
      [
        'dev only_finished_work',
        'editor nothing_changed',
        'operator nothing_changed',
        'watcher only_finished_work',
      ],
    ],
    [
      'others were told',
      [line('a', { startAt: minute(9) }), line('b', { owner: 'dev' })],
      [line('a'), line('b', { owner: 'dev' })],
      ['dev nothing_changed', 'watcher nothing_changed'],
    ],
    [
      'there is no line of theirs',
      [line('a')],
      [line('a')],
      [
        'dev not_involved',
        'editor nothing_changed',
        'operator nothing_changed',
        'watcher not_involved',
      ],
    ],
  ])('everyone else stands with the reason: %s', (_name, to, from, expected) => {
    const silent = notNotifiedOf(to, from, of(...items));
    expect(silent.map(({ person: who, reason }) => `${who} ${reason}`)).toEqual(expected);
  });
});
