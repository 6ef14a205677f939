/**
 * Approvals with the real rule book. C20: nothing becomes current without an adoption event. C21: an approval binds
 * bytes. C23: facts outside the basis never void it. C26: separation of duties. C27: delegates only from the mapping
 * valid now. C28: each refusal returned is on record.
 */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { judge } from '../constraints/judge.ts';
import { LedgerCommand } from '../ledger/commands.ts';
import { PacketRecord, type CutoverState } from '../ledger/cutover.ts';
import { decide } from '../ledger/decide.ts';
import type { Actor, DecisionBinding } from '../ledger/events.ts';
import type { Assertion } from '../ledger/facts.ts';
import type { Judge } from '../ledger/judge.ts';
import type { Authority, Plan } from '../ledger/plan.ts';
import { decisionFaults, refusalsOnRecord } from './support/audit.ts';
import { actor, authority, checkpoint, minute, person, plan, reading } from './support/build.ts';
import { testBasis, testJudge } from './support/judge.ts';
import { type Loop, loopOn } from './support/loop.ts';
import { lateNight } from './support/lateNight.ts';
import { jsonOf, mutationsOf } from './support/mutations.ts';
import { bench } from './support/packets.ts';
import { scaled, takeYourTime } from './support/scale.ts';

takeYourTime();

const all = { opensAt: minute(-600), closesAt: minute(1200) };
const contextAt = (now: number, by: Judge = judge) => {
  let ids = 0;
  return {
    now,
    judge: by,
    newId: (kind: string) => `${kind}-new-${(ids += 1)}`,
    knownReport: null,
  };
};
const bindingOn = ({ pending }: CutoverState): DecisionBinding => {
  if (pending?.request == null) throw new Error('nothing is pending');
  return {
    packetId: pending.record.packet.packetId,
    packetVersion: pending.record.packet.version,
    packetHash: pending.record.packetHash,
    basisDigest: pending.request.basisDigest,
    nonce: pending.request.nonce,
  };
};

let late: Loop;
let pending: CutoverState;
beforeAll(async () => {
  late = await lateNight();
  await late.run();
  pending = await late.state();
});

/** C28 for one decision: a refusal comes with exactly one record of it, and an adoption with none. */
function expectTold(command: LedgerCommand, state: CutoverState, now: number): string | null {
  const { events, rejection } = decide(command, state, contextAt(now));
  const recorded = events.filter((event) => event.type === 'DecisionRefused');
  expect(recorded.length).toBe(rejection === null ? 0 : 1);
  if (rejection === null) return null;
  expect(events).toHaveLength(1);
  expect(recorded[0]).toMatchObject({
    code: rejection.code,
    expectedBasis: judge.basisDigest(state),
  });
  return rejection.code;
}

describe('C20: no approval without an adoption event', () => {
  const shapes: readonly unknown[] = [
    {},
    false,
    null,
    'adopt',
    { resume: true },
    { resume: { approve: true }, goto: 'publish' },
    { lg_name: 'Command', update: { packet: 'other' }, goto: ['publish'] },
    { type: 'Command', goto: 'settle' },
    { type: 'PacketAdopted', packetId: 'packet-2', version: 2 },
    { type: 'AdoptPacket' },
    { type: 'AdoptPacket', binding: true, actor: true },
    [{ type: 'approve' }],
    { decisions: [{ type: 'approve' }] },
  ];
  it.each(shapes.map((shape) => [JSON.stringify(shape), shape] as const))(
    '%s is no ledger command',
    (_text, shape) => {
      expect(LedgerCommand.safeParse(shape).success).toBe(false);
    },
  );

  it('nor is a true adoption that carries anything more', () => {
    const command = { type: 'AdoptPacket', binding: bindingOn(pending), actor: actor() };
    expect(LedgerCommand.safeParse(command).success).toBe(true);
    for (const extra of ['update', 'goto', 'resume', 'graph', '__proto__x', 'packet', 'events']) {
      expect(LedgerCommand.safeParse({ ...command, [extra]: {} }).success).toBe(false);
      const binding = { ...command.binding, [extra]: {} };
      expect(LedgerCommand.safeParse({ ...command, binding }).success).toBe(false);
      const by = { ...command.actor, [extra]: {} };
      expect(LedgerCommand.safeParse({ ...command, actor: by }).success).toBe(false);
    }
  });

  it('a whole night has a current packet exactly from its first adoption event on', async () => {
    const loop = await lateNight();
    await loop.run();
    await loop.adopt();
    const events = await loop.events();
    expect(decisionFaults(events, judge)).toEqual([]);
    expect(events.filter(({ body }) => body.type === 'PacketAdopted')).toHaveLength(2);
  });
});

