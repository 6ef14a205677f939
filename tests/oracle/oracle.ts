/**
 * The brute-force oracle: which rules a timeline breaks, found by walking through every minute and every pair.
 * Written from constraints/README.md alone; it shares no code and no method with constraints/ or solver/. Between two
 * minutes it also looks wherever an interval of the plan begins or ends, so that instants may be as odd as anyone likes.
 */
import type { RelaxableCode, ViolationCode } from '../../ledger/codes.ts';
import type { Incumbent } from '../../ledger/incumbent.ts';
import type { Authority, Checkpoint, Plan } from '../../ledger/plan.ts';
import { plannedMs } from '../../ledger/plan.ts';
import type { Placement, ResequencingBody } from '../../ledger/proposal.ts';
import type { Situation } from '../../ledger/situation.ts';

const minute = 60_000;

export type Night = {
  readonly situation: Situation;
  readonly incumbent: Incumbent;
  readonly now: number;
};

type Execution = {
  readonly id: string;
  readonly start: number;
  readonly end: number;
  readonly owner: string;
};

type Span = { readonly opensAt: number; readonly closesAt: number };

/** Every instant at which an interval of the situation begins, and the last one inside each. */
function edgesOf({ plan, unavailable }: Situation): number[] {
  const spans: Span[] = [
    plan.window,
    ...plan.boundaries,
    ...plan.people.flatMap(({ working }) => working),
    ...plan.authority.flatMap(({ holders, delegates }) => [...holders, ...delegates]),
    ...plan.checkpoints.flatMap(({ allowedWindows }) => allowedWindows),
    ...unavailable.map(({ span }) => span),
  ];
  return spans.flatMap(({ opensAt, closesAt }) => [opensAt, opensAt - 1, closesAt, closesAt - 1]);
}

/** The minutes an execution stands in and the edges it meets; one of no length stands where it starts. */
function momentsOf(start: number, end: number, edges: readonly number[]): number[] {
  const moments = [start];
  const longest = start + 100 * 24 * 60 * minute;
  for (let at = start + minute; at < end && at < longest; at += minute) moments.push(at);
  if (end > start) moments.push(end - 1);
  return [...moments, ...edges.filter((at) => at > start && at < end)];
}

const inside = (at: number, span: Span): boolean => at >= span.opensAt && at < span.closesAt;

function authorisedInRow(
  row: Authority,
  person: string,
  at: number,
  seen: readonly string[] = [],
): 'holder' | 'delegate' | null {
  if (row.holders.some((tenure) => tenure.person === person && inside(at, tenure))) return 'holder';
  if (seen.includes(person)) return null;
  const valid = row.delegates.some((delegate) => {
    if (delegate.person !== person || !inside(at, delegate)) return false;
    const granter = authorisedInRow(row, delegate.grantedBy, at, [...seen, person]);
    return granter === 'holder' || (granter === 'delegate' && row.chainsAllowed);
  });
  return valid ? 'delegate' : null;
}

function authorised(
  plan: Plan,
  checkpoint: Checkpoint,
  who: { person: string; at: number },
): boolean {
  const named = plan.authority.filter(
    (row) => row.role === checkpoint.role && row.checkpoint === checkpoint.id,
  );
  const rows =
    named.length > 0
      ? named
      : plan.authority.filter((row) => row.role === checkpoint.role && row.checkpoint === 'all');
  return rows.some((row) => authorisedInRow(row, who.person, who.at) !== null);
}

function available(situation: Situation, person: string, at: number): boolean {
  const works =
    situation.plan.people
      .find((known) => known.id === person)
      ?.working.some((span) => inside(at, span)) ?? false;
  return (
    works &&
    !situation.unavailable.some((outage) => outage.person === person && inside(at, outage.span))
  );
}

/** Started work as a constant: its actual start, its actual or expected end, and whom it keeps. */
function startedExecution(night: Night, checkpoint: Checkpoint): Execution | null {
  const progress = night.situation.progress[checkpoint.id];
  if (progress === undefined || (progress.state !== 'in_progress' && progress.state !== 'done'))
    return null;
  const owner =
    progress.owner ??
    night.incumbent.placements.find((placed) => placed.checkpoint === checkpoint.id)?.owner ??
    checkpoint.approvedOwner;
  const finish = progress.actualFinishAt;
  const start = progress.actualStartAt ?? finish ?? night.now;
  if (progress.state === 'done') return { id: checkpoint.id, start, end: finish ?? start, owner };
  const expected = Math.max(
    progress.forecastFinishAt ?? start + plannedMs(checkpoint.duration),
    night.now,
  );
  const tick = night.situation.plan.tickSeconds * 1000;
  let end = Math.floor(expected / tick) * tick;
  if (end < expected) end += tick;
  return { id: checkpoint.id, start, end, owner };
}

