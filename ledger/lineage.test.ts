import { describe, expect, it } from 'vitest';
import { actor, checkpoint, minute, plan, reading } from '../tests/support/build.ts';
import { testJudge } from '../tests/support/judge.ts';
import { bench, line, packetOn } from '../tests/support/packets.ts';
import { EventBody, genesisHash } from './events.ts';
import type { Hold } from './holds.ts';
import type { Judge } from './judge.ts';
import { lineage, rulingsIn } from './lineage.ts';

const night = plan([
  checkpoint('cut', { approvedStartAt: minute(120) }),
  checkpoint('check', { approvedStartAt: minute(180) }),
]);
const moved = (minutes: number) =>
  ({ kind: 'revised_start', checkpoint: 'cut', at: reading(minute(minutes)) }) as const;
const deltas = ['dev', 'operator'].map((person) => ({
  person,
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
}));

/** The notice of one is sent at the second attempt, that of the other not at all. */
function notify(ledger: ReturnType<typeof bench>): void {
  const noticeOf = (person: string): string => ledger.state().outbox[person]?.noticeId ?? 'none';
  const of = { noticeId: noticeOf('operator'), person: 'operator', channel: 'email' } as const;
  const begin = {
    type: 'BeginNotice',
    ...of,
    relay: 'r',
    claimSeconds: 60,
    windowSeconds: 0,
  } as const;
  const end = { type: 'EndNotice', ...of, version: 4 } as const;
  const failed = { kind: 'failed', reason: 'no_answer', ambiguous: true, final: false } as const;
  const sent = { kind: 'sent', providerId: null, found: false, possibleDuplicate: true } as const;
  ledger.give(begin);
  ledger.give({ ...end, attempt: 1, outcome: { ...failed, retryAt: null } });
  ledger.give(begin);
  ledger.give({ ...end, attempt: 2, outcome: sent });
  const dev = { noticeId: noticeOf('dev'), person: 'dev' };
  ledger.give({ type: 'SuppressNotice', ...dev, reason: 'no_contact' });
}

/** A model reads a statement: it is asked, answers, and points at words. */
function read(ledger: ReturnType<typeof bench>): void {
  const text = 'cut moved to 00:55';
  ledger.report([{ kind: 'statement', text }], { underPacketVersion: 4 });
  const runId = ledger.run();
  const reserved = { calls: 3, tokens: 900, milliseconds: 5_000, microCost: 9 };
  const ask = { askId: 'ask-1', runId, agent: 'readiness', model: 'm', reserved } as const;
  ledger.give({ type: 'AskModel', ask: { ...ask, promptDigest: genesisHash } });
  const used = { calls: 1, tokens: 400, milliseconds: 700, microCost: 2 };
  const answer = { askId: 'ask-1', outcome: 'answered', used, rationale: [] } as const;
  ledger.give({ type: 'AnswerModel', answer: { ...answer, rationale: [] } });
  const rulings = ledger.state().unruled.map(({ factId }) => ({
    factId,
    ruling: 'held' as const,
    code: 'not_structured' as const,
    candidates: [],
    against: null,
  }));
  const statement = ledger.state().unruled.at(-1)?.factId ?? 'none';
  const readings = [{ statement, from: 0, quote: text, assertion: moved(175) }];
  ledger.gate(ledger.propose({ agent: 'readiness', rulings, readings }));
}

const held: Hold = {
  holdId: 'stop',
  checkpoint: 'cut',
  holdClass: 'human_hold',
  behind: null,
  causes: [{ rule: 'hold_in_force', checkpoint: 'cut', subject: 'stop', factId: null, at: null }],
  release: { kind: 'hold_lifted', hold: 'stop' },
  liftedBy: 'release-lead',
  blocks: [],
  relaxations: [],
};

/** The first change of the night turns out to have been told without authority. */
const firstMove: Judge['heldAgain'] = (_, after) =>
  Object.values(after.known)
    .filter(({ occurredAt }) => occurredAt === minute(-58))
    .map(({ factId }) => ({ factId, code: 'not_authorised', against: null }));

/** Who told what was held turns out to have had the authority for it. */
const firstHeld: Judge['heardAgain'] = (before) =>
  before.heldFacts.slice(0, 1).map(({ fact: { factId } }) => ({ factId, against: 'fact-1' }));