describe('C21: an approval binds bytes', () => {
  it('as it is, it is adopted', () => {
    const command = { type: 'AdoptPacket', binding: bindingOn(pending), actor: actor() } as const;
    expect(expectTold(command, pending, late.clock.at)).toBeNull();
  });

  const bindings = scaled(5_000);
  it(`${bindings} one-step changes of what is named are refused`, () => {
    const command = { type: 'AdoptPacket', binding: bindingOn(pending), actor: actor() } as const;
    const quick = { ...judge, basisDigest: () => command.binding.basisDigest };
    fc.assert(
      fc.property(mutationsOf(command.binding), (binding) => {
        const parsed = LedgerCommand.safeParse({ ...command, binding });
        if (!parsed.success) return;
        // Naming no version is not naming another one: the hash still binds it.
        if (parsed.data.type === 'AdoptPacket' && parsed.data.binding.packetVersion === null)
          return;
        const { events, rejection } = decide(parsed.data, pending, contextAt(late.clock.at, quick));
        expect(rejection).not.toBeNull();
        expect(events.map((event) => event.type)).toEqual(['DecisionRefused']);
      }),
      { numRuns: bindings },
    );
  });

  const packets = scaled(5_000);
  it(`${packets} one-step changes of the stored packet are refused, under its old hash and version`, () => {
    const record = pending.pending?.record;
    const binding = bindingOn(pending);
    let readable = 0;
    fc.assert(
      fc.property(mutationsOf(record?.packet), (packet) => {
        const parsed = PacketRecord.safeParse({ ...(jsonOf(record) as object), packet });
        if (!parsed.success || pending.pending === null) return;
        readable += 1;
        const state = { ...pending, pending: { ...pending.pending, record: parsed.data } };
        const quick = { ...judge, basisDigest: () => binding.basisDigest };
        const command = { type: 'AdoptPacket', binding, actor: actor() } as const;
        const { events, rejection } = decide(command, state, contextAt(late.clock.at, quick));
        expect(['packet_hash_mismatch', 'packet_unknown', 'packet_superseded']).toContain(
          rejection?.code,
        );
        expect(events.map((event) => event.type)).toEqual(['DecisionRefused']);
      }),
      { numRuns: packets },
    );
    expect(readable).toBeGreaterThan(packets / 10);
  });

  it('the packet of another cutover is not known here', async () => {
    const other = await loopOn(plan([checkpoint('rollback')], { cutoverId: 'other' }));
    await other.run();
    const command = { type: 'AdoptPacket', binding: bindingOn(pending), actor: actor() } as const;
    expect(expectTold(command, await other.state(), late.clock.at)).toBe('packet_unknown');
  });
});

describe('C23: facts outside the basis never void an approval', () => {
  const c23 = scaled(10);
  it(`${c23} approvals, each under a rain of talk, duplicates and strangers, all succeed`, async () => {
    const loop = await lateNight();
    let end = 70;
    for (let night = 0; night < c23; night += 1) {
      if (night > 0) {
        end += 1;
        loop.clock.at += 20_000;
        await loop.report([
          { kind: 'forecast_finish', checkpoint: 'rollback', at: reading(minute(end)) },
          { kind: 'revised_start', checkpoint: 'shift', at: reading(minute(240 + night * 20)) },
        ]);
      }
      expect(await loop.run()).toMatchObject({ outcome: 'awaiting_decision' });
      for (let drop = 0; drop < 3; drop += 1) {
        await loop.report([{ kind: 'statement', text: `all quiet ${drop}` }]);
        await loop.report(
          [{ kind: 'forecast_finish', checkpoint: 'rollback', at: reading(minute(300)) }],
          { source: 'chat', reporter: 'stranger' },
        );
        await loop.report([
          { kind: 'forecast_finish', checkpoint: 'rollback', at: reading(minute(end)) },
        ]);
      }
      await loop.adopt();
    }
    const events = await loop.events();
    expect(decisionFaults(events, judge)).toEqual([]);
    expect(refusalsOnRecord(events)).toBe(0);
  });
});

