/**
 * The walk of one change, from a report to the people it concerns, on the payments runbook: what each part of the house
 * does, in the order in which it happens. Read it from top to bottom; every step uses what the one before left behind.
 */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { MemorySaver } from '@langchain/langgraph';
import { Temporal } from 'temporal-polyfill';
import { digestOf } from '../ledger/canonical.ts';
import { holdsOf } from '../ledger/explaining.ts';
import type { Packet } from '../ledger/packet.ts';
import { openSqliteStore } from '../ledger/stores/sqlite.ts';
import { deterministicAgents } from '../agents/deterministic.ts';
import { judge } from '../constraints/judge.ts';
import { parseFacts, parseRunbook } from '../service/runbook/parse.ts';
import { actor } from './support/build.ts';
import { counter, type Loop, loopWith } from './support/loop.ts';

const text = (name: string): string =>
  readFileSync(new URL(`../evals/runbooks/${name}`, import.meta.url), 'utf8');
/** An instant of the night, by the clock on the wall in London: `22:00` is on the 28th, `00:40` on the 29th. */
const at = (clock: string): number => {
  const day = clock >= '12:00' ? '2026-11-28' : '2026-11-29';
  return Temporal.ZonedDateTime.from(`${day}T${clock}[Europe/London]`).epochMilliseconds;
};
const lineOf = (packet: Packet, id: string) =>
  packet.lines.find(({ checkpoint }) => checkpoint === id);

const { plan } = parseRunbook(text('payments.yaml'), 'payments.yaml');
if (plan === null) throw new Error('the payments runbook does not parse');
const { steps } = parseFacts(text('payments.changes.yaml'), 'payments.changes.yaml', plan);
const lead = actor('lead-duty', { authenticatedAt: at('21:00') });

let loop: Loop;
beforeAll(async () => {
  const clock = { at: at('21:30') };
  const store = await openSqliteStore(':memory:');
  const ledger = { store, judge, now: () => clock.at, newId: counter() };
  const deps = { ledger, checkpointer: new MemorySaver(), agents: deterministicAgents };
  loop = loopWith(deps, plan.cutoverId, clock);
});

async function pendingPacket(): Promise<Packet> {
  const { pending } = await loop.state();
  if (pending === null) throw new Error('nothing is pending');
  return pending.record.packet;
}

/** The reports of one step, each at the instant at which it arrived; then it is the step's `now`. */
async function arrive(step: number): Promise<void> {
  const { reports, now } = steps[step] ?? { reports: [], now: null };
  for (const { body, receivedAt } of reports) {
    loop.clock.at = receivedAt ?? loop.clock.at;
    const { rejection } = await loop.give({ type: 'ReceiveReport', body });
    expect(rejection).toBeNull();
  }
  loop.clock.at = now ?? loop.clock.at;
}