/** A night in which everything happens that an event can say. */
function wholeNight() {
  const ledger = bench(night, testJudge({ heldAgain: firstMove, heardAgain: firstHeld }));
  ledger.prepare();
  ledger.at(minute(-50));
  ledger.report([moved(140)], { occurredAt: minute(-58), sourceEventId: 'e', text: 'late' });
  ledger.report([moved(150)], { sourceEventId: 'e', text: 'other words' });
  ledger.at(minute(-40));
  ledger.prepare({ deltas });
  ledger.give({ type: 'AdoptPacket', binding: ledger.binding({ nonce: 'x' }), actor: actor() });
  ledger.give({
    type: 'DeclinePacket',
    binding: ledger.binding(),
    actor: actor(),
    reason: 'wait',
  });
  ledger.at(minute(-30));
  ledger.report([moved(160)], { occurredAt: minute(-45), underPacketVersion: 1 });
  ledger.prepare({ deltas });
  ledger.report([moved(170)]);
  ledger.give({ type: 'ReviewRequest' });
  ledger.prepare({ deltas, holds: [held] });
  ledger.give({ type: 'ExplainHolds', packetHash: ledger.binding().packetHash, holds: [held] });
  ledger.give({ type: 'AdoptPacket', binding: ledger.binding(), actor: actor() });
  ledger.give({
    type: 'AcknowledgePacket',
    packetId: 'packet-4',
    person: 'operator',
    actor: actor('operator'),
  });
  notify(ledger);
  ledger.report([moved(171)], { occurredAt: minute(-35), underPacketVersion: 1 });
  read(ledger);
  return ledger;
}

