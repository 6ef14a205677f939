/**
 * A small explicit judge for tests of the ledger: the documented meaning of each question, in as few lines as it
 * takes, so that what `decide` does with an answer is tested apart from how constraints/ finds it.
 */
import { digestOf } from '../../ledger/canonical.ts';
import type { RejectionCode } from '../../ledger/codes.ts';
import type { CutoverState } from '../../ledger/cutover.ts';
import type { Actor } from '../../ledger/events.ts';
import type { Assertion } from '../../ledger/facts.ts';
import type { Judge, PlanProblem } from '../../ledger/judge.ts';
import type { Plan } from '../../ledger/plan.ts';
import type { Violation } from '../../ledger/proposal.ts';
import { subjectOf } from '../../ledger/subjects.ts';

export const violation = (
  code: Violation['code'],
  checkpoint: string | null = null,
): Violation => ({
  code,
  checkpoint,
  subjects: [],
  limitAt: null,
  foundAt: null,
});

/** Words move nothing; neither does a promise, nor a source that the plan does not map. */
const moves = (assertion: Assertion): boolean =>
  assertion.kind !== 'statement' && assertion.kind !== 'update_promised';

export function testBasis(state: CutoverState): string {
  const mapped = new Set(state.situation.plan.sources.map((source) => source.id));
  const basis: Record<string, unknown> = {};
  for (const [subject, { assertion }] of Object.entries(state.known)) {
    if (moves(assertion)) basis[subject] = assertion;
  }
  for (const { source, assertion } of state.unruled) {
    if (mapped.has(source) && moves(assertion)) basis[subjectOf(assertion)] = assertion;
  }
  return digestOf('basis', basis);
}

export function testLead(actor: Actor, plan: Plan, now: number): boolean {
  return (
    actor.kind === 'person' &&
    plan.authority.some(
      (row) =>
        row.role === plan.leadRole &&
        [...row.holders, ...row.delegates].some(
          (tenure) =>
            tenure.person === actor.subject && tenure.opensAt <= now && now < tenure.closesAt,
        ),
    )
  );
}

/** The documented judge; `change` replaces one answer, to see what `decide` does with it. */
export const testJudge = (change: Partial<Judge> = {}): Judge => {
  const judge: Judge = {
    version: 'test-judge',
    planProblems: (): PlanProblem[] => [],
    basisDigest: testBasis,
    checkExplanation: () => [],
    heldAgain: () => [],
    heardAgain: () => [],
    isReleaseLead: testLead,
    mayDecide: ({ actor }, state, now): RejectionCode | null =>
      judge.isReleaseLead(actor, state.situation.plan, now) ? null : 'not_release_lead',
    check: (proposal, state, now) => {
      const stale =
        proposal.agent !== 'readiness' && proposal.basisDigest !== judge.basisDigest(state)
          ? [violation('stale_basis')]
          : [];
      if (proposal.body.agent !== 'packet') return stale;
      const { packet } = proposal.body;
      const due = state.lastPacketVersion + 1;
      return [
        ...stale,
        ...(packet.version === due ? [] : [violation('packet_version_wrong')]),
        ...(packet.basisDigest === judge.basisDigest(state)
          ? []
          : [violation('packet_basis_wrong')]),
        ...past(packet.lines, now),
      ];
    },
    checkPacket: ({ packet }, state, now) => [
      ...(packet.basisDigest === judge.basisDigest(state) ? [] : [violation('packet_basis_wrong')]),
      ...past(packet.lines, now),
    ],
    ...change,
  };
  return judge;
};

function past(
  lines: readonly { checkpoint: string; state: string; startAt: number | null }[],
  now: number,
): Violation[] {
  return lines.flatMap((line) =>
    line.state === 'planned' && line.startAt !== null && line.startAt < now
      ? [violation('in_past', line.checkpoint)]
      : [],
  );
}
