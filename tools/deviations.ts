/** What an agent may ask about facts that broke a rule. Read-only: a deviation is shown, never refused. */
import { deviationsOf } from '../constraints/deviations.ts';
import type { CutoverState } from '../ledger/cutover.ts';
import type { Deviation } from '../ledger/packet.ts';
import type { Instant } from '../ledger/vocabulary.ts';

/** Where started work broke a rule, by approved rank. */
export const deviationsIn = (state: CutoverState, now: Instant): readonly Deviation[] =>
  deviationsOf(state, now);
