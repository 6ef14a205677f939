import { describe, expect, it } from 'vitest';
import { actor, checkpoint, minute, plan, person, reading } from '../tests/support/build.ts';
import { bench, line, packetOn } from '../tests/support/packets.ts';
import { addressedBy } from './acknowledging.ts';
import { actingOnOldOrders, attendance } from './attendance.ts';

const night = plan(
  [
    checkpoint('cut', { approvedStartAt: minute(120), observers: ['omar'] }),
    checkpoint('check', { approvedStartAt: minute(180), approvedOwner: 'dev' }),
  ],
  {
    people: [
      person('lead'),
      person('olga', {
        contacts: [
          { channel: 'slack', address: '@olga' },
          { channel: 'phone', address: '+1' },
        ],
      }),
      person('dev'),
      person('omar', { contacts: [] }),
      person('paul'),
    ],
  },
);
const moved = (id: string, minutes: number) =>
  ({ kind: 'revised_start', checkpoint: id, at: reading(minute(minutes)) }) as const;
const deltaFor = (who: string) => ({
  person: who,
  lines: [
    {
      checkpoint: 'cut',
      as: 'owner' as const,
      changes: ['start_moved' as const],
      fromStartAt: null,
      toStartAt: null,
      fromEndAt: null,
      toEndAt: null,
      fromOwner: null,
      toOwner: null,
    },
  ],
});

/** Packet 1 stands and addresses olga, dev and (as observer) omar. */
const standing = () => {
  const ledger = bench(night);
  ledger.prepare({ mustAcknowledge: ['olga', 'dev', 'omar'] });
  return ledger;
};
/** Packet 2 stands as well; only olga's orders changed. */
const superseded = (ledger = standing()) => {
  ledger.report([moved('cut', 150)]);
  ledger.prepare({ mustAcknowledge: ['olga'], deltas: [deltaFor('olga')] });
  ledger.give({ type: 'AdoptPacket', binding: ledger.binding(), actor: actor() });
  return ledger;
};
const acknowledge = (ledger: ReturnType<typeof standing>, who: string, packetId = 'packet-1') =>
  ledger.give({ type: 'AcknowledgePacket', packetId, person: who, actor: actor(who) });
const acknowledgeFor = (
  ledger: ReturnType<typeof standing>,
  who: string,
  by: ReturnType<typeof actor>,
) => ledger.give({ type: 'AcknowledgePacket', packetId: 'packet-1', person: who, actor: by });

describe('acknowledging', () => {
  it.each(['olga', 'dev', 'omar'])('%s is addressed and says so once', (who) => {
    const ledger = standing();
    expect(acknowledge(ledger, who).events).toEqual([
      {
        type: 'PacketAcknowledged',
        packetId: 'packet-1',
        version: 1,
        person: who,
        actor: actor(who),
      },
    ]);
    expect(acknowledge(ledger, who)).toEqual({ events: [], rejection: null });
    expect(ledger.state().acknowledgements[who]).toMatchObject({ version: 1, countsFor: 1 });
  });

  it('not_addressed: someone without a line is refused, and it is kept', () => {
    const ledger = standing();
    const { events, rejection } = acknowledge(ledger, 'paul');
    expect(rejection).toMatchObject({ code: 'not_addressed', detail: 'v1 has no line for paul' });
    expect(events).toMatchObject([
      {
        type: 'DecisionRefused',
        decision: 'acknowledge',
        code: 'not_addressed',
        actor: actor('paul'),
        binding: { packetId: 'packet-1' },
        expectedHash: ledger.state().current?.packetHash,
      },
    ]);
  });

  it('acknowledgement_not_own: nobody says what another has seen', () => {
    const ledger = standing();
    const { events, rejection } = acknowledgeFor(ledger, 'olga', actor('lead'));
    expect(rejection).toMatchObject({
      code: 'acknowledgement_not_own',
      detail: 'lead cannot say what olga has seen',
    });
    expect(events).toHaveLength(1);
    expect(ledger.state().acknowledgements).toEqual({});
  });

  it('machine_may_not_decide: no machine has seen anything', () => {
    const ledger = standing();
    const by = actor('olga', { kind: 'machine' });
    expect(acknowledgeFor(ledger, 'olga', by).rejection).toMatchObject({
      code: 'machine_may_not_decide',
      detail: 'olga is a machine',
    });
  });

  it('packet_superseded: an older version is refused, and it is kept', () => {
    const ledger = superseded();
    const { events, rejection } = acknowledge(ledger, 'olga', 'packet-1');
    expect(rejection?.code).toBe('packet_superseded');
    expect(events).toMatchObject([{ type: 'DecisionRefused', code: 'packet_superseded' }]);
    expect(acknowledge(ledger, 'olga', 'packet-2').rejection).toBeNull();
  });

  it('packet_not_current: a packet that waits, was declined or was cleared orders nobody', () => {
    const ledger = standing();
    ledger.report([moved('cut', 150)]);
    ledger.prepare();
    expect(acknowledge(ledger, 'olga', 'packet-2').rejection).toMatchObject({
      code: 'packet_not_current',
      detail: 'it still waits for the release lead',
    });
    ledger.give({ type: 'DeclinePacket', binding: ledger.binding(), actor: actor(), reason: 'no' });
    expect(acknowledge(ledger, 'olga', 'packet-2').rejection?.code).toBe('packet_not_current');
  });

  it('packet_unknown: no such packet', () => {
    const ledger = standing();
    expect(acknowledge(ledger, 'olga', 'packet-9').rejection?.code).toBe('packet_unknown');
    expect(acknowledge(bench(night), 'olga').rejection?.code).toBe('packet_unknown');
  });

  it('owners, observers and whoever must acknowledge are addressed, each once', () => {
    const packet = packetOn(standing().state(), standing().judge, {
      lines: [line('cut', { owner: 'olga' }), line('check', { state: 'held', owner: null })],
      mustAcknowledge: ['paul', 'olga'],
    });
    expect(addressedBy(packet, night)).toEqual(['olga', 'omar', 'paul']);
  });
});

