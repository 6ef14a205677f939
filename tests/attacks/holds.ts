/** What can be wrong with a hold register: losing a hold, making one up, saying less of it than is so. */
import { HoldClass, RelaxableCode, ViolationCode } from '../../ledger/codes.ts';
import type { Hold } from '../../ledger/holds.ts';
import type { HoldsBody, Proposal } from '../../ledger/proposal.ts';
import { oneOf } from '../support/problems.ts';
import { familyOf, onBody, type Operator, some, withOne } from './operator.ts';

type OnHolds = Operator<HoldsBody>['apply'];
const onHold =
  (
    change: (hold: Hold, at: Parameters<OnHolds>[1], all: readonly Hold[]) => Hold | null,
  ): OnHolds =>
  (body, at) => {
    const chosen = some(at.roll, body.holds);
    if (chosen === undefined) return null;
    return { ...body, holds: withOne(body.holds, chosen, change(chosen, at, body.holds)) };
  };

const holds: Readonly<Record<string, OnHolds>> = {
  flatten: onHold(() => null),
  flatten_all: (body) => ({ ...body, holds: [] }),
  double: (body, { roll }) => {
    const chosen = some(roll, body.holds);
    return chosen === undefined ? null : { ...body, holds: [...body.holds, chosen] };
  },
  elsewhere: onHold((hold, { stage, roll }) => ({
    ...hold,
    checkpoint: oneOf(roll, stage.state.situation.plan.checkpoints).id,
  })),
  over_hold: (body, { stage, roll }) => {
    const { id } = oneOf(roll, stage.state.situation.plan.checkpoints);
    const like = some(roll, body.holds);
    const cause = {
      rule: 'in_past',
      checkpoint: id,
      subject: null,
      factId: null,
      at: null,
    } as const;
    const made: Hold = {
      relaxations: [],
      blocks: [],
      liftedBy: 'release-lead',
      ...like,
      holdId: `hold:${id}:order_conflict`,
      checkpoint: id,
      holdClass: 'order_conflict',
      behind: null,
      causes: [cause],
      release: { kind: 'plan_changed', checkpoint: id },
    };
    return { ...body, holds: [...body.holds, made] };
  },
  other_class: onHold((hold, { roll }) => ({ ...hold, holdClass: oneOf(roll, HoldClass.options) })),
  other_cause: onHold((hold, { roll, stage }) => ({
    ...hold,
    causes: [
      {
        rule: oneOf(roll, ViolationCode.options),
        checkpoint: oneOf(roll, stage.state.situation.plan.checkpoints).id,
        subject: oneOf(roll, [null, 'b1', 'lab', 'cho', hold.checkpoint]),
        factId: oneOf(roll, [null, 'fact-1']),
        at: oneOf(roll, [null, stage.now]),
      },
      ...hold.causes.slice(oneOf(roll, [0, 1])),
    ],
  })),
  behind_another: onHold((hold, { roll }, all) => ({
    ...hold,
    behind: oneOf(roll, [null, hold.checkpoint, ...all.map(({ checkpoint }) => checkpoint)]),
  })),
  blocks_nothing: onHold((hold) => ({ ...hold, blocks: [] })),
  lifted_by_all: onHold((hold, { roll }) => ({
    ...hold,
    liftedBy: oneOf(roll, ['ops', 'dba', 'sec', 'cho', 'interlock', 'anyone']),
  })),
  easy_release: onHold((hold) => ({
    ...hold,
    release: { kind: 'predecessor_placed', checkpoint: hold.checkpoint },
  })),
  cheap_exception: onHold((hold, { roll, stage }, all) => ({
    ...hold,
    relaxations: [
      {
        relaxes: oneOf(roll, RelaxableCode.options),
        checkpoint: oneOf(roll, stage.state.situation.plan.checkpoints).id,
        untilAt: null,
        releases: all.map(({ holdId }) => holdId),
        moved: 0,
        movedMinutes: 0,
        newlyWoken: oneOf(roll, [[], ['cho'], ['stranger'], ['cho', 'cho']]),
        provisionalStartAt: oneOf(roll, [null, stage.now, stage.now - 1]),
      },
    ],
  })),
};

/** Everything that can be done to holds. */
export const holdOperators: readonly Operator<Proposal>[] = Object.entries(holds).map(
  ([name, apply]) => ({
    name: `holds_${name}`,
    family: familyOf(name),
    apply: onBody('holds', apply),
  }),
);
