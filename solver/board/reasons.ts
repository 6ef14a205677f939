/**
 * Why a place is where it is, and why there is none: each lower bound has one cause, so that a held checkpoint
 * leads back, cause by cause, to the facts that forced it.
 */
import type { Cause } from '../../ledger/holds.ts';
import type { Id } from '../../ledger/vocabulary.ts';
import { type Option, type Seat } from './board.ts';
import { type Block, blockAt, isApart, type Places } from './places.ts';
import { isReview, type Limit, type Tick } from '../problem.ts';
import { nextIn } from './ranges.ts';
import { endless, greatestStart, leastStart } from './started.ts';

/** One cause; `via` is the placed open checkpoint whose own place explains it further. */
export type Reason = { readonly cause: Cause; readonly via: Id | null };

const named = (rule: Cause['rule'], checkpoint: Id, subject: Id | null): Cause => ({
  rule,
  checkpoint,
  subject,
  factId: null,
  at: null,
});

const plain = (cause: Cause): Reason => ({ cause, via: null });

/** Bounds from other checkpoints that hold a seat back to exactly `start`. */
function tightTies(places: Places, seat: Seat, start: Tick): Reason[] {
  const { checkpoint } = seat;
  const gaps = seat.into.flatMap((edge) => {
    const from = places.placed.get(edge.from);
    const isTight = from !== undefined && leastStart(edge, from, checkpoint.duration) === start;
    return isTight ? [{ cause: edge.leastCause, via: edge.from }] : [];
  });
  const ranks = places.board.guarded.flatMap((other) => {
    const isBefore = checkpoint.protected && other.checkpoint.rank < checkpoint.rank;
    const isTight = isBefore && places.placed.get(other.id)?.start === start;
    return isTight ? [{ cause: named('protected_order', seat.id, other.id), via: other.id }] : [];
  });
  return [...gaps, ...ranks];
}

/** Limits of an owner's option that hold a start back to exactly `start`. One that stayed waits for no review. */
function tightLimits({ board }: Places, seat: Seat, at: { option: Option; start: Tick }): Reason[] {
  const { option, start } = at;
  const isReviewed = start === board.problem.reviewFrom && start !== seat.checkpoint.preferredStart;
  const isTight = (limit: Limit): boolean =>
    limit.starts.some(({ first }) => first === start) && (!isReview(limit) || isReviewed);
  return option.limits.filter(isTight).map(({ cause }) => plain(cause));
}

/** What takes the owner, room or spacing until exactly `start`. */
function tightBlocks(places: Places, seat: Seat, at: { person: Id; start: Tick }): Reason[] {
  const block = blockAt(places, seat, { person: at.person, start: at.start - 1 });
  if (block === null || block.after !== at.start) return [];
  return [{ cause: named(block.rule, seat.id, block.subject), via: block.other }];
}

/** Everything that holds a placed seat back to where it is; empty when it merely stays where it was. */
export function reasonsOf(places: Places, seat: Seat): Reason[] {
  const run = places.placed.get(seat.id);
  const option = seat.options.find(({ person }) => person === run?.owner);
  if (run === undefined || option === undefined) return [];
  return [
    ...tightTies(places, seat, run.start),
    ...tightBlocks(places, seat, { person: run.owner, start: run.start }),
    ...tightLimits(places, seat, { option, start: run.start }),
  ];
}

/** The limit that pushes a start furthest, as a jump: null end when it leaves nothing. */
function limitJump(option: Option, start: Tick): { to: Tick | null; cause: Cause } | null {
  for (const { cause, starts } of option.limits) {
    const next = nextIn(starts, start);
    if (next !== start) return { to: next, cause };
  }
  return null;
}

/** Greatest gaps and protected places that a start would break. */
function brokenCeilings(places: Places, seat: Seat, start: Tick): Reason[] {
  const { checkpoint } = seat;
  const gaps = seat.into.flatMap((edge) => {
    const from = places.placed.get(edge.from);
    const isBroken = from !== undefined && greatestStart(edge, from, checkpoint.duration) < start;
    return isBroken ? [{ cause: edge.greatestCause ?? edge.leastCause, via: null }] : [];
  });
  const ranks = places.board.guarded.flatMap((other) => {
    const isAfter = checkpoint.protected && other.checkpoint.rank > checkpoint.rank;
    const isBroken = isAfter && (places.placed.get(other.id)?.start ?? endless) < start;
    return isBroken ? [{ cause: named('protected_order', seat.id, other.id), via: null }] : [];
  });
  return [...gaps, ...ranks];
}

/** Pushes a start from bound to bound until one leaves nothing, and names every push. */
function pushes(places: Places, seat: Seat, at: { option: Option; floor: Tick }): Reason[] {
  const { option } = at;
  const reasons = tightTies(places, seat, at.floor);
  let start: Tick | null = at.floor;
  while (start !== null) {
    const jump = limitJump(option, start);
    const block: Block | null =
      jump === null ? blockAt(places, seat, { person: option.person, start }) : null;
    if (jump !== null) {
      reasons.push(plain(jump.cause));
      start = jump.to;
    } else if (block !== null) {
      reasons.push({ cause: named(block.rule, seat.id, block.subject), via: block.other });
      start = block.after;
    } else {
      return [...reasons, ...brokenCeilings(places, seat, start)];
    }
  }
  return reasons;
}

const keyOf = (cause: Cause): string =>
  [cause.rule, cause.checkpoint, cause.subject, cause.factId, cause.at].join(' ');

/** The causes once each, first mention first. */
export function distinct(causes: readonly Cause[]): Cause[] {
  const known = new Map(causes.toReversed().map((cause) => [keyOf(cause), cause]));
  const seen = new Set<string>();
  return causes.flatMap((cause) => {
    const key = keyOf(cause);
    if (seen.has(key)) return [];
    seen.add(key);
    return [known.get(key) ?? cause];
  });
}

/** Why a seat cannot be placed at any time even if everything else stood aside. */
export function ownCauses(seat: Seat): Cause[] {
  if (seat.checkpoint.blockers.length > 0) return distinct(seat.checkpoint.blockers);
  return distinct(
    seat.options.flatMap((option) => {
      const causes: Cause[] = [];
      let start: Tick | null = -endless;
      while (start !== null) {
        const jump: ReturnType<typeof limitJump> = limitJump(option, start);
        if (jump === null) return causes;
        causes.push(jump.cause);
        start = jump.to;
      }
      return causes;
    }),
  );
}

/**
 * The chain that forces a seat out: the facts first, then each bound they push against, last the end that is
 * violated. `floor` is the least start its predecessors leave.
 */
export function chainOf(places: Places, seat: Seat, floor: Tick): Cause[] {
  const options = seat.possible;
  const option = options.find(({ person }) => isApart(places, seat, person));
  if (option === undefined) {
    const clash = seat.apart
      .filter(({ member }) => places.placed.has(member))
      .map(({ separation }) => named('separation_of_duties', seat.id, separation));
    return distinct(options.length === 0 ? ownCauses(seat) : clash);
  }
  const chain: Cause[] = [];
  const seen = new Set<Id>([seat.id]);
  const queue = pushes(places, seat, { option, floor }).toReversed();
  for (let reason = queue.shift(); reason !== undefined; reason = queue.shift()) {
    chain.push(reason.cause);
    const { via } = reason;
    const next = via === null || seen.has(via) ? undefined : places.board.byId.get(via);
    if (via !== null) seen.add(via);
    queue.push(...(next === undefined ? [] : reasonsOf(places, next).slice(0, 1)));
  }
  return distinct(chain).toReversed();
}