describe('an acknowledgement of one version', () => {
  it('never counts for the next when that changes something for the person', () => {
    const ledger = standing();
    acknowledge(ledger, 'olga');
    superseded(ledger);
    expect(attendance(ledger.state())).toContainEqual(
      expect.objectContaining({ person: 'olga', state: 'outstanding', version: 1 }),
    );
  });

  it('is carried over for whoever the next does not affect, however many follow', () => {
    const ledger = standing();
    acknowledge(ledger, 'dev');
    superseded(ledger);
    ledger.report([moved('cut', 160)]);
    ledger.prepare({ mustAcknowledge: ['olga'] });
    ledger.give({ type: 'AdoptPacket', binding: ledger.binding(), actor: actor() });
    expect(ledger.state().acknowledgements['dev']).toMatchObject({ version: 1, countsFor: 3 });
    expect(attendance(ledger.state()).find((row) => row.person === 'dev')).toEqual({
      person: 'dev',
      mustAcknowledge: false,
      state: 'carried',
      version: 1,
      at: ledger.state().acknowledgements['dev']?.at,
    });
  });

  it('is carried over a version that was prepared and declined in between', () => {
    const ledger = standing();
    acknowledge(ledger, 'dev');
    ledger.report([moved('cut', 140)]);
    ledger.prepare();
    ledger.give({ type: 'DeclinePacket', binding: ledger.binding(), actor: actor(), reason: 'no' });
    superseded(ledger);
    expect(ledger.state().current?.packet.version).toBe(3);
    expect(ledger.state().acknowledgements['dev']?.countsFor).toBe(3);
  });

  it('once broken by a change is not mended by a later packet that leaves the person alone', () => {
    const ledger = standing();
    acknowledge(ledger, 'olga');
    superseded(ledger);
    ledger.report([moved('check', 200)]);
    ledger.prepare({ mustAcknowledge: ['dev'] });
    ledger.give({ type: 'AdoptPacket', binding: ledger.binding(), actor: actor() });
    expect(ledger.state().acknowledgements['olga']?.countsFor).toBe(1);
    const olga = actingOnOldOrders(ledger.state(), ledger.now()).find(
      (row) => row.person === 'olga',
    );
    expect(olga?.actsOn).toBe(1);
  });
});

describe('who still acts on old orders', () => {
  it('nobody before there are orders', () => {
    expect(attendance(bench(night).state())).toEqual([]);
    expect(actingOnOldOrders(bench(night).state(), minute(0))).toEqual([]);
  });

  it('names the version, the minutes since the notice and the contact to try next', () => {
    const ledger = standing();
    acknowledge(ledger, 'olga');
    acknowledge(ledger, 'dev');
    superseded(ledger);
    const now = ledger.now() + 12 * 60_000 + 59_999;
    expect(actingOnOldOrders(ledger.state(), now)).toEqual([
      {
        person: 'olga',
        actsOn: 1,
        minutesSinceNotice: 12,
        nextContact: { channel: 'phone', address: '+1' },
      },
      { person: 'omar', actsOn: null, minutesSinceNotice: null, nextContact: null },
    ]);
  });

  it('starts with the first contact when no notice went out, and stays with the only one', () => {
    const ledger = standing();
    const rows = new Map(
      actingOnOldOrders(ledger.state(), ledger.now()).map((row) => [row.person, row.nextContact]),
    );
    expect(rows.get('olga')?.channel).toBe('slack');
    expect(rows.get('dev')?.address).toBe('dev@example.test');
  });
});