describe('C26: separation of duties', () => {
  /** Besides the lead: delegates valid now, over, to come; owners; and someone whom the plan does not know. */
  const leads = authority('lead-authority', {
    role: 'release-lead',
    holders: [{ person: 'lead', ...all }],
    delegates: [
      { person: 'dora', grantedBy: 'lead', ...all },
      { person: 'past', grantedBy: 'lead', opensAt: minute(-600), closesAt: minute(-10) },
      { person: 'next', grantedBy: 'lead', opensAt: minute(30), closesAt: minute(1200) },
    ],
  });
  const people = ['lead', 'dora', 'past', 'next', 'operator', 'dev', 'mallory'].map((id) =>
    person(id),
  );
  const night = plan([checkpoint('cut', { approvedStartAt: minute(120) })], {
    people,
    authority: [leads, authority('ops-authority')],
  });
  const late30: Assertion = { kind: 'revised_start', checkpoint: 'cut', at: reading(minute(150)) };
  const boundary = (by: string): readonly [Assertion, string] => [
    {
      kind: 'boundary_set',
      boundary: {
        id: 'quiet',
        name: 'Quiet',
        kind: 'blackout',
        level: 'cutover',
        opensAt: minute(115),
        closesAt: minute(130),
        binds: 'all',
        exemptRoles: [],
        statedAt: minute(0),
      },
    },
    by,
  ];
  const grant = (to: string): readonly [Assertion, string] => [
    {
      kind: 'delegate_granted',
      authority: 'lead-authority',
      person: to,
      grantedBy: 'lead',
      span: { opensAt: minute(-60), closesAt: minute(600) },
    },
    'lead',
  ];
  /** What was told before the packet was made, by whom, and who is involved in it. */
  const histories = [
    { name: 'progress told by the lead', told: [[late30, 'lead'] as const], involved: [] },
    { name: 'a boundary set by the lead', told: [boundary('lead')], involved: ['lead'] },
    {
      name: 'a delegate granted, and a start moved',
      told: [grant('dev'), [late30, 'operator'] as const],
      involved: ['dev'],
      leadsToo: ['dev'],
    },
  ] as const;
  const actors: readonly Actor[] = [
    ...[
      'lead',
      'dora',
      'past',
      'next',
      'operator',
      'dev',
      'mallory',
      'nobody',
      'admin',
      'root',
    ].map((id) => actor(id)),
    ...(['machine', 'agent', 'system'] as const).flatMap((kind) =>
      ['lead', 'dora', 'dev'].map((id) => actor(id, { kind })),
    ),
    actor('operator', { role: 'release-lead' }),
    actor('mallory', { role: 'admin', issuer: 'token' }),
  ];

  it.each(histories)('every actor × action after $name', async ({ told, involved, ...more }) => {
    const loop = await loopOn(night);
    await loop.run();
    loop.clock.at = minute(5);
    for (const [assertion, reporter] of told) {
      await loop.report([assertion], {
        reporter,
        ...(assertion.kind === 'boundary_set' ? { occurredAt: minute(0) } : {}),
      });
    }
    expect(await loop.run()).toMatchObject({ outcome: 'awaiting_decision' });
    const state = await loop.state();
    const now = loop.clock.at;
    const mayLead = new Set<string>(['lead', 'dora', ...('leadsToo' in more ? more.leadsToo : [])]);
    const isInvolved = new Set<string>(involved);
    const binding = bindingOn(state);
    let allowed = 0;
    for (const by of actors) {
      const lead = by.kind === 'person' && mayLead.has(by.subject);
      const adopted = expectTold({ type: 'AdoptPacket', binding, actor: by }, state, now);
      const declined = expectTold(
        { type: 'DeclinePacket', binding, actor: by, reason: 'wait' },
        state,
        now,
      );
      const want = (): string | null => {
        if (by.kind !== 'person') return 'machine_may_not_decide';
        if (by.subject === 'past') return 'authority_lapsed';
        if (!lead) return 'not_release_lead';
        return isInvolved.has(by.subject) ? 'separation_of_duties' : null;
      };
      expect([by.kind, by.subject, adopted]).toEqual([by.kind, by.subject, want()]);
      const mayDecline = want() === 'separation_of_duties' ? null : want();
      expect([by.kind, by.subject, declined]).toEqual([by.kind, by.subject, mayDecline]);
      if (adopted === null) allowed += 1;
    }
    expect(allowed).toBeGreaterThan(0);
  });

  it('what the current packet already stands on no longer involves anyone', async () => {
    const loop = await loopOn(night);
    await loop.run();
    loop.clock.at = minute(5);
    await loop.report([boundary('lead')[0]], { reporter: 'lead', occurredAt: minute(0) });
    await loop.run();
    await loop.adopt('dora');
    loop.clock.at = minute(6);
    await loop.report([late30], { reporter: 'operator' });
    await loop.run();
    await loop.adopt('lead');
    expect(decisionFaults(await loop.events(), judge)).toEqual([]);
  });

  it('a freeze on everything beats the lead', async () => {
    const loop = await loopOn(night);
    await loop.run();
    loop.clock.at = minute(5);
    await loop.report([late30]);
    await loop.run();
    const state = await loop.state();
    const frozen = {
      ...state.situation.plan,
      boundaries: [
        {
          id: 'freeze',
          name: 'Freeze',
          kind: 'freeze',
          level: 'organisation',
          opensAt: minute(0),
          closesAt: minute(600),
          binds: 'all',
          exemptRoles: [],
          statedAt: minute(0),
        },
      ],
    } satisfies Plan;
    const record = state.pending?.record;
    if (record === undefined) throw new Error('nothing is pending');
    const code = judge.mayDecide(
      { actor: actor(), record, decision: 'adopt' },
      { ...state, situation: { ...state.situation, plan: frozen } },
      loop.clock.at,
    );
    expect(code).toBe('freeze_in_force');
  });
});

