/**
 * What an agent may ask the rule book before it proposes: "what would this break?". Read-only, and no verdict: the
 * gate asks again, inside the ledger's transaction.
 */
import { checkResequencing } from '../constraints/resequencing.ts';
import type { ViolationCode } from '../ledger/codes.ts';
import type { CutoverState } from '../ledger/cutover.ts';
import type { Placement, ResequencingBody, Violation } from '../ledger/proposal.ts';
import type { Instant } from '../ledger/vocabulary.ts';

/** Every rule that a whole timeline would break at `now`, ranked. */
export const wouldBreak = (
  body: ResequencingBody,
  state: CutoverState,
  now: Instant,
): readonly Violation[] => checkResequencing(body, state, now);

/** The rules about what a checkpoint itself needs: evidence, assents, conditions, human holds. */
const ownRules: readonly ViolationCode[] = [
  'hold_in_force',
  'condition_open',
  'approval_refused',
  'approval_expired',
  'confirmation_refused',
  'confirmation_expired',
  'evidence_revoked',
  'evidence_stale',
];

/** What a checkpoint would itself still lack if it were placed there, whatever stands beside it. */
export function wouldLack(
  placement: Placement,
  state: CutoverState,
  now: Instant,
): readonly Violation[] {
  const body: ResequencingBody = {
    agent: 'resequencing',
    placements: [placement],
    unplaced: [],
    quality: { levels: [], provenLevels: 0, proven: false },
  };
  return wouldBreak(body, state, now).filter(
    ({ code, checkpoint }) => checkpoint === placement.checkpoint && ownRules.includes(code),
  );
}
