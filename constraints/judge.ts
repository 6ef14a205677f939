/**
 * The judge that the ledger is handed: every rule book behind one value. It adds no rule of its own but two, which
 * hold for any proposal: it is for this cutover, and what it reasoned about has not moved.
 */
import { digestOf } from '../ledger/canonical.ts';
import { ReadinessCode, ViolationCode } from '../ledger/codes.ts';
import type { CutoverState, PacketRecord } from '../ledger/cutover.ts';
import type { Hold } from '../ledger/holds.ts';
import type { Judge } from '../ledger/judge.ts';
import type { Proposal, ResequencingBody, Violation } from '../ledger/proposal.ts';
import type { Instant } from '../ledger/vocabulary.ts';
import { basisDigest } from './basis.ts';
import { isReleaseLead, mayDecide } from './duties.ts';
import { checkHolds } from './holds.ts';
import { checkPacketBody } from './packet.ts';
import { planProblems } from './plan.ts';
import { PlanProblemCode } from './planProblem.ts';
import { checkReadiness } from './readiness.ts';
import { heardAgain, heldAgain } from './readinessAgain.ts';
import { checkResequencing } from './resequencing.ts';
import { broken, ranked } from './violations.ts';

/** Raised whenever a rule changes its meaning without changing its code. */
const edition = 6;

const version = digestOf('rules', {
  edition,
  violations: ViolationCode.options,
  readiness: ReadinessCode.options,
  planProblems: PlanProblemCode.options,
});

/** A proposal is for this cutover, and stands on the facts as they are. Rulings stand on the waiting facts instead. */
function ofAnyProposal(proposal: Proposal, state: CutoverState): Violation[] {
  const { cutoverId, body } = proposal;
  const moved = body.agent !== 'readiness' && proposal.basisDigest !== basisDigest(state);
  return [
    ...(cutoverId === state.cutoverId
      ? []
      : [broken('wrong_cutover', null, { subjects: [cutoverId, state.cutoverId] })]),
    ...(moved ? [broken('stale_basis', null)] : []),
  ];
}

function ofBody({ body }: Proposal, state: CutoverState, now: Instant): Violation[] {
  switch (body.agent) {
    case 'readiness':
      return checkReadiness(body, state);
    case 'resequencing':
      return checkResequencing(body, state, now);
    case 'holds':
      return checkHolds(body, state, now);
    case 'packet':
      return checkPacketBody(body.packet, state, now);
  }
}

/** Every rule a proposal breaks, ranked. */
const check = (proposal: Proposal, state: CutoverState, now: Instant): Violation[] =>
  ranked(
    [...ofAnyProposal(proposal, state), ...ofBody(proposal, state, now)],
    state.situation.plan,
  );

/** The timeline of a packet's open lines, as the resequencing proposal it would be. */
function timelineOf({ packet }: PacketRecord): ResequencingBody {
  return {
    agent: 'resequencing',
    placements: packet.lines.flatMap(({ checkpoint, state, startAt, endAt, owner }) =>
      state !== 'planned' || startAt === null || endAt === null || owner === null
        ? []
        : [{ checkpoint, startAt, endAt, owner }],
    ),
    unplaced: packet.lines
      .filter((line) => line.state === 'held')
      .map(({ checkpoint }) => {
        const holds = packet.holds.filter((hold) => hold.checkpoint === checkpoint);
        const behind = holds.find((hold) => hold.behind !== null);
        return {
          checkpoint,
          behind: behind?.behind ?? null,
          causes: holds.flatMap((hold) => hold.causes),
        };
      }),
    quality: { levels: [], provenLevels: 0, proven: false },
  };
}

/** The rules a stored packet breaks if it became current now: as a packet, and as a timeline. */
const checkPacket = (record: PacketRecord, state: CutoverState, now: Instant): Violation[] =>
  ranked(
    [
      ...checkPacketBody(record.packet, state, now),
      ...checkResequencing(timelineOf(record), state, now),
    ],
    state.situation.plan,
  );

/** Explained holds are a register like the proposed one: the same holds are wanted, and every cause and offer is true. */
const checkExplanation = (holds: readonly Hold[], state: CutoverState): Violation[] =>
  checkHolds({ agent: 'holds', holds: [...holds] }, state, state.recordedAt);

/** The whole rule book, as the ledger sees it. */
export const judge: Judge = {
  version,
  planProblems,
  check,
  checkPacket,
  checkExplanation,
  basisDigest,
  heldAgain,
  heardAgain,
  mayDecide,
  isReleaseLead,
};
