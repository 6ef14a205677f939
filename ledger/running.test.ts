import { describe, expect, it } from 'vitest';
import { actor, checkpoint, minute, plan, reading } from '../tests/support/build.ts';
import { testJudge } from '../tests/support/judge.ts';
import { bench, packetOn } from '../tests/support/packets.ts';
import { workWaits } from './running.ts';

const night = plan([checkpoint('cut'), checkpoint('check', { approvedStartAt: minute(60) })]);
const moved = (minutes: number) =>
  ({ kind: 'revised_start', checkpoint: 'check', at: reading(minute(minutes)) }) as const;
const words = { kind: 'statement', text: 'all well' } as const;
const start = (runId: string) => ({ type: 'StartRun', runId, graphVersion: 'g1' }) as const;

/** Declared by someone else, so that packet 1 waits for the lead. */
const waiting = () => {
  const ledger = bench(night, testJudge(), actor('operator'));
  ledger.prepare();
  return ledger;
};

/** Packet 1 stands and nothing is new. */
const standing = () => {
  const ledger = bench(night);
  ledger.prepare();
  return ledger;
};

describe('starting a run', () => {
  it('the declaration is something to look at; the run reasons about the instant it starts at', () => {
    const ledger = bench(night);
    ledger.at(minute(-30));
    expect(ledger.give(start('first')).events).toEqual([
      { type: 'RunStarted', runId: 'first', nowAt: minute(-30), graphVersion: 'g1' },
    ]);
    expect(ledger.state().run).toMatchObject({ runId: 'first', nowAt: minute(-30), attempts: {} });
  });

  it('while a run is at work another does not start, whatever has come since', () => {
    const ledger = bench(night);
    ledger.give(start('first'));
    ledger.report([words]);
    expect(ledger.give(start('second'))).toEqual({ events: [], rejection: null });
    expect(ledger.state().run?.runId).toBe('first');
  });

  it('with nothing new and nothing slipping there is no run', () => {
    const ledger = standing();
    expect(ledger.give(start('again'))).toEqual({ events: [], rejection: null });
  });

  it('a report since the last run began is something new', () => {
    const ledger = standing();
    ledger.report([words]);
    expect(ledger.give(start('again')).events.map(({ type }) => type)).toEqual(['RunStarted']);
  });

  it('a report that came while the last run was at work is looked at by the next', () => {
    const ledger = bench(night);
    const runId = ledger.run();
    ledger.report([words]);
    ledger.give({ type: 'EndRun', runId, outcome: 'no_change' });
    expect(ledger.give(start('next')).events).toHaveLength(1);
    ledger.give({ type: 'EndRun', runId: 'next', outcome: 'no_change' });
    expect(ledger.give(start('third')).events).toEqual([]);
  });

  it('a run waiting for a person stays when nothing is new', () => {
    const ledger = waiting();
    expect(ledger.give(start('again'))).toEqual({ events: [], rejection: null });
  });

  it('a run waiting for a person is overtaken by a report, and its request stays', () => {
    const ledger = waiting();
    const { runId } = ledger.state().run ?? {};
    ledger.report([words]);
    const { events } = ledger.give(start('next'));
    expect(events).toMatchObject([
      { type: 'RunEnded', runId, outcome: 'overtaken' },
      { type: 'RunStarted', runId: 'next' },
    ]);
    expect(ledger.state().pending?.request?.runId).toBe(runId);
  });

  it('workers leave a question that stands alone: what moves nothing waits until it is answered', () => {
    const ledger = waiting();
    const waits = (): boolean =>
      workWaits(ledger.state(), { judge: ledger.judge, now: ledger.now() });
    expect(waits()).toBe(false);
    ledger.report([words]);
    expect(waits()).toBe(false);
    ledger.give({
      type: 'DeclinePacket',
      binding: ledger.binding(),
      actor: actor(),
      reason: 'not tonight',
    });
    expect(waits()).toBe(true);
  });

  it('workers take up a question on facts that moved', () => {
    const ledger = waiting();
    ledger.report([moved(90)]);
    expect(workWaits(ledger.state(), { judge: ledger.judge, now: ledger.now() })).toBe(true);
  });

  it('a run waiting for a person on facts that moved is cleared with its request', () => {
    const ledger = waiting();
    const { runId } = ledger.state().run ?? {};
    ledger.report([moved(90)]);
    expect(ledger.give(start('next')).events).toMatchObject([
      { type: 'ApprovalCleared', packetId: 'packet-1', reason: 'basis_moved' },
      { type: 'RunEnded', runId, outcome: 'cleared' },
      { type: 'RunStarted', runId: 'next' },
    ]);
  });

  it('a request that ran out is cleared, and its change is looked at again', () => {
    const ledger = waiting();
    ledger.at(ledger.now() + 60 * 60_000);
    expect(ledger.give(start('early')).events).toEqual([]);
    ledger.at(ledger.now() + 1);
    expect(ledger.give(start('next')).events).toMatchObject([
      { type: 'ApprovalCleared', packetId: 'packet-1', reason: 'expired' },
      { type: 'RunEnded', outcome: 'cleared' },
      { type: 'RunStarted', runId: 'next' },
    ]);
  });

  it('after a decline nothing starts until something is new', () => {
    const ledger = waiting();
    ledger.give({
      type: 'DeclinePacket',
      binding: ledger.binding(),
      actor: actor(),
      reason: 'not yet',
    });
    expect(ledger.give(start('next')).events).toEqual([]);
    ledger.report([words]);
    expect(ledger.give(start('next')).events).toHaveLength(1);
  });

  it('an overtaken run leaves its work to the next', () => {
    const ledger = bench(night);
    const runId = ledger.run();
    ledger.give({ type: 'EndRun', runId, outcome: 'overtaken' });
    expect(ledger.give(start('next')).events).toHaveLength(1);
  });

  it('a run refused by the gate is not repeated on the same facts', () => {
    const ledger = bench(night);
    const runId = ledger.run();
    ledger.give({ type: 'EndRun', runId, outcome: 'refused_by_gate' });
    expect(ledger.give(start('next')).events).toEqual([]);
  });

  it('a start that slipped past the tolerance calls for a run, at most once a step', () => {
    const ledger = standing();
    ledger.at(minute(10));
    expect(ledger.give(start('early')).events).toEqual([]);
    ledger.at(minute(11));
    expect(ledger.give(start('due')).events).toMatchObject([{ type: 'RunStarted', runId: 'due' }]);
    ledger.give({ type: 'EndRun', runId: 'due', outcome: 'no_change' });
    ledger.at(minute(20));
    expect(ledger.give(start('soon')).events).toEqual([]);
    ledger.at(minute(21));
    expect(ledger.give(start('later')).events).toHaveLength(1);
  });
});