const clash = (a: Execution, b: Execution): boolean => a.start < b.end && b.start < a.end;

function preferredStart(night: Night, checkpoint: Checkpoint): number {
  const kept = night.incumbent.placements.find((placed) => placed.checkpoint === checkpoint.id);
  return (
    kept?.startAt ??
    night.situation.progress[checkpoint.id]?.revisedStartAt ??
    checkpoint.approvedStartAt
  );
}

/** Every code that this timeline breaks. Shape first: a misshapen body is judged by its shape alone. */
export function brokenRules(body: ResequencingBody, night: Night): Set<ViolationCode> {
  const shape = brokenShape(body, night);
  return shape.size > 0 ? shape : brokenContent(body, night);
}

/** Whatever anything in the situation is called, read off its text. */
const namesIn = (situation: Situation): ReadonlySet<string> =>
  new Set([
    'review_time',
    ...Array.from(JSON.stringify(situation).matchAll(/"([^"]*)"/g), ([, name]) => name ?? ''),
  ]);

function brokenShape(body: ResequencingBody, { situation }: Night): Set<ViolationCode> {
  const broken = new Set<ViolationCode>();
  const named = [
    ...body.placements.map((item) => item.checkpoint),
    ...body.unplaced.map((item) => item.checkpoint),
  ];
  const known = new Map(situation.plan.checkpoints.map((item) => [item.id, item]));
  for (const id of named) {
    if (!known.has(id)) broken.add('unknown_checkpoint');
    else if (situation.progress[id]?.state !== 'planned') broken.add('moved_started');
    if (named.filter((other) => other === id).length > 1) broken.add('duplicate_checkpoint');
  }
  const called = namesIn(situation);
  for (const { behind, causes } of body.unplaced) {
    const names = causes.flatMap(({ checkpoint, subject, factId }) => [
      checkpoint,
      subject,
      factId,
    ]);
    if ([behind, ...names].some((name) => name !== null && !called.has(name)))
      broken.add('unknown_checkpoint');
  }
  for (const id of known.keys()) {
    if (situation.progress[id]?.state === 'planned' && !named.includes(id))
      broken.add('missing_checkpoint');
  }
  for (const placed of body.placements) {
    const checkpoint = known.get(placed.checkpoint);
    const once = named.filter((other) => other === placed.checkpoint).length === 1;
    if (
      checkpoint !== undefined &&
      once &&
      situation.progress[checkpoint.id]?.state === 'planned' &&
      placed.endAt - placed.startAt !== plannedMs(checkpoint.duration)
    )
      broken.add('wrong_duration');
  }
  return broken;
}

type Scene = {
  readonly night: Night;
  readonly plan: Plan;
  readonly byId: ReadonlyMap<string, Checkpoint>;
  readonly placed: readonly Placement[];
  readonly held: ReadonlySet<string>;
  readonly started: readonly Execution[];
  readonly edges: readonly number[];
  readonly relaxed: (code: RelaxableCode, checkpoint: string, end: number) => boolean;
};

function sceneOf(body: ResequencingBody, night: Night): Scene {
  const { plan, exceptions } = night.situation;
  return {
    night,
    plan,
    byId: new Map(plan.checkpoints.map((item) => [item.id, item])),
    placed: body.placements,
    held: new Set(body.unplaced.map((item) => item.checkpoint)),
    started: plan.checkpoints.flatMap((item) => startedExecution(night, item) ?? []),
    edges: edgesOf(night.situation),
    relaxed: (code, checkpoint, end) =>
      plan.policy.exceptions.includes(code) &&
      exceptions.some(
        (granted) =>
          granted.relaxes === code &&
          granted.checkpoint === checkpoint &&
          (granted.untilAt === null || end <= granted.untilAt),
      ),
  };
}

function brokenContent(body: ResequencingBody, night: Night): Set<ViolationCode> {
  const scene = sceneOf(body, night);
  const broken = new Set<ViolationCode>();
  for (const placement of scene.placed) {
    const checkpoint = scene.byId.get(placement.checkpoint);
    if (checkpoint === undefined) continue;
    for (const code of [
      ...timeAndPlace(scene, checkpoint, placement),
      ...peopleRules(scene, checkpoint, placement),
      ...orderRules(scene, checkpoint, placement),
      ...readinessRules(scene, checkpoint, placement),
    ]) {
      broken.add(code);
    }
  }
  for (const code of pairRules(scene)) broken.add(code);
  return broken;
}

