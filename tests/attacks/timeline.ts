/**
 * Order, window and authority: what can be wrong with a timeline, one thing at a time and mostly by a hair.
 */
import type { Checkpoint, Plan } from '../../ledger/plan.ts';
import { plannedMs } from '../../ledger/plan.ts';
import type { Placement, Proposal, ResequencingBody } from '../../ledger/proposal.ts';
import { minuteMs, type Instant } from '../../ledger/vocabulary.ts';
import { between, type Dice, oneOf } from '../support/problems.ts';
import { type Family, onBody, type Operator, some } from './operator.ts';
import { lookalikesOf } from './payloads.ts';
import type { Stage } from './stage.ts';

type At = { readonly stage: Stage; readonly roll: Dice };
type Apply = (body: ResequencingBody, at: At) => ResequencingBody | null;

const planOf = ({ stage }: At): Plan => stage.state.situation.plan;
const named = (plan: Plan, id: string): Checkpoint | undefined =>
  plan.checkpoints.find((item) => item.id === id);

/** The body with one placement changed; null when nothing is placed. */
const onPlacement =
  (change: (placed: Placement, at: At, body: ResequencingBody) => Placement | null): Apply =>
  (body, at) => {
    const chosen = some(at.roll, body.placements);
    const made = chosen === undefined ? null : change(chosen, at, body);
    if (made === null) return null;
    return { ...body, placements: body.placements.map((item) => (item === chosen ? made : item)) };
  };

const startingAt = (placed: Placement, startAt: Instant): Placement => ({
  ...placed,
  startAt,
  endAt: startAt + placed.endAt - placed.startAt,
});

const hair = (roll: Dice): number =>
  oneOf(roll, [1, -1, 1, -1, 1_000, -1_000, minuteMs, -minuteMs]);
const cause = (checkpoint: string) =>
  ({ rule: 'in_past', checkpoint, subject: null, factId: null, at: null }) as const;

const order: Readonly<Record<string, Apply>> = {
  swap_starts: (body, { roll }) => {
    const [one, other] = [some(roll, body.placements), some(roll, body.placements)];
    if (one === undefined || other === undefined || one === other) return null;
    return {
      ...body,
      placements: body.placements.map((item) =>
        item === one
          ? startingAt(one, other.startAt)
          : item === other
            ? startingAt(other, one.startAt)
            : item,
      ),
    };
  },
  behind_cycle: (body) => ({
    ...body,
    unplaced: body.unplaced.map((item, index) => ({
      ...item,
      behind: body.unplaced.at(index - 1)?.checkpoint ?? null,
    })),
  }),
  drop: (body, { roll }) => {
    const dropped = some(roll, [...body.placements, ...body.unplaced]);
    return {
      ...body,
      placements: body.placements.filter((item) => item !== dropped),
      unplaced: body.unplaced.filter((item) => item !== dropped),
    };
  },
  duplicate: (body, { roll }) => {
    const placed = some(roll, body.placements);
    if (placed === undefined) return null;
    const again = startingAt(placed, placed.startAt + between(roll, 0, 2) * minuteMs);
    return { ...body, placements: [...body.placements, again] };
  },
  place_and_hold: (body, { roll }) => {
    const placed = some(roll, body.placements);
    if (placed === undefined) return null;
    const { checkpoint } = placed;
    return {
      ...body,
      unplaced: [...body.unplaced, { checkpoint, behind: null, causes: [cause(checkpoint)] }],
    };
  },
  invent: (body, { roll }) => {
    const placed = some(roll, body.placements);
    if (placed === undefined) return null;
    const id = oneOf(roll, [...lookalikesOf(placed.checkpoint), 'c99', 'traffic-shift']);
    return { ...body, placements: [...body.placements, { ...placed, checkpoint: id }] };
  },
  rename: onPlacement((placed, { roll }) => ({
    ...placed,
    checkpoint: oneOf(roll, lookalikesOf(placed.checkpoint)),
  })),
  move_settled: (body, at) => {
    const { progress } = at.stage.state.situation;
    const settled = planOf(at).checkpoints.filter(({ id }) => progress[id]?.state !== 'planned');
    const chosen = some(at.roll, settled);
    if (chosen === undefined) return null;
    const startAt = at.stage.now + between(at.roll, 0, 60) * minuteMs;
    const placed = {
      checkpoint: chosen.id,
      startAt,
      endAt: startAt + plannedMs(chosen.duration),
      owner: chosen.approvedOwner,
    };
    return { ...body, placements: [...body.placements, placed] };
  },
  overlap: onPlacement((placed, { roll }, body) => {
    const other = some(roll, body.placements);
    return other === undefined ? null : startingAt(placed, other.endAt - Math.abs(hair(roll)));
  }),
  share_owner: onPlacement((placed, { roll }, body) => {
    const other = some(roll, body.placements);
    if (other === undefined) return null;
    return { ...startingAt(placed, other.startAt), owner: other.owner };
  }),
  break_gap: onPlacement((placed, at, body) => {
    const link = some(at.roll, named(planOf(at), placed.checkpoint)?.predecessors ?? []);
    const before = body.placements.find(({ checkpoint }) => checkpoint === link?.checkpoint);
    if (link === undefined || before === undefined) return null;
    const from = link.type === 'start_to_start' ? before.startAt : before.endAt;
    const gap =
      link.maxGapSeconds !== null && at.roll() < 0.5 ? link.maxGapSeconds : link.gapSeconds;
    return startingAt(placed, from + gap * 1_000 + hair(at.roll));
  }),
  place_held: (body, at) => {
    const held = some(at.roll, body.unplaced);
    const checkpoint = held === undefined ? undefined : named(planOf(at), held.checkpoint);
    if (checkpoint === undefined) return null;
    const { approvedStartAt, approvedOwner: owner, duration, id } = checkpoint;
    const startAt = oneOf(at.roll, [
      approvedStartAt,
      Math.max(at.stage.now, approvedStartAt),
      at.stage.now + between(at.roll, 0, 300) * minuteMs,
    ]);
    const placed = { checkpoint: id, startAt, endAt: startAt + plannedMs(duration), owner };
    return {
      ...body,
      placements: [...body.placements, placed],
      unplaced: body.unplaced.filter((item) => item !== held),
    };
  },
  hold_placed: (body, { roll }) => {
    const chosen = some(roll, body.placements);
    if (chosen === undefined) return null;
    const { checkpoint } = chosen;
    return {
      ...body,
      placements: body.placements.filter((item) => item !== chosen),
      unplaced: [...body.unplaced, { checkpoint, behind: null, causes: [cause(checkpoint)] }],
    };
  },
  past_safe_start: (body, at) => {
    const rail = some(at.roll, planOf(at).guardrails);
    const placed = body.placements.find(({ checkpoint }) => checkpoint === rail?.pointOfNoReturn);
    if (rail === undefined || placed === undefined) return null;
    const late = startingAt(placed, rail.mustEndAt - rail.rollbackMinutes * minuteMs + 1);
    return { ...body, placements: body.placements.map((item) => (item === placed ? late : item)) };
  },
  shuffle: (body, { roll }) => ({
    ...body,
    placements: [...body.placements].sort(() => roll() - 0.5),
    unplaced: body.unplaced.toReversed(),
  }),
};

