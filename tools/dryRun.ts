/**
 * What an agent may ask the rule book before it proposes: "what would this break?". Read-only, and no verdict: the
 * gate asks again, inside the ledger's transaction.
 */
import { checkHolds } from '../constraints/holds.ts';
import { checkResequencing } from '../constraints/resequencing.ts';
import type { CutoverState } from '../ledger/cutover.ts';
import type { Hold } from '../ledger/holds.ts';
import type { ResequencingBody, Violation } from '../ledger/proposal.ts';
import type { Instant } from '../ledger/vocabulary.ts';

/** Every rule that a whole timeline would break at `now`, ranked. */
export const wouldBreak = (
  body: ResequencingBody,
  state: CutoverState,
  now: Instant,
): readonly Violation[] => checkResequencing(body, state, now);

/** The state as it would be if the gate found this timeline clean: for asking further, never kept. */
export function afterTimeline(body: ResequencingBody, state: CutoverState): CutoverState {
  const { run } = state;
  if (run === null) return state;
  const proposal = {
    proposalId: `${run.runId}.dry-run`,
    cutoverId: state.cutoverId,
    runId: run.runId,
    agent: body.agent,
    mind: { kind: 'deterministic', reason: 'default' } as const,
    attempt: 1,
    basisVersion: state.version,
    basisDigest: state.planDigest,
    body,
  };
  const attempts = { ...run.attempts, resequencing: { proposal, clean: true, violations: [] } };
  return { ...state, run: { ...run, attempts } };
}

/** Every rule that a hold register would break on a state with a clean timeline, ranked. */
export const registerBreaks = (
  holds: readonly Hold[],
  state: CutoverState,
  now: Instant,
): readonly Violation[] => checkHolds({ agent: 'holds', holds: [...holds] }, state, now);