describe('the walk of one change', () => {
  it('declares: the runbook becomes the plan, on the authority of the release lead', async () => {
    const { state, rejection } = await loop.give({ type: 'DeclareCutover', plan, actor: lead });
    expect(rejection).toBeNull();
    expect(state?.declaredByLead).toBe(true);
    expect(state?.current).toBeNull();
  });

  it('runs for the first time: the approved sequence passes the gate and is packet 1', async () => {
    expect(await loop.run()).toMatchObject({ outcome: 'adopted', packetVersion: 1 });
    const { current } = await loop.state();
    expect(current?.packet.holds).toEqual([]);
    for (const { id, approvedStartAt, approvedOwner } of plan.checkpoints) {
      expect(current && lineOf(current.packet, id)).toMatchObject({
        startAt: approvedStartAt,
        owner: approvedOwner,
      });
    }
  });

  it('takes reports of a night that runs as approved, and makes no packet of them', async () => {
    await arrive(1);
    expect(await loop.run()).toMatchObject({ outcome: 'no_change' });
    const { situation, heldFacts } = await loop.state();
    expect(situation.progress['snapshot']?.state).toBe('done');
    expect(heldFacts).toEqual([]);
  });

  it('takes three changes, a chat message and a duplicate: each is in the ledger before anything thinks', async () => {
    const before = (await loop.state()).current;
    await arrive(2);
    const { unruled, current } = await loop.state();
    expect(unruled.length).toBeGreaterThan(0);
    expect(current).toEqual(before);
  });

  it('runs: four agents propose, the gate judges each, and one packet waits for the lead', async () => {
    expect(await loop.run()).toMatchObject({ outcome: 'awaiting_decision', packetVersion: 2 });
    const { current, pending } = await loop.state();
    expect(current?.packet.version).toBe(1);
    expect(pending?.record.packet.supersedes).toEqual({
      version: 1,
      packetHash: current?.packetHash,
    });
  });

  it('held the chat message with its reason, and let the duplicate have no second effect', async () => {
    const { heldFacts, pending } = await loop.state();
    expect(heldFacts.map(({ fact, ruling }) => [fact.source, ruling.code])).toEqual([
      ['war-room-chat', 'unmapped_source'],
    ]);
    expect(pending?.record.packet.heldFacts.map(({ code }) => code)).toEqual(['unmapped_source']);
    const rulings = (await loop.events()).flatMap(({ body }) =>
      body.type === 'FactsRuled' ? body.rulings : [],
    );
    expect(rulings.filter(({ ruling }) => ruling === 'repeat')).toHaveLength(1);
  });

  it('says of every checkpoint when, who and why', async () => {
    const packet = await pendingPacket();
    // Late rollback validation pushes the confirmation, and that the migration.
    expect(lineOf(packet, 'replication-confirmation')).toMatchObject({
      startAt: at('00:53'),
      owner: 'database-lead-duty',
      drivenBy: [{ by: 'predecessor', subject: 'rollback-validation' }],
    });
    expect(lineOf(packet, 'schema-migration')).toMatchObject({ startAt: at('01:23') });
    // The deputy is gone; her lead's new delegate has authority from 01:40, and not a minute earlier.
    expect(lineOf(packet, 'security-approval')).toMatchObject({
      startAt: at('01:40'),
      owner: 'security-duty',
      drivenBy: [{ by: 'authority', subject: 'security-duty' }],
    });
    // What need not move does not move.
    expect(lineOf(packet, 'support-briefing')).toMatchObject({ startAt: at('01:45') });
    expect(packet.decisionDeadlineAt).toBe(at('00:53'));
    expect(packet.stoppedAt).toBe('approval');
  });

  it('holds what fits no more, with a true reason, and everything behind it', async () => {
    const packet = await pendingPacket();
    expect(
      packet.holds.map(({ checkpoint, holdClass, behind }) => [checkpoint, holdClass, behind]),
    ).toEqual([
      ['replica-promotion', 'boundary_conflict', null],
      ['traffic-readiness', 'behind_hold', 'replica-promotion'],
      ['traffic-shift', 'behind_hold', 'traffic-readiness'],
      ['first-payments', 'behind_hold', 'traffic-shift'],
      ['executive-release', 'behind_hold', 'first-payments'],
    ]);
    const [root] = packet.holds;
    expect(root?.causes.map(({ rule }) => rule)).toContain('outside_boundary');
    expect(root?.release).toEqual({
      kind: 'boundary_changed',
      checkpoint: 'replica-promotion',
      boundary: 'replication-maintenance',
    });
    for (const { checkpoint } of packet.holds) {
      expect(lineOf(packet, checkpoint)).toMatchObject({ state: 'held', startAt: null });
    }
  });

  it('has the smallest reason of each hold searched for when the packet is with its reader, and changes no byte of it', async () => {
    const { pending } = await loop.state();
    const events = (await loop.events()).map(({ body }) => body.type);
    expect(events.indexOf('HoldsExplained')).toBeGreaterThan(events.lastIndexOf('PacketPrepared'));
    const [root] = pending === null ? [] : holdsOf(pending.record);
    expect(root?.causes.map(({ rule }) => rule)).toContain('outside_boundary');
    expect(root?.relaxations.map(({ relaxes }) => relaxes)).toContain('outside_boundary');
    expect(pending?.record.packetHash).toBe(digestOf('packet', pending?.record.packet));
  });

  it('is told the decision of the lead, by check code and hash: the packet becomes current', async () => {
    loop.clock.at = at('00:42');
    const decision = await loop.adopt('lead-duty');
    await loop.resume(decision);
    const { current, pending, run, decided } = await loop.state();
    expect([current?.packet.version, pending, run]).toEqual([2, null, null]);
    expect(decided['packet-1']?.how).toBe('superseded');
  });

  it('queues one notice for each person whose orders changed, and none for anybody else', async () => {
    const { current } = await loop.state();
    const queued = (await loop.events()).flatMap(({ body }) =>
      body.type === 'NoticeQueued' && body.version === 2 ? [body.person] : [],
    );
    expect(queued).toEqual(current?.packet.deltas.map(({ person }) => person));
    expect(new Set(queued).size).toBe(queued.length);
    for (const { person } of current?.packet.notNotified ?? [])
      expect(queued).not.toContain(person);
  });

  it('takes an acknowledgement for this version, which counts for no other', async () => {
    const [person] = (await loop.state()).current?.packet.mustAcknowledge ?? [];
    if (person === undefined) throw new Error('nobody has to acknowledge');
    const { rejection } = await loop.give({
      type: 'AcknowledgePacket',
      packetId: 'packet-2',
      person,
      actor: actor(person, { role: null }),
    });
    expect(rejection).toBeNull();
    expect((await loop.state()).acknowledgements[person]).toMatchObject({
      version: 2,
      countsFor: 2,
    });
  });

  it('has nothing left to do', async () => {
    expect(await loop.run()).toMatchObject({ outcome: 'nothing_to_do' });
  });
});