/** Every instant at which something of the plan begins or ends. */
function edges(at: At): Instant[] {
  const { plan, unavailable, evidence, assents } = at.stage.state.situation;
  const spans = [
    plan.window,
    ...plan.boundaries,
    ...plan.people.flatMap(({ working }) => working),
    ...plan.authority.flatMap(({ holders, delegates }) => [...holders, ...delegates]),
    ...plan.checkpoints.flatMap(({ allowedWindows }) => allowedWindows),
    ...unavailable.map(({ span }) => span),
  ];
  const ages = plan.checkpoints.flatMap((item) => item.evidence).map((rule) => rule.maxAgeMinutes);
  const valid = plan.checkpoints.flatMap(({ approvals, confirmations }) =>
    [...approvals, ...confirmations].map(({ validMinutes }) => validMinutes ?? 0),
  );
  return [
    ...spans.flatMap(({ opensAt, closesAt }) => [opensAt, closesAt]),
    ...evidence.flatMap(({ observedAt }) =>
      observedAt === null ? [] : ages.map((age) => observedAt + age * minuteMs),
    ),
    ...assents.flatMap((answer) => valid.map((minutes) => answer.at + minutes * minuteMs)),
  ];
}

const window: Readonly<Record<string, Apply>> = {
  start_at_edge: onPlacement((placed, at) =>
    startingAt(placed, oneOf(at.roll, edges(at)) + oneOf(at.roll, [0, 1, -1])),
  ),
  end_at_edge: onPlacement((placed, at) => {
    const startAt = oneOf(at.roll, edges(at)) - (placed.endAt - placed.startAt);
    return startingAt(placed, startAt + oneOf(at.roll, [0, 1, -1]));
  }),
  last_past_window: (body, at) => {
    const last = body.placements.toSorted((one, other) => other.endAt - one.endAt)[0];
    if (last === undefined) return null;
    const { closesAt } = planOf(at).window;
    const endAt = closesAt + oneOf(at.roll, [0, 1, 1_000, minuteMs]);
    const late = startingAt(last, endAt - (last.endAt - last.startAt));
    return { ...body, placements: body.placements.map((item) => (item === last ? late : item)) };
  },
  across_boundary: (body, at) => {
    const boundary = some(at.roll, planOf(at).boundaries);
    if (boundary === undefined) return null;
    const { binds, opensAt, closesAt } = boundary;
    const bound = body.placements.filter(
      ({ checkpoint }) => binds === 'all' || binds.includes(checkpoint),
    );
    const chosen = some(at.roll, bound);
    if (chosen === undefined) return null;
    const lasts = chosen.endAt - chosen.startAt;
    const startAt = oneOf(at.roll, [
      opensAt - lasts + 1,
      closesAt - 1,
      opensAt - 1,
      closesAt - lasts + 1,
    ]);
    const moved = startingAt(chosen, startAt);
    return { ...body, placements: body.placements.map((item) => (item === chosen ? moved : item)) };
  },
  past_validity: (body, at) => {
    const { evidence, assents } = at.stage.state.situation;
    const ends = body.placements.flatMap((placed) => {
      const { checkpoint: id } = placed;
      const rules = named(planOf(at), id);
      const stale = evidence.flatMap(({ checkpoint, observedAt }) =>
        checkpoint !== id || observedAt === null
          ? []
          : (rules?.evidence ?? []).map((rule) => observedAt + rule.maxAgeMinutes * minuteMs),
      );
      const expired = assents.flatMap(({ checkpoint, at: given }) =>
        checkpoint !== id
          ? []
          : [...(rules?.approvals ?? []), ...(rules?.confirmations ?? [])].map(
              ({ validMinutes }) => given + (validMinutes ?? 0) * minuteMs,
            ),
      );
      return [...stale, ...expired].map((endsAt) => ({ placed, endsAt }));
    });
    const chosen = some(at.roll, ends);
    if (chosen === undefined) return null;
    const late = startingAt(chosen.placed, chosen.endsAt + oneOf(at.roll, [0, 1]));
    return {
      ...body,
      placements: body.placements.map((item) => (item === chosen.placed ? late : item)),
    };
  },
  before_now: onPlacement((placed, { stage, roll }) =>
    startingAt(placed, stage.now - oneOf(roll, [1, 1_000, minuteMs, 60 * minuteMs])),
  ),
  nudge: onPlacement((placed, { roll }) => startingAt(placed, placed.startAt + hair(roll))),
  before_approved: onPlacement((placed, at) => {
    const checkpoint = named(planOf(at), placed.checkpoint);
    return checkpoint === undefined ? null : startingAt(placed, checkpoint.approvedStartAt - 1);
  }),
  clock_change: onPlacement((placed, { roll }) =>
    startingAt(placed, placed.startAt + oneOf(roll, [-60, 60, 30, -30, 1_440]) * minuteMs),
  ),
  far: onPlacement((placed, { roll }) =>
    startingAt(
      placed,
      oneOf(roll, [946_684_800_000, 4_102_444_799_000, 0, -1, 253_402_300_799_999]),
    ),
  ),
  longer: onPlacement((placed, { roll }) => ({ ...placed, endAt: placed.endAt + hair(roll) })),
  negative_length: onPlacement((placed) => ({
    ...placed,
    startAt: placed.endAt,
    endAt: placed.startAt,
  })),
};