function* timeAndPlace(
  scene: Scene,
  checkpoint: Checkpoint,
  placement: Placement,
): Generator<ViolationCode> {
  const { plan, night } = scene;
  const { startAt, endAt } = placement;
  const stands = momentsOf(startAt, endAt, scene.edges);
  if (startAt < night.now) yield 'in_past';
  const revised = night.situation.progress[checkpoint.id]?.revisedStartAt ?? null;
  if (
    revised !== null
      ? startAt < revised
      : checkpoint.startRule !== 'asap' && startAt < checkpoint.approvedStartAt
  ) {
    yield 'before_pinned_start';
  }
  for (const boundary of plan.boundaries) {
    if (boundary.statedAt > night.now) continue;
    if (boundary.binds !== 'all' && !boundary.binds.includes(checkpoint.id)) continue;
    const touches = stands.some((at) => inside(at, boundary));
    const within = stands.every((at) => inside(at, boundary));
    const exempt = boundary.exemptRoles.includes(checkpoint.role);
    if (boundary.kind === 'freeze' && touches) yield 'inside_freeze';
    if (
      boundary.kind === 'blackout' &&
      touches &&
      !exempt &&
      !scene.relaxed('inside_blackout', checkpoint.id, endAt)
    )
      yield 'inside_blackout';
    if (
      boundary.kind === 'maintenance' &&
      !within &&
      !exempt &&
      !scene.relaxed('outside_boundary', checkpoint.id, endAt)
    )
      yield 'outside_boundary';
  }
  if (
    !stands.every((at) => inside(at, plan.window)) &&
    !scene.relaxed('outside_window', checkpoint.id, endAt)
  )
    yield 'outside_window';
  const allowed = checkpoint.allowedWindows;
  if (
    allowed.length > 0 &&
    !stands.every((at) => allowed.some((span) => inside(at, span))) &&
    !scene.relaxed('outside_allowed_window', checkpoint.id, endAt)
  ) {
    // Merged windows without a gap between them hold an execution across their seam: minute by minute sees that.
    yield 'outside_allowed_window';
  }
  for (const rail of plan.guardrails) {
    if (
      rail.pointOfNoReturn === checkpoint.id &&
      startAt + rail.rollbackMinutes * minute > rail.mustEndAt
    )
      yield 'past_last_safe_start';
  }
}

function* peopleRules(
  scene: Scene,
  checkpoint: Checkpoint,
  placement: Placement,
): Generator<ViolationCode> {
  const { plan, night } = scene;
  const { startAt, endAt, owner } = placement;
  const stands = momentsOf(startAt, endAt, scene.edges);
  if (!stands.every((at) => authorised(plan, checkpoint, { person: owner, at })))
    yield 'not_authorised_owner';
  if (
    !stands.every((at) => available(night.situation, owner, at)) &&
    !scene.relaxed('owner_unavailable', checkpoint.id, endAt)
  ) {
    yield 'owner_unavailable';
  }
  const mine: Execution = { id: checkpoint.id, start: startAt, end: endAt, owner };
  for (const other of scene.started) {
    if (other.owner === owner && clash(mine, other)) yield 'owner_clash';
    if (
      checkpoint.room !== null &&
      scene.byId.get(other.id)?.room === checkpoint.room &&
      clash(mine, other)
    )
      yield 'room_clash';
  }
}

function* orderRules(
  scene: Scene,
  checkpoint: Checkpoint,
  placement: Placement,
): Generator<ViolationCode> {
  const { night } = scene;
  const { startAt, endAt } = placement;
  for (const link of checkpoint.predecessors) {
    const state = night.situation.progress[link.checkpoint]?.state;
    if (state === 'skipped') continue;
    const before =
      scene.started.find((item) => item.id === link.checkpoint) ??
      scene.placed
        .filter((item) => item.checkpoint === link.checkpoint)
        .map((item) => ({ start: item.startAt, end: item.endAt }))[0];
    if (before === undefined) {
      yield 'predecessor_held';
      continue;
    }
    const from = link.type === 'start_to_start' ? before.start : before.end;
    const to = link.type === 'finish_to_finish' ? endAt : startAt;
    if (to - from < link.gapSeconds * 1000) yield 'gap_too_short';
    if (
      link.maxGapSeconds !== null &&
      to - from > link.maxGapSeconds * 1000 &&
      !scene.relaxed('gap_too_long', checkpoint.id, endAt)
    )
      yield 'gap_too_long';
  }
  if (
    checkpoint.protected &&
    checkpoint.moves === 'exception_only' &&
    startAt !== preferredStart(night, checkpoint) &&
    !scene.relaxed('protected_move', checkpoint.id, endAt)
  ) {
    yield 'protected_move';
  }
}

