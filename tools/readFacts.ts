/** What an agent may ask about waiting facts. Read-only: asking rules nothing. */
import { rule, ruleFacts } from '../constraints/readiness.ts';
import type { CutoverState } from '../ledger/cutover.ts';
import type { Ruling } from '../ledger/facts.ts';

/** The rule book's own ruling for each waiting fact, in order of arrival. */
export const readFacts = (state: CutoverState): readonly Ruling[] => ruleFacts(state);

/** The cutover as it would be once the rule book has ruled on all that waits: for asking further, never kept. */
export const onceRuled = (state: CutoverState): CutoverState => ({
  ...state,
  ...rule(state).after,
  unruled: [],
});
