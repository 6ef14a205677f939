/**
 * Planted bugs (C54): judges that are wrong in one way each, as a slip in a rule book would make them. They exist only
 * here and are handed in by tests; nothing that ships can switch them on. A suite that does not find them proves nothing.
 */
import { judge } from '../../constraints/judge.ts';
import type { ViolationCode } from '../../ledger/codes.ts';
import type { CutoverState } from '../../ledger/cutover.ts';
import type { Judge } from '../../ledger/judge.ts';
import type { Plan } from '../../ledger/plan.ts';
import type { Proposal, Violation } from '../../ledger/proposal.ts';
import type { Situation } from '../../ledger/situation.ts';
import { type AgentName, minuteMs } from '../../ledger/vocabulary.ts';

type Check = Judge['check'];
const wrong = (check: Check): Judge => ({ ...judge, check });

/** A rule book without some of its rules. */
const without = (...codes: readonly ViolationCode[]): Judge =>
  wrong((...asked) => judge.check(...asked).filter(({ code }) => !codes.includes(code)));

/** A rule book that lets a limit slip when it is missed by no more than this. */
const lenient = (codes: readonly ViolationCode[], byMs: number): Judge =>
  wrong((...asked) =>
    judge
      .check(...asked)
      .filter(
        ({ code, limitAt, foundAt }: Violation) =>
          !codes.includes(code) ||
          limitAt === null ||
          foundAt === null ||
          Math.abs(limitAt - foundAt) > byMs,
      ),
  );

const onSituation = (change: (situation: Situation) => Situation): Judge =>
  wrong((proposal, state, now) => {
    const { body, cutoverId } = proposal;
    // The digest is of the facts as they are, whatever this judge makes of them.
    const moved = judge.check(proposal, state, now).filter(({ code }) => code === 'stale_basis');
    if (body.agent !== 'resequencing') return judge.check(proposal, state, now);
    const changed: CutoverState = { ...state, situation: change(state.situation) };
    const basisDigest = judge.basisDigest(changed);
    return [...moved, ...judge.check({ ...proposal, cutoverId, basisDigest }, changed, now)];
  });

const onPlan = (change: (plan: Plan) => Partial<Plan>): Judge =>
  onSituation((situation) => ({
    ...situation,
    plan: { ...situation.plan, ...change(situation.plan) },
  }));

/** Only what the agent itself is asked about, never what it says of others. */
const onAgent = (agent: Proposal['agent'], check: Check): Judge =>
  wrong((proposal, state, now) =>
    proposal.agent === agent ? check(proposal, state, now) : judge.check(proposal, state, now),
  );

/** What each bug is, and the judge that has it, by the agent whose proposals it lets through. */
const timelineBugs = {
  'the freeze is not asked about': onPlan(({ boundaries }) => ({
    boundaries: boundaries.filter(({ kind }) => kind !== 'freeze'),
  })),
  'boundaries are not asked about': onPlan(({ boundaries }) => ({
    boundaries: boundaries.slice(boundaries.length),
  })),
  'the window closes one minute late': onPlan(({ window }) => ({
    window: { ...window, closesAt: window.closesAt + minuteMs },
  })),
  'any start in the last minute is not in the past': lenient(['in_past'], minuteMs),
  'gaps are rounded to the minute': lenient(['gap_too_short', 'gap_too_long'], minuteMs),
  'everyone is authorised for everything': without('not_authorised_owner'),
  'a delegate may delegate further': onPlan(({ authority }) => ({
    authority: authority.map((row) => ({ ...row, chainsAllowed: true })),
  })),
  'absences are forgotten': onSituation((situation) => ({ ...situation, unavailable: [] })),
  'people may do two things at once': without('owner_clash'),
  'holds placed by people are forgotten': onSituation((situation) => ({ ...situation, holds: [] })),
  'conditions count as met': onPlan(({ conditions }) => ({
    conditions: conditions.map((condition) => ({ ...condition, met: true })),
  })),
  'a held predecessor holds nobody': without('predecessor_held'),
  'protected order is a preference': without('protected_order', 'protected_move'),
  'started work may be placed again': without('moved_started'),
  'a checkpoint may be left out': without('missing_checkpoint'),
  'ids that nobody has, and repeats, are let through': without(
    'unknown_checkpoint',
    'duplicate_checkpoint',
  ),
  'the facts may have moved': without('stale_basis'),
  'a proposal for another night will do': without('wrong_cutover'),
  'a proposal may end when it likes': without('wrong_duration'),
};

const rulingBugs = {
  'rulings are taken as they come': onAgent('readiness', () => []),
  'who reports is not asked': without('accepted_without_authority'),
};

const holdBugs = {
  'a hold may be left out': without('hold_missing'),
  'exceptions are offered as they come': without('hold_release_wrong'),
};

const packetBugs = {
  'a packet says what it likes of its lines': without('packet_line_untraceable'),
  'a packet may supersede anything': without('packet_version_wrong'),
  'a packet tells whom it likes': without('packet_recipient_wrong', 'packet_delta_mismatch'),
};

type Planted = readonly [bug: string, agent: AgentName, judge: Judge];
const of = (agent: AgentName, bugs: Readonly<Record<string, Judge>>): Planted[] =>
  Object.entries(bugs).map(([bug, buggy]) => [bug, agent, buggy]);

export const plantedBugs: readonly Planted[] = [
  ...of('readiness', rulingBugs),
  ...of('resequencing', timelineBugs),
  ...of('holds', holdBugs),
  ...of('packet', packetBugs),
];