describe('the lineage', () => {
  const ledger = wholeNight();
  const all = lineage(ledger.events(), null);

  it('this night saw every type of event', () => {
    const seen = new Set(ledger.events().map((event) => event.body.type));
    const types = EventBody.options.map((option) => option.shape.type.value);
    expect([...seen].toSorted()).toEqual(types.toSorted());
  });

  it('has a row for every event, each at its place and time', () => {
    const versions = new Set(all.known.map((row) => row.version));
    expect(versions.size).toBe(ledger.events().length);
    for (const row of all.known) {
      expect(row.recordedAt).toBe(ledger.events()[row.version - 1]?.recordedAt);
    }
    expect(all.notYetReceived).toEqual([]);
  });

  it('tells reports and facts with when they became true, and all else with when it was recorded', () => {
    const late = all.known.filter(
      (row) => row.item.kind === 'report' && row.item.sourceEventId === 'e',
    );
    expect(late).toMatchObject([
      {
        recordedAt: minute(-50),
        occurredAt: minute(-58),
        item: { source: 'board', reporter: 'operator', underOldOrders: false, text: 'late' },
      },
    ]);
    const fact = all.known.find((row) => row.item.kind === 'fact');
    expect(fact).toMatchObject({
      occurredAt: minute(-58),
      item: { factId: 'fact-1', subject: 'revised:cut', assertion: 'revised_start' },
    });
    const run = all.known.find((row) => row.item.kind === 'run');
    expect(run?.occurredAt).toBe(run?.recordedAt);
  });

  it('tells what was read out of a statement and what asking a model came to', () => {
    const items = all.known.map((row) => row.item);
    expect(items).toContainEqual(
      expect.objectContaining({ kind: 'fact', text: 'cut moved to 00:55', subject: 'revised:cut' }),
    );
    const asked = items.flatMap((item) => (item.kind === 'model' ? [item] : []));
    expect(asked.map(({ became, about, used }) => [became, about?.model, used?.tokens])).toEqual([
      ['asked', 'm', undefined],
      ['answered', undefined, 400],
    ]);
  });

  it('marks a report made under orders that were no longer current', () => {
    const marks = all.known.flatMap((row) =>
      row.item.kind === 'report' ? [row.item.underOldOrders] : [],
    );
    expect(marks).toEqual([false, false, false, true, false]);
  });

  it('says which accepted fact was held again, and why', () => {
    expect(all.known.map((row) => row.item)).toContainEqual({
      kind: 'held_again',
      factId: 'fact-1',
      code: 'not_authorised',
      against: null,
    });
    expect(rulingsIn(ledger.events()).filter(({ factId }) => factId === 'fact-1')).toMatchObject([
      { ruling: 'accepted' },
      { ruling: 'held', code: 'not_authorised' },
    ]);
  });

  it('says which held fact was heard again, and why', () => {
    const heard = all.known.find((row) => row.item.kind === 'heard_again');
    expect(heard?.item).toMatchObject({ factId: 'fact-1', against: 'fact-1' });
  });

  it('links rulings, proposals, verdicts, packets, decisions and refusals by their ids', () => {
    const items = all.known.map((row) => row.item);
    expect(items).toContainEqual(
      expect.objectContaining({ kind: 'ruling', factId: 'fact-1', ruling: 'accepted', code: null }),
    );
    expect(items).toContainEqual(
      expect.objectContaining({ kind: 'proposal', agent: 'packet', mind: 'deterministic' }),
    );
    expect(items).toContainEqual(
      expect.objectContaining({ kind: 'verdict', clean: true, codes: [] }),
    );
    expect(items).toContainEqual({
      kind: 'refusal',
      of: 'report',
      named: 'e',
      code: 'source_event_reused',
      by: 'board',
    });
    expect(items).toContainEqual({
      kind: 'refusal',
      of: 'adopt',
      named: 'packet-2',
      code: 'nonce_mismatch',
      by: 'lead',
    });
    expect(items).toContainEqual({
      kind: 'decision',
      packetId: 'packet-2',
      decision: 'declined',
      by: 'lead',
      reason: 'wait',
    });
    expect(items).toContainEqual({
      kind: 'acknowledgement',
      packetId: 'packet-4',
      version: 4,
      person: 'operator',
    });
    const notices = items.flatMap((item) =>
      item.kind === 'notice'
        ? [
            `${item.person} ${item.became} ${item.channel ?? ''} ${item.reason ?? ''} ${item.doubtful}`,
          ]
        : [],
    );
    expect(notices).toEqual([
      'dev queued   false',
      'operator queued   false',
      'operator attempted email  false',
      'operator failed email no_answer true',
      'operator attempted email  false',
      'operator sent email  true',
      'dev suppressed  no_contact false',
    ]);
    const packets = items.flatMap((item) =>
      item.kind === 'packet' ? [`${item.packetId} ${item.became}`] : [],
    );
    expect(packets).toEqual([
      'packet-1 prepared',
      'packet-1 requested',
      'packet-2 prepared',
      'packet-2 requested',
      'packet-3 prepared',
      'packet-3 requested',
      'packet-3 basis_moved',
      'packet-4 prepared',
      'packet-4 requested',
      'packet-1 superseded',
    ]);
  });

  it('as of an instant: what was known, and what was already true and came later', () => {
    const then = lineage(ledger.events(), minute(-42));
    expect(then.known.every((row) => row.recordedAt <= minute(-42))).toBe(true);
    expect(then.known.some((row) => row.recordedAt === minute(-50))).toBe(true);
    expect(then.notYetReceived).toMatchObject([
      { item: { kind: 'report' }, recordedAt: minute(-30), occurredAt: minute(-45) },
      { item: { kind: 'fact' }, occurredAt: minute(-45) },
    ]);
  });

  it('the instant itself counts on both sides', () => {
    const at = lineage(ledger.events(), minute(-35));
    const late = at.notYetReceived.filter((row) => row.occurredAt === minute(-35));
    expect(late).toHaveLength(2);
    expect(lineage(ledger.events(), minute(-35) - 1).notYetReceived).toHaveLength(2);
    expect(lineage(ledger.events(), minute(-30)).notYetReceived).toEqual([]);
  });

  it('sorts what came later by when it became true', () => {
    const early = lineage(ledger.events(), minute(-31)).notYetReceived.map((row) => row.occurredAt);
    expect(early).toEqual([minute(-45), minute(-45), minute(-35), minute(-35)]);
  });

  it('a refused proposal is told with every code', () => {
    const refused = bench(night, ledger.judge, actor('operator'));
    refused.run();
    const packet = packetOn(refused.state(), refused.judge, {
      version: 9,
      lines: [line('cut', { startAt: minute(-900) })],
    });
    refused.gate(refused.propose({ agent: 'packet', packet }));
    expect(lineage(refused.events(), null).known.at(-1)?.item).toMatchObject({
      kind: 'verdict',
      clean: false,
      codes: ['packet_version_wrong', 'in_past'],
    });
  });
});
