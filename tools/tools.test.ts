import { describe, expect, it } from 'vitest';
import { deterministicAgents } from '../agents/deterministic.ts';
import { judge } from '../constraints/judge.ts';
import { digestOf } from '../ledger/canonical.ts';
import {
  accepted,
  authority,
  checkpoint,
  declared,
  fact,
  fold,
  minute,
  plan,
} from '../tests/support/build.ts';
import { alternativesFor } from './alternatives.ts';
import { wouldBreak } from './dryRun.ts';
import { holdsWanted } from './holdTables.ts';
import { readFacts } from './readFacts.ts';

const delegate = {
  person: 'dev',
  grantedBy: 'operator',
  opensAt: minute(60),
  closesAt: minute(120),
};
const state = declared(
  plan([checkpoint('cut', { approvedStartAt: minute(30) })], {
    authority: [authority('ops-authority', { delegates: [delegate] })],
  }),
);

describe('alternatives', () => {
  it('name each possible owner with the starts that the rules leave to them', () => {
    expect(alternativesFor('cut', state, minute(0))).toEqual([
      { owner: 'operator', starts: [{ firstAt: minute(30), lastAt: minute(450) }] },
      { owner: 'dev', starts: [{ firstAt: minute(60), lastAt: minute(90) }] },
    ]);
  });

  it('are none for what a human holds, and for what is not there', () => {
    const held = accepted(state, [
      fact({ kind: 'hold_placed', hold: 'stop', checkpoint: 'cut', reason: 'wait' }),
    ]);
    expect(alternativesFor('cut', held, minute(0))).toEqual([]);
    expect(alternativesFor('nothing', state, minute(0))).toEqual([]);
  });
});

describe('a dry run', () => {
  it('says what the gate would say, and changes nothing', async () => {
    const now = minute(0);
    const slice = {
      state,
      now,
      basisDigest: digestOf('basis', 'x'),
      attempt: 1,
      refused: [],
      signal: null,
    };
    const { body } = await deterministicAgents.resequencing.propose(slice);
    if (body.agent !== 'resequencing') throw new Error('not a timeline');
    const before = digestOf('state', state);
    expect(wouldBreak(body, state, now)).toEqual([]);
    const early = body.placements.map((place) => ({ ...place, startAt: minute(-1) }));
    const broken = wouldBreak({ ...body, placements: early }, state, now);
    expect(broken.map(({ code }) => code)).toContain('in_past');
    expect(digestOf('state', state)).toBe(before);
  });
});

describe('the other questions', () => {
  it('read nothing where there is nothing to read', () => {
    expect(readFacts(state)).toEqual([]);
    expect(holdsWanted(state)).toEqual([]);
  });

  it('read each waiting fact as the rule book does', () => {
    const told = fact({ kind: 'statement', text: 'all good' });
    const waiting = fold(state, [
      {
        type: 'ReportReceived',
        report: {
          ...told,
          bodyDigest: digestOf('report', told.assertion),
          underPacketVersion: null,
          currentPacketVersion: null,
          facts: [told],
        } as never,
      },
    ]);
    expect(readFacts(waiting)).toMatchObject([{ ruling: 'held', code: 'not_structured' }]);
    expect(judge.basisDigest(waiting)).toBe(judge.basisDigest(state));
  });
});