function* readinessRules(
  scene: Scene,
  checkpoint: Checkpoint,
  placement: Placement,
): Generator<ViolationCode> {
  const { situation } = scene.night;
  const { startAt, endAt } = placement;
  for (const rule of checkpoint.evidence) {
    const record = situation.evidence.find(
      (item) => item.checkpoint === checkpoint.id && item.evidence === rule.kind,
    );
    if (record === undefined) continue;
    if (record.revoked) yield 'evidence_revoked';
    else if (
      record.observedAt !== null &&
      startAt > record.observedAt + rule.maxAgeMinutes * minute &&
      !scene.relaxed('evidence_stale', checkpoint.id, endAt)
    ) {
      yield 'evidence_stale';
    }
  }
  for (const kind of ['approval', 'confirmation'] as const) {
    for (const assent of kind === 'approval' ? checkpoint.approvals : checkpoint.confirmations) {
      const answers = situation.assents.filter(
        (item) =>
          item.kind === kind &&
          item.checkpoint === checkpoint.id &&
          item.assent === assent.id &&
          assent.parties.includes(item.party),
      );
      const refused = answers.filter((item) => item.answer === 'refused').length;
      const given = answers.filter((item) => item.answer === 'given');
      const valid = given.filter(
        (item) => assent.validMinutes === null || startAt <= item.at + assent.validMinutes * minute,
      );
      if (assent.parties.length - refused < assent.needed)
        yield kind === 'approval' ? 'approval_refused' : 'confirmation_refused';
      if (given.length >= assent.needed && valid.length < assent.needed)
        yield kind === 'approval' ? 'approval_expired' : 'confirmation_expired';
    }
  }
  if (
    checkpoint.conditions.some(
      (id) => situation.plan.conditions.find((item) => item.id === id)?.met !== true,
    )
  )
    yield 'condition_open';
  if (situation.holds.some((hold) => hold.checkpoint === checkpoint.id)) yield 'hold_in_force';
}

type Work = Execution & { readonly open: boolean };

function* pairRules(scene: Scene): Generator<ViolationCode> {
  const everyone: Work[] = [
    ...scene.placed.map((item) => ({
      id: item.checkpoint,
      start: item.startAt,
      end: item.endAt,
      owner: item.owner,
      open: true,
    })),
    ...scene.started.map((item) => ({ ...item, open: false })),
  ];
  for (const a of everyone) {
    for (const b of everyone) {
      if (a.id !== b.id && (a.open || b.open)) yield* rulesOfPair(scene, a, b);
    }
  }
}

/** What `a` and `b` break together; called for both orders of the two. */
function* rulesOfPair(scene: Scene, a: Work, b: Work): Generator<ViolationCode> {
  const { plan, byId } = scene;
  const [first, second] = [byId.get(a.id), byId.get(b.id)];
  if (first === undefined || second === undefined) return;
  const bothOpen = a.open && b.open;
  if (bothOpen && a.owner === b.owner && clash(a, b)) yield 'owner_clash';
  if (bothOpen && first.room !== null && first.room === second.room && clash(a, b))
    yield 'room_clash';
  if (first.protected && second.protected && first.rank < second.rank && a.start > b.start)
    yield 'protected_order';
  const both = (members: readonly string[]): boolean =>
    members.includes(a.id) && members.includes(b.id);
  for (const separation of plan.separations) {
    if (both(separation.checkpoints) && a.owner === b.owner) yield 'separation_of_duties';
  }
  const aFirst = a.start < b.start || (a.start === b.start && first.rank < second.rank);
  const relaxed = [a, b].some((member) => scene.relaxed('review_spacing', member.id, member.end));
  for (const spacing of plan.reviewSpacings) {
    if (
      both(spacing.checkpoints) &&
      aFirst &&
      b.start < a.end + spacing.minutes * minute &&
      !relaxed
    )
      yield 'review_spacing';
  }
}
