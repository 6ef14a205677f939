import { describe, expect, it } from 'vitest';
import {
  accepted,
  checkpoint,
  declared,
  fact,
  fold,
  minute,
  plan,
  reading,
} from '../tests/support/build.ts';
import { evolve } from './evolve.ts';
import type { Fact } from './facts.ts';

const night = plan([checkpoint('cut'), checkpoint('check')]);
const forecast = (minutes: number, change: Partial<Fact> = {}): Fact =>
  fact({ kind: 'forecast_finish', checkpoint: 'cut', at: reading(minute(minutes)) }, change);

const held = (item: Fact) => {
  const { factId, reportId, source, sourceEventId, sourceSequence, reporter } = item;
  const { occurredAt, receivedAt, text } = item;
  return fold(declared(night), [
    {
      type: 'ReportReceived',
      report: {
        reportId,
        bodyDigest: 'a'.repeat(64),
        source,
        sourceEventId,
        sourceSequence,
        reporter,
        occurredAt,
        receivedAt,
        underPacketVersion: null,
        currentPacketVersion: null,
        text,
        facts: [item],
      },
    },
    {
      type: 'FactsRuled',
      proposalId: 'p',
      rulings: [
        { factId, ruling: 'held', code: 'authorities_disagree', candidates: [], against: null },
      ],
    },
  ]);
};
const heldAfter = (waiting: Fact, next: Fact) =>
  accepted(held(waiting), [next]).heldFacts.map((item) => item.fact.factId);

describe('a held fact', () => {
  it('is settled by an accepted one on its subject that is as late or later', () => {
    const waiting = forecast(40, { occurredAt: minute(5) });
    expect(heldAfter(waiting, forecast(50, { occurredAt: minute(5) }))).toEqual([]);
    expect(heldAfter(waiting, forecast(50, { occurredAt: minute(6) }))).toEqual([]);
  });

  it('stays when it happened later than what was accepted', () => {
    const waiting = forecast(40, { occurredAt: minute(6) });
    expect(heldAfter(waiting, forecast(50, { occurredAt: minute(5) }))).toEqual([waiting.factId]);
  });

  it('stays when its source numbered it later, whatever its clock says', () => {
    const waiting = forecast(40, { occurredAt: minute(1), sourceSequence: 5 });
    const earlier = forecast(50, { occurredAt: minute(9), sourceSequence: 4 });
    expect(heldAfter(waiting, earlier)).toEqual([waiting.factId]);
    const later = forecast(50, { occurredAt: minute(9), sourceSequence: 5 });
    expect(heldAfter(waiting, later)).toEqual([]);
    const other = forecast(50, { occurredAt: minute(9), sourceSequence: 4, source: 'rail' });
    expect(heldAfter(waiting, other)).toEqual([]);
  });

  describe('that is a finish', () => {
    const finish = (minutes: number, change: Partial<Fact>): Fact =>
      fact({ kind: 'actual_finish', checkpoint: 'cut', at: reading(minute(minutes)) }, change);
    const rail = { occurredAt: minute(5), source: 'rail', sourceSequence: 5 };
    const waiting = finish(4, rail);

    it('stays when it is only forecast, unless its own source forecasts it later', () => {
      for (const change of [
        { occurredAt: minute(9), source: 'board' },
        { ...rail, occurredAt: minute(9), sourceSequence: null },
        { ...rail, occurredAt: minute(9), sourceSequence: 4 },
      ]) {
        expect(heldAfter(waiting, forecast(50, change))).toEqual([waiting.factId]);
      }
      const later = forecast(50, { ...rail, occurredAt: minute(9), sourceSequence: 6 });
      expect(heldAfter(waiting, later)).toEqual([]);
    });

    it('stays when another source says otherwise, unless that one is trusted more', () => {
      const unranked = { occurredAt: minute(9), source: 'lane' };
      expect(heldAfter(waiting, finish(3, unranked))).toEqual([waiting.factId]);
      expect(heldAfter(waiting, finish(4, unranked))).toEqual([]);
      const byPerson = { occurredAt: minute(9), source: 'interlock' };
      expect(heldAfter(waiting, finish(3, byPerson))).toEqual([]);
      expect(heldAfter(waiting, finish(3, { ...byPerson, occurredAt: minute(4) }))).toEqual([
        waiting.factId,
      ]);
      expect(heldAfter(waiting, finish(3, { ...rail, occurredAt: minute(9) }))).toEqual([]);
    });
  });

  it('is not touched by a fact on another subject', () => {
    const waiting = forecast(40, { occurredAt: minute(1) });
    const other = fact(
      { kind: 'forecast_finish', checkpoint: 'check', at: reading(minute(50)) },
      { occurredAt: minute(9) },
    );
    expect(heldAfter(waiting, other)).toEqual([waiting.factId]);
  });
});