describe('C27: delegates', () => {
  const now = minute(10);
  const spans = {
    before: { opensAt: minute(-600), closesAt: minute(10) },
    over: { opensAt: minute(-600), closesAt: minute(600) },
    after: { opensAt: minute(11), closesAt: minute(600) },
  };
  const names = ['before', 'over', 'after'] as const;
  /** The oracle: someone is release lead now as holder now, or by a grant valid now from someone who is. */
  function leadsNow(row: Authority, who: string): boolean {
    const isNow = (span: { opensAt: number; closesAt: number }): boolean =>
      span.opensAt <= now && now < span.closesAt;
    const holds = (id: string): boolean =>
      row.holders.some((tenure) => tenure.person === id && isNow(tenure));
    const trusted = new Set(row.holders.filter(isNow).map((tenure) => tenure.person));
    for (let round = 0; round < 4; round += 1) {
      for (const grant of row.delegates) {
        const from = row.chainsAllowed ? trusted.has(grant.grantedBy) : holds(grant.grantedBy);
        if (isNow(grant) && from) trusted.add(grant.person);
      }
    }
    return trusted.has(who);
  }

  /** The rule book's own word on people, and a basis that the mapping is no part of: only authority is in question. */
  const byAuthority = testJudge({
    mayDecide: (question, state, at) => judge.mayDecide(question, state, at),
    isReleaseLead: (by, of, at) => judge.isReleaseLead(by, of, at),
    basisDigest: testBasis,
  });
  const ledger = bench(
    plan([checkpoint('cut', { approvedStartAt: minute(120) })]),
    byAuthority,
    actor('operator'),
  );
  ledger.at(minute(5));
  ledger.prepare();
  const decideAs = (by: Actor, rows: readonly Authority[] | null = null) => {
    const state = ledger.state();
    const { situation } = state;
    const mapped =
      rows === null
        ? state
        : {
            ...state,
            situation: { ...situation, plan: { ...situation.plan, authority: [...rows] } },
          };
    const command = { type: 'AdoptPacket', binding: ledger.binding(), actor: by } as const;
    return decide(command, mapped, contextAt(now, byAuthority));
  };

  it('every small mapping: holder, delegate and delegate of a delegate, each before, now and after', () => {
    const cases = names.flatMap((holder) =>
      names.flatMap((first) =>
        names.flatMap((second) =>
          [true, false].flatMap((chainsAllowed) =>
            ['lead', 'dora', 'dev', 'mallory'].map((grantedBy) =>
              authority('lead-authority', {
                role: 'release-lead',
                holders: [{ person: 'lead', ...spans[holder] }],
                delegates: [
                  { person: 'dora', grantedBy: 'lead', ...spans[first] },
                  { person: 'dev', grantedBy, ...spans[second] },
                ],
                chainsAllowed,
              }),
            ),
          ),
        ),
      ),
    );
    expect(cases).toHaveLength(27 * 2 * 4);
    for (const row of cases) {
      for (const who of ['lead', 'dora', 'dev', 'mallory']) {
        const { rejection, events } = decideAs(actor(who), [row]);
        expect([row, who, rejection === null]).toEqual([row, who, leadsNow(row, who)]);
        expect(events.some((event) => event.type === 'DecisionRefused')).toBe(rejection !== null);
      }
    }
  });

  it('a delegate revoked between proposal and approval is refused, then and afterwards', async () => {
    const leads = authority('lead-authority', {
      role: 'release-lead',
      holders: [{ person: 'lead', ...all }],
      delegates: [{ person: 'dora', grantedBy: 'lead', ...all }],
    });
    const night = plan([checkpoint('cut', { approvedStartAt: minute(120) })], {
      people: ['lead', 'dora', 'operator'].map((id) => person(id)),
      authority: [leads, authority('ops-authority')],
    });
    const loop = await loopOn(night);
    await loop.run();
    loop.clock.at = minute(5);
    await loop.report([{ kind: 'revised_start', checkpoint: 'cut', at: reading(minute(150)) }]);
    await loop.run();
    const seen = await loop.binding();
    expect(
      expectTold(
        { type: 'AdoptPacket', binding: seen, actor: actor('dora') },
        await loop.state(),
        loop.clock.at,
      ),
    ).toBeNull();
    loop.clock.at = minute(6);
    await loop.report(
      [
        {
          kind: 'delegate_revoked',
          authority: 'lead-authority',
          person: 'dora',
          at: reading(minute(6)),
        },
      ],
      { reporter: 'lead' },
    );
    const then = await loop.give({ type: 'AdoptPacket', binding: seen, actor: actor('dora') });
    expect(then.rejection?.code).toBe('basis_moved');
    await loop.run();
    const again = await loop.give({
      type: 'AdoptPacket',
      binding: await loop.binding(),
      actor: actor('dora'),
    });
    expect(again.rejection?.code).toBe('authority_lapsed');
    await loop.adopt('lead');
    const events = await loop.events();
    expect(refusalsOnRecord(events)).toBe(2);
    expect(decisionFaults(events, judge)).toEqual([]);
  });

  const fuzz = scaled(20_000);
  const likeLead = fc
    .oneof(
      fc.constantFrom(
        'Lead',
        'LEAD',
        ' lead',
        'lead ',
        'lead\n',
        '\tlead',
        'le\u0430d',
        'l\u0435ad',
        '\u217cead',
        'lead\u200b',
        '\u202elead',
        'ｌｅａｄ',
        'lead\u0000',
        'leаd',
        'ļead',
        'lead\u0301',
        'lead\ufeff',
        '__proto__',
        'constructor',
        'toString',
        'hasOwnProperty',
        'valueOf',
        'prototype',
        '',
        'null',
        'lead,operator',
        'lead;',
        'lead-authority',
        'release-lead',
        '*',
        '%',
        'all',
        'lead/../lead',
      ),
      fc
        .tuple(
          fc.constantFrom('lead', 'Lead', 'le ad'),
          fc.string({ unit: 'binary', maxLength: 3 }),
          fc.boolean(),
        )
        .map(([name, extra, front]) => (front ? extra + name : name + extra)),
      fc.string({ unit: 'grapheme', maxLength: 8 }),
    )
    .filter((name) => name !== 'lead');

  it(`${fuzz} names that look like the lead's are nobody's`, () => {
    fc.assert(
      fc.property(likeLead, (subject) => {
        const command = LedgerCommand.safeParse({
          type: 'AdoptPacket',
          binding: ledger.binding(),
          actor: actor(subject),
        });
        if (!command.success || command.data.type !== 'AdoptPacket') return;
        const { rejection, events } = decideAs(command.data.actor);
        expect(rejection?.code).toBe('not_release_lead');
        expect(events.map((event) => event.type)).toEqual(['DecisionRefused']);
      }),
      { numRuns: fuzz },
    );
    expect(decideAs(actor('lead')).rejection).toBeNull();
  });

  it('and no such name acknowledges for anyone', () => {
    fc.assert(
      fc.property(likeLead, (name) => {
        const command = LedgerCommand.safeParse({
          type: 'AcknowledgePacket',
          packetId: 'packet-1',
          person: name,
          actor: actor('lead'),
        });
        if (!command.success) return;
        expect(
          decide(command.data, ledger.state(), contextAt(now, byAuthority)).events,
        ).toMatchObject([{ type: 'DecisionRefused' }]);
      }),
      { numRuns: scaled(2_000) },
    );
  });
});
