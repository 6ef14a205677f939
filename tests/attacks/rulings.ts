/** What can be wrong with rulings on facts: believing more than is known, or reading what nobody said. */
import { ReadinessCode } from '../../ledger/codes.ts';
import type { Assertion, Ruling } from '../../ledger/facts.ts';
import type { Proposal, ReadinessBody, StatementReading } from '../../ledger/proposal.ts';
import { reading } from '../support/build.ts';
import { oneOf } from '../support/problems.ts';
import { familyOf, onBody, type Operator, some, withOne } from './operator.ts';
import { lookalikesOf } from './payloads.ts';

const accepted: Omit<Ruling, 'factId'> = {
  ruling: 'accepted',
  code: null,
  candidates: [],
  against: null,
};

type OnRulings = Operator<ReadinessBody>['apply'];
const onRuling =
  (change: (ruling: Ruling, at: Parameters<OnRulings>[1]) => Ruling | null): OnRulings =>
  (body, at) => {
    const chosen = some(at.roll, body.rulings);
    if (chosen === undefined) return null;
    return { ...body, rulings: withOne(body.rulings, chosen, change(chosen, at)) };
  };

/** What a reader of free text could make of the first statement that waits; null when none does. */
function readingOf(
  { stage }: Parameters<OnRulings>[1],
  made: (text: string) => Omit<StatementReading, 'statement'>,
): StatementReading | null {
  for (const { factId, assertion } of stage.state.unruled) {
    if (assertion.kind === 'statement') return { statement: factId, ...made(assertion.text) };
  }
  return null;
}

const reads =
  (
    made: (text: string, at: Parameters<OnRulings>[1]) => Omit<StatementReading, 'statement'>,
  ): OnRulings =>
  (body, at) => {
    const reading = readingOf(at, (text) => made(text, at));
    return reading === null ? null : { ...body, readings: [...(body.readings ?? []), reading] };
  };

const finished = (at: Parameters<OnRulings>[1]): Assertion => ({
  kind: 'actual_finish',
  checkpoint: oneOf(at.roll, at.stage.state.situation.plan.checkpoints).id,
  at: reading(at.stage.now),
});

const rulings: Readonly<Record<string, OnRulings>> = {
  believe: onRuling((ruling) => ({ ...ruling, ...accepted })),
  believe_all: (body) => ({
    ...body,
    rulings: body.rulings.map((ruling) => ({ ...ruling, ...accepted })),
  }),
  forecast: onRuling((ruling) => ({
    ...ruling,
    ...accepted,
    ruling: 'accepted_as_forecast',
    code: 'told_in_advance',
  })),
  bury: onRuling((ruling) => ({ ...ruling, ruling: 'repeat', code: 'repeat' })),
  hold: onRuling((ruling, { roll }) => ({
    ...ruling,
    ruling: 'held',
    code: oneOf(roll, ReadinessCode.options),
  })),
  forget: onRuling(() => null),
  twice: (body, { roll }) => {
    const chosen = some(roll, body.rulings);
    return chosen === undefined ? null : { ...body, rulings: [...body.rulings, chosen] };
  },
  about_another: onRuling((ruling, { roll }) => ({
    ...ruling,
    factId: oneOf(roll, ['fact-1', 'fact-2', 'waiting-9', ...lookalikesOf(ruling.factId)]),
  })),
  other_candidates: onRuling((ruling, { stage }) => ({ ...ruling, candidates: [stage.now] })),
  other_against: onRuling((ruling) => ({ ...ruling, against: 'fact-1' })),
  read_what_is_not_there: reads((text, at) => ({
    from: 0,
    quote: `${text}, all clear`,
    assertion: finished(at),
  })),
  read_elsewhere: reads((text, at) => ({
    from: oneOf(at.roll, [1, text.length, 9_999]),
    quote: text.slice(0, 8),
    assertion: finished(at),
  })),
  read_what_it_does_not_say: reads((text, at) => ({
    from: 0,
    quote: text.split(';')[0] ?? text,
    assertion: finished(at),
  })),
  read_an_assent: reads((text, at) => ({
    from: 0,
    quote: text,
    assertion: oneOf<Assertion>(at.roll, [
      { kind: 'condition_met', condition: 'go-signal' },
      { kind: 'approval_given', checkpoint: 'c01', approval: 'board-ok', party: 'approver' },
      { kind: 'hold_lifted', hold: 'h1' },
      { kind: 'boundary_lifted', boundary: 'b1' },
    ]),
  })),
  backwards: (body) => ({ ...body, rulings: body.rulings.toReversed() }),
};

/** Everything that can be done to rulings. */
export const rulingOperators: readonly Operator<Proposal>[] = Object.entries(rulings).map(
  ([name, apply]) => ({
    name: `rulings_${name}`,
    family: familyOf(name),
    apply: onBody('readiness', apply),
  }),
);