describe('folding', () => {
  it('refuses a ledger that does not begin with a declaration', () => {
    const state = declared(night);
    expect(() =>
      evolve(null, {
        cutoverId: state.cutoverId,
        version: 1,
        recordedAt: minute(0),
        body: { type: 'RunEnded', runId: 'r', outcome: 'no_change' },
        previousHash: '0'.repeat(64),
        hash: '0'.repeat(64),
      }),
    ).toThrow(/before the cutover is declared/);
  });

  it('an event about a run, proposal or packet that is not there changes nothing but the position', () => {
    const before = declared(night);
    const after = fold(before, [
      { type: 'RunEnded', runId: 'r', outcome: 'no_change' },
      { type: 'ApprovalCleared', packetId: 'p', reason: 'expired' },
      {
        type: 'VerdictGiven',
        proposalId: 'p',
        agent: 'holds',
        checkerVersion: 'v',
        clean: true,
        violations: [],
      },
      {
        type: 'FactsRuled',
        proposalId: 'p',
        rulings: [{ factId: 'f', ruling: 'accepted', code: null, candidates: [], against: null }],
      },
    ]);
    const { version, headHash } = after;
    expect(after).toEqual({ ...before, version, headHash });
  });

  it('a repeat is forgotten, and a finish told in advance is a forecast', () => {
    const item = fact({ kind: 'actual_finish', checkpoint: 'cut', at: reading(minute(40)) });
    const state = held(forecast(40));
    const received = fold(state, [
      {
        type: 'ReportReceived',
        report: {
          reportId: item.reportId,
          bodyDigest: 'b'.repeat(64),
          source: item.source,
          sourceEventId: item.sourceEventId,
          sourceSequence: null,
          reporter: item.reporter,
          occurredAt: item.occurredAt,
          receivedAt: item.receivedAt,
          underPacketVersion: null,
          currentPacketVersion: null,
          text: item.text,
          facts: [item],
        },
      },
    ]);
    const rulingOn = (ruling: 'repeat' | 'accepted_as_forecast') =>
      fold(received, [
        {
          type: 'FactsRuled',
          proposalId: 'p',
          rulings: [{ factId: item.factId, ruling, code: null, candidates: [], against: null }],
        },
      ]);
    expect(rulingOn('repeat').situation).toEqual(state.situation);
    expect(rulingOn('repeat').unruled).toEqual([]);
    expect(rulingOn('accepted_as_forecast').situation.progress['cut']).toMatchObject({
      state: 'planned',
      forecastFinishAt: minute(40),
    });
  });
});

describe('a checkpoint added', () => {
  const ranks = (rank: number) => {
    const added = fact({ kind: 'checkpoint_added', added: checkpoint('found-late', { rank }) });
    const { checkpoints } = accepted(declared(night), [added]).situation.plan;
    return Object.fromEntries(checkpoints.map((one) => [one.id, one.rank]));
  };

  it('takes its place in the approved order, and what stands there moves down', () => {
    expect(ranks(2)).toEqual({ cut: 1, 'found-late': 2, check: 3 });
  });

  it('moves nothing where its rank is free', () => {
    expect(ranks(3)).toEqual({ cut: 1, check: 2, 'found-late': 3 });
  });
});