describe('ending a run', () => {
  it('ends the open one with its outcome', () => {
    const ledger = bench(night);
    const runId = ledger.run();
    expect(ledger.give({ type: 'EndRun', runId, outcome: 'refused_by_gate' }).events).toEqual([
      { type: 'RunEnded', runId, outcome: 'refused_by_gate' },
    ]);
    expect(ledger.state().run).toBeNull();
  });

  it('refuses a run that has ended and one that never was', () => {
    const ledger = bench(night);
    const runId = ledger.run();
    ledger.give({ type: 'EndRun', runId, outcome: 'no_change' });
    const again = ledger.give({ type: 'EndRun', runId, outcome: 'no_change' });
    expect(again.rejection).toMatchObject({
      code: 'run_already_ended',
      detail: `${runId} has ended; start another run`,
    });
    const never = ledger.give({ type: 'EndRun', runId: 'never', outcome: 'no_change' });
    expect(never.rejection).toMatchObject({
      code: 'run_unknown',
      detail: 'never is not the open run (none is open)',
    });
    expect([...again.events, ...never.events]).toEqual([]);
  });
});

describe('recording a proposal', () => {
  const holds = { agent: 'holds', holds: [] } as const;
  const opened = () => {
    const ledger = bench(night);
    ledger.run();
    return ledger;
  };

  it('keeps it as it was made, unjudged', () => {
    const ledger = opened();
    const proposal = ledger.propose({ ...holds, holds: [] });
    expect(ledger.events().at(-1)?.body).toMatchObject({ type: 'ProposalMade', proposal });
    expect(ledger.state().run?.attempts.holds).toEqual({ proposal, clean: null, violations: [] });
  });

  it('the same proposal again changes nothing, judged or not', () => {
    const ledger = opened();
    const proposal = ledger.propose({ ...holds, holds: [] });
    expect(ledger.give({ type: 'RecordProposal', proposal })).toEqual({
      events: [],
      rejection: null,
    });
    ledger.gate(proposal);
    expect(ledger.give({ type: 'RecordProposal', proposal }).events).toEqual([]);
    expect(ledger.state().run?.attempts.holds?.clean).toBe(true);
  });

  it('attempts of one agent count up from 1, each on its own', () => {
    const ledger = opened();
    const first = ledger.propose({ ...holds, holds: [] });
    for (const attempt of [3, 1]) {
      const proposal = { ...first, proposalId: `p-${attempt}`, attempt };
      const { events, rejection } = ledger.give({ type: 'RecordProposal', proposal });
      expect(events).toEqual([]);
      expect(rejection).toMatchObject({
        code: 'attempt_out_of_order',
        detail: `attempt ${attempt} of holds; 2 is due`,
      });
    }
    const second = { ...first, proposalId: 'p-2', attempt: 2 };
    expect(ledger.give({ type: 'RecordProposal', proposal: second }).events).toHaveLength(1);
    const body = { agent: 'readiness', rulings: [] } as const;
    expect(ledger.propose({ ...body, rulings: [] }).attempt).toBe(1);
  });

  it('refuses a position that the ledger does not have; its own head is one it has', () => {
    const ledger = opened();
    const { version } = ledger.state();
    const proposal = ledger.propose({ ...holds, holds: [] }, { basisVersion: version + 1 });
    const refused = ledger.give({ type: 'RecordProposal', proposal });
    expect(refused.rejection).toMatchObject({
      code: 'basis_unknown',
      detail: `${proposal.proposalId} reasons about position ${version + 1}; the ledger ends at ${version}`,
    });
    const atHead = { ...proposal, basisVersion: version };
    expect(ledger.give({ type: 'RecordProposal', proposal: atHead }).rejection).toBeNull();
  });

  it('refuses an agent that proposes in the name of another, and an id used twice', () => {
    const ledger = opened();
    const disguised = ledger.propose({ ...holds, holds: [] }, { agent: 'packet' });
    const refused = ledger.give({ type: 'RecordProposal', proposal: disguised });
    expect(refused.rejection).toMatchObject({
      code: 'proposal_malformed',
      detail: 'packet proposed what only holds may',
    });
    const first = ledger.propose({ ...holds, holds: [] });
    const packet = packetOn(ledger.state(), ledger.judge);
    const second = ledger.propose({ agent: 'packet', packet }, { proposalId: first.proposalId });
    expect(ledger.give({ type: 'RecordProposal', proposal: second }).rejection).toMatchObject({
      code: 'proposal_malformed',
      detail: `the id ${first.proposalId} is already used`,
    });
  });

  it('refuses text that has no bytes, by the place where it stands', () => {
    const ledger = opened();
    const assertion = moved(90);
    const readings = [{ statement: 'fact-1', from: 0, quote: 'at \ud800', assertion }];
    const proposal = ledger.propose({ agent: 'readiness', rulings: [], readings });
    expect(ledger.give({ type: 'RecordProposal', proposal }).rejection).toMatchObject({
      code: 'proposal_malformed',
      detail: 'body.readings.0.quote: the text contains half of a character (a lone surrogate)',
    });
  });

  it('refuses one for a run that is not open', () => {
    const ledger = opened();
    const { runId } = ledger.state().run ?? {};
    const proposal = ledger.propose({ ...holds, holds: [] }, { runId: 'other' });
    expect(ledger.give({ type: 'RecordProposal', proposal }).rejection).toMatchObject({
      code: 'run_unknown',
      detail: `other is not the open run (${runId})`,
    });
  });
});