const authority: Readonly<Record<string, Apply>> = {
  other_owner: onPlacement((placed, at) => ({
    ...placed,
    owner: oneOf(at.roll, planOf(at).people).id,
  })),
  stranger: onPlacement((placed, { roll }) => ({
    ...placed,
    owner: oneOf(roll, [
      'stranger',
      'on-call',
      'interlock',
      'ops',
      'release-lead',
      'hasownproperty',
    ]),
  })),
  lookalike: onPlacement((placed, { roll }) => ({
    ...placed,
    owner: oneOf(roll, lookalikesOf(placed.owner)),
  })),
  outside_tenure: onPlacement((placed, at) => {
    const rows = planOf(at).authority.flatMap(({ holders, delegates }) => [
      ...holders,
      ...delegates,
    ]);
    const tenure = some(at.roll, rows);
    if (tenure === undefined) return null;
    const startAt = at.roll() < 0.5 ? tenure.opensAt - 1 : tenure.closesAt - 1;
    return { ...startingAt(placed, startAt), owner: tenure.person };
  }),
  swap_owners: (body, { roll }) => {
    const [one, other] = [some(roll, body.placements), some(roll, body.placements)];
    if (one === undefined || other === undefined || one.owner === other.owner) return null;
    return {
      ...body,
      placements: body.placements.map((item) =>
        item === one || item === other
          ? { ...item, owner: item === one ? other.owner : one.owner }
          : item,
      ),
    };
  },
};

const operators = (family: Family, table: Readonly<Record<string, Apply>>): Operator<Proposal>[] =>
  Object.entries(table).map(([name, apply]) => ({
    name,
    family,
    apply: onBody('resequencing', apply),
  }));

/** Everything that can be done to a proposed timeline. */
export const timelineOperators: readonly Operator<Proposal>[] = [
  ...operators('order', order),
  ...operators('window', window),
  ...operators('authority', authority),
];
