import { describe, expect, it } from 'vitest';
import { checkpoint, minute, nightAt, plan } from '../tests/support/build.ts';
import { bench, line, packetOn } from '../tests/support/packets.ts';
import { packetDiff } from './diff.ts';
import type { Hold } from './holds.ts';
import { sameOrders } from './orders.ts';
import type { Packet, PacketLine } from './packet.ts';

const ledger = bench(plan([checkpoint('cut'), checkpoint('check')]));
const packet = (lines: readonly PacketLine[], change: Partial<Packet> = {}): Packet =>
  packetOn(ledger.state(), ledger.judge, { lines: [...lines], ...change });
const cut = (change: Partial<PacketLine> = {}) => line('cut', change);
const check = (change: Partial<PacketLine> = {}) =>
  line('check', { startAt: minute(60), endAt: minute(90), ...change });
const held = (id: string) => line(id, { state: 'held', startAt: null, endAt: null, owner: null });
const hold = (change: Partial<Hold> = {}): Hold => ({
  holdId: 'hold:check:condition_open',
  checkpoint: 'check',
  holdClass: 'condition_open',
  behind: null,
  causes: [{ rule: 'condition_open', checkpoint: 'check', subject: 'go', factId: null, at: null }],
  release: { kind: 'condition_met', condition: 'go' },
  liftedBy: 'release-lead',
  blocks: [],
  relaxations: [],
  ...change,
});
const before = packet([cut(), check()]);

describe('whether two packets order the same', () => {
  const table: readonly (readonly [string, boolean, Packet, Packet])[] = [
    ['the same', true, before, before],
    [
      'other drivers, floats, minds and words',
      true,
      before,
      packet([cut({ floatMinutes: 9, critical: true }), check()], { packetId: 'packet-9' }),
    ],
    ['another start', false, before, packet([cut(), check({ startAt: minute(61) })])],
    ['another end', false, before, packet([cut(), check({ endAt: minute(91) })])],
    ['another owner', false, before, packet([cut(), check({ owner: 'dev' })])],
    ['another order', false, before, packet([check(), cut()])],
    ['one held', false, before, packet([cut(), held('check')])],
    ['one released', false, packet([cut(), held('check')]), before],
    ['both held', true, packet([held('cut'), held('check')]), packet([held('cut'), held('check')])],
    ['one more', false, packet([cut()]), before],
    ['one started on time', true, before, packet([cut({ state: 'in_progress' }), check()])],
    [
      'one started early and ending within the tolerance',
      true,
      before,
      packet([cut({ state: 'in_progress', startAt: minute(-5), endAt: minute(40) }), check()]),
    ],
    [
      'one in progress ending past the tolerance',
      false,
      before,
      packet([cut({ state: 'in_progress', endAt: minute(40) + 1 }), check()]),
    ],
    [
      'one in progress ending far too early',
      false,
      before,
      packet([cut({ state: 'in_progress', endAt: minute(19) }), check()]),
    ],
    ['one finished', true, before, packet([cut({ state: 'done', endAt: minute(300) }), check()])],
    [
      'one finished though held',
      false,
      packet([held('cut'), check()]),
      packet([cut({ state: 'done' }), check()]),
    ],
    [
      'one started though held',
      false,
      packet([held('cut'), check()]),
      packet([cut({ state: 'in_progress' }), check()]),
    ],
    ['one skipped', false, before, packet([cut({ state: 'skipped' }), check()])],
    [
      'one skipped as before',
      true,
      packet([cut({ state: 'skipped' }), check()]),
      packet([cut({ state: 'skipped' }), check()]),
    ],
    [
      'one added and started',
      false,
      packet([check()]),
      packet([cut({ state: 'in_progress' }), check()]),
    ],
    ['one added and done', false, packet([check()]), packet([cut({ state: 'done' }), check()])],
    ['a hold more', false, before, packet([cut(), check()], { holds: [hold()] })],
    [
      'another class of hold',
      false,
      packet([], { holds: [hold()] }),
      packet([], { holds: [hold({ holdClass: 'human_hold' })] }),
    ],
    [
      'another release',
      false,
      packet([], { holds: [hold()] }),
      packet([], { holds: [hold({ release: { kind: 'condition_met', condition: 'other' } })] }),
    ],
    [
      'another cause, same hold',
      true,
      packet([], { holds: [hold()] }),
      packet([], { holds: [hold({ causes: [] })] }),
    ],
    [
      'the same holds in another order',
      true,
      packet([], { holds: [hold(), hold({ holdId: 'other' })] }),
      packet([], { holds: [hold({ holdId: 'other' }), hold()] }),
    ],
  ];
  it.each(table.map(([what, same, one, other]) => ({ what, same, one, other })))(
    '$what: $same',
    ({ same, one, other }) => {
      expect(sameOrders(one, other, 10)).toBe(same);
    },
  );
});

describe('what differs between two packets', () => {
  it('nothing, between a packet and itself', () => {
    expect(packetDiff(before, before)).toEqual([]);
  });

  it('names what moved, changed hands, was held, released, added and removed', () => {
    const one = packet([cut(), check(), held('late'), line('gone')]);
    const other = packet([
      cut({ startAt: minute(5), owner: 'dev' }),
      line('late'),
      line('new'),
      held('check'),
    ]);
    const timesOf = (startAt: number | null, endAt: number | null) => ({ startAt, endAt });
    expect(packetDiff(one, other)).toEqual([
      {
        kind: 'moved',
        checkpoint: 'cut',
        from: timesOf(nightAt, minute(30)),
        to: timesOf(minute(5), minute(30)),
      },
      { kind: 'owner', checkpoint: 'cut', from: 'operator', to: 'dev' },
      {
        kind: 'released',
        checkpoint: 'late',
        from: timesOf(null, null),
        to: timesOf(nightAt, minute(30)),
      },
      { kind: 'added', checkpoint: 'new', line: line('new') },
      {
        kind: 'held',
        checkpoint: 'check',
        from: timesOf(minute(60), minute(90)),
        to: timesOf(null, null),
      },
      { kind: 'removed', checkpoint: 'gone', line: line('gone') },
    ]);
  });

  it('an end that moves alone is a move', () => {
    expect(packetDiff(before, packet([cut({ endAt: minute(31) }), check()]))).toMatchObject([
      { kind: 'moved', checkpoint: 'cut' },
    ]);
  });
});
