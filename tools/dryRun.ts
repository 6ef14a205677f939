/**
 * What an agent may ask the rule book before it proposes: "what would this break?". Read-only, and no verdict: the
 * gate asks again, inside the ledger's transaction.
 */
import { checkResequencing } from '../constraints/resequencing.ts';
import type { CutoverState } from '../ledger/cutover.ts';
import type { ResequencingBody, Violation } from '../ledger/proposal.ts';
import type { Instant } from '../ledger/vocabulary.ts';

/** Every rule that a whole timeline would break at `now`, ranked. */
export const wouldBreak = (
  body: ResequencingBody,
  state: CutoverState,
  now: Instant,
): readonly Violation[] => checkResequencing(body, state, now);
