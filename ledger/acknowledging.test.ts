import { describe, expect, it } from 'vitest';
import { actor, checkpoint, minute, plan, person, reading } from '../tests/support/build.ts';
import { bench, line, packetOn } from '../tests/support/packets.ts';
import { addressedBy } from './acknowledging.ts';
import { actingOnOldOrders, attendance } from './attendance.ts';
import type { CommandOf } from './commands.ts';

const night = plan(
  [
    checkpoint('cut', { approvedStartAt: minute(120), observers: ['pager'] }),
    checkpoint('check', { approvedStartAt: minute(180), approvedOwner: 'dev' }),
  ],
  {
    people: [
      person('lead'),
      person('operator', {
        contacts: [
          { channel: 'slack', address: '@operator' },
          { channel: 'phone', address: '+1' },
        ],
      }),
      person('dev'),
      person('pager', { contacts: [] }),
      person('planner'),
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

/** Packet 1 stands and addresses operator, dev and (as observer) pager. */
const standing = () => {
  const ledger = bench(night);
  ledger.prepare({ mustAcknowledge: ['operator', 'dev', 'pager'] });
  return ledger;
};
/** Packet 2 stands as well; only operator's orders changed. */
const superseded = (ledger = standing()) => {
  ledger.report([moved('cut', 150)]);
  ledger.prepare({ mustAcknowledge: ['operator'], deltas: [deltaFor('operator')] });
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

const operatorsRow = (ledger: ReturnType<typeof standing>, laterMs: number) =>
  actingOnOldOrders(ledger.state(), ledger.now() + laterMs).find(
    ({ person: who }) => who === 'operator',
  );
const operatorsNotice = (ledger: ReturnType<typeof standing>) => ({
  noticeId: ledger.state().outbox['operator']?.noticeId ?? '',
  person: 'operator',
  channel: 'slack' as const,
});
/** A relay claims the operator's notice for 90 s. */
const begun = (ledger: ReturnType<typeof standing>) => {
  const times = { claimSeconds: 90, windowSeconds: 60 };
  ledger.give({ type: 'BeginNotice', ...operatorsNotice(ledger), relay: 'relay', ...times });
  return { attempt: ledger.state().outbox['operator']?.sendings.slack?.attempt ?? 0 };
};
const end = (
  ledger: ReturnType<typeof standing>,
  attempt: number,
  outcome: CommandOf<'EndNotice'>['outcome'],
) =>
  ledger.give({
    type: 'EndNotice',
    ...operatorsNotice(ledger),
    attempt,
    version: 2,
    outcome,
  });

describe('acknowledging', () => {
  it.each(['operator', 'dev', 'pager'])('%s is addressed and says so once', (who) => {
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
    const { events, rejection } = acknowledge(ledger, 'planner');
    expect(rejection).toMatchObject({
      code: 'not_addressed',
      detail: 'v1 has no line for planner',
    });
    expect(events).toMatchObject([
      {
        type: 'DecisionRefused',
        decision: 'acknowledge',
        code: 'not_addressed',
        actor: actor('planner'),
        binding: { packetId: 'packet-1' },
        expectedHash: ledger.state().current?.packetHash,
      },
    ]);
  });

  it('acknowledgement_not_own: nobody says what another has seen', () => {
    const ledger = standing();
    const { events, rejection } = acknowledgeFor(ledger, 'operator', actor('lead'));
    expect(rejection).toMatchObject({
      code: 'acknowledgement_not_own',
      detail: 'lead cannot say what operator has seen',
    });
    expect(events).toHaveLength(1);
    expect(ledger.state().acknowledgements).toEqual({});
  });

  it('machine_may_not_decide: no machine has seen anything', () => {
    const ledger = standing();
    const by = actor('operator', { kind: 'machine' });
    expect(acknowledgeFor(ledger, 'operator', by).rejection).toMatchObject({
      code: 'machine_may_not_decide',
      detail: 'operator is a machine',
    });
  });

  it('packet_superseded: an older version is refused, and it is kept', () => {
    const ledger = superseded();
    const { events, rejection } = acknowledge(ledger, 'operator', 'packet-1');
    expect(rejection?.code).toBe('packet_superseded');
    expect(events).toMatchObject([{ type: 'DecisionRefused', code: 'packet_superseded' }]);
    expect(acknowledge(ledger, 'operator', 'packet-2').rejection).toBeNull();
  });

  it('packet_not_current: a packet that waits, was declined or was cleared orders nobody', () => {
    const ledger = standing();
    ledger.report([moved('cut', 150)]);
    ledger.prepare();
    expect(acknowledge(ledger, 'operator', 'packet-2').rejection).toMatchObject({
      code: 'packet_not_current',
      detail: 'it still waits for the release lead',
    });
    ledger.give({ type: 'DeclinePacket', binding: ledger.binding(), actor: actor(), reason: 'no' });
    expect(acknowledge(ledger, 'operator', 'packet-2').rejection?.code).toBe('packet_not_current');
  });

  it('packet_unknown: no such packet', () => {
    const ledger = standing();
    expect(acknowledge(ledger, 'operator', 'packet-9').rejection?.code).toBe('packet_unknown');
    expect(acknowledge(bench(night), 'operator').rejection?.code).toBe('packet_unknown');
  });

  it('owners, observers and whoever must acknowledge are addressed, each once', () => {
    const packet = packetOn(standing().state(), standing().judge, {
      lines: [line('cut', { owner: 'operator' }), line('check', { state: 'held', owner: null })],
      mustAcknowledge: ['planner', 'operator'],
    });
    expect(addressedBy(packet, night)).toEqual(['operator', 'pager', 'planner']);
  });
});

describe('an acknowledgement of one version', () => {
  it('never counts for the next when that changes something for the person', () => {
    const ledger = standing();
    acknowledge(ledger, 'operator');
    superseded(ledger);
    expect(attendance(ledger.state())).toContainEqual(
      expect.objectContaining({ person: 'operator', state: 'outstanding', version: 1 }),
    );
  });

  it('is carried over for whoever the next does not affect, however many follow', () => {
    const ledger = standing();
    acknowledge(ledger, 'dev');
    superseded(ledger);
    ledger.report([moved('cut', 160)]);
    ledger.prepare({ mustAcknowledge: ['operator'] });
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
    acknowledge(ledger, 'operator');
    superseded(ledger);
    ledger.report([moved('check', 200)]);
    ledger.prepare({ mustAcknowledge: ['dev'] });
    ledger.give({ type: 'AdoptPacket', binding: ledger.binding(), actor: actor() });
    expect(ledger.state().acknowledgements['operator']?.countsFor).toBe(1);
    const operator = actingOnOldOrders(ledger.state(), ledger.now()).find(
      (row) => row.person === 'operator',
    );
    expect(operator?.actsOn).toBe(1);
  });
});

describe('who still acts on old orders', () => {
  it('nobody before there are orders', () => {
    expect(attendance(bench(night).state())).toEqual([]);
    expect(actingOnOldOrders(bench(night).state(), minute(0))).toEqual([]);
  });

  it('a notice that is only queued has told nobody, and the first contact is still to be tried', () => {
    const ledger = standing();
    acknowledge(ledger, 'operator');
    acknowledge(ledger, 'dev');
    superseded(ledger);
    expect(actingOnOldOrders(ledger.state(), ledger.now() + 12 * 60_000)).toEqual([
      {
        person: 'operator',
        actsOn: 1,
        notice: { version: 2, state: 'waiting', reason: null },
        toldVersion: null,
        minutesSinceNotice: null,
        nextContact: { channel: 'slack', address: '@operator' },
      },
      {
        person: 'pager',
        actsOn: null,
        notice: null,
        toldVersion: null,
        minutesSinceNotice: null,
        nextContact: null,
      },
    ]);
  });

  const refused = { kind: 'failed', ambiguous: false, final: false, retryAt: 0 } as const;
  const taken = { kind: 'sent', providerId: null, found: false, possibleDuplicate: false } as const;
  it.each([
    ['tried and refused for now', { ...refused, reason: 'refused_for_now' }, 'failing'],
    ['its answer was lost', { ...refused, reason: 'no_answer', ambiguous: true }, 'in_doubt'],
    ['taken', taken, 'sent'],
  ] as const)('says of a notice that was %s what became of it', (_, outcome, becomes) => {
    const ledger = superseded();
    const { attempt } = begun(ledger);
    end(ledger, attempt, outcome);
    const isSent = outcome.kind === 'sent';
    expect(operatorsRow(ledger, 12 * 60_000 + 59_999)).toMatchObject({
      notice: { version: 2, state: becomes, reason: null },
      toldVersion: isSent ? 2 : null,
      minutesSinceNotice: isSent ? 12 : null,
      nextContact: { channel: isSent ? 'phone' : 'slack' },
    });
  });

  it('a relay that died in between leaves a notice that may have got through', () => {
    const ledger = superseded();
    begun(ledger);
    expect(operatorsRow(ledger, 89_000)?.notice?.state).toBe('waiting');
    expect(operatorsRow(ledger, 90_000)?.notice?.state).toBe('in_doubt');
  });

  it('says why nothing is sent', () => {
    const ledger = superseded();
    const noticeId = ledger.state().outbox['operator']?.noticeId ?? '';
    const reason = 'notices_off';
    ledger.give({ type: 'SuppressNotice', noticeId, person: 'operator', reason });
    const notice = { version: 2, state: 'not_sent', reason };
    expect(operatorsRow(ledger, 0)).toMatchObject({ notice, toldVersion: null });
  });

  it('starts with the first contact when no notice went out, and stays with the only one', () => {
    const ledger = standing();
    const rows = new Map(
      actingOnOldOrders(ledger.state(), ledger.now()).map((row) => [row.person, row.nextContact]),
    );
    expect(rows.get('operator')?.channel).toBe('slack');
    expect(rows.get('dev')?.address).toBe('dev@example.test');
  });
});
