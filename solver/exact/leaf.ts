/**
 * Where every truth value is settled: the schedule nearest to the incumbent that the links allow, and what it still
 * breaks (people or rooms used twice, spacings, lane order). It posts nothing.
 */
import { greatestOf, isTrue, leastOf } from '../engine/bounds.ts';
import { invertedPairs, type Schedule } from './costs.ts';
import { type Breach, keptKey, type Posted, spacedApart } from './demand.ts';
import type { Model, Seat } from './model.ts';
import { eachOverlap, eachPair, groupBy } from './pairs.ts';
import type { Spacing } from '../problem.ts';
import { nextIn } from '../board/ranges.ts';
import { isSpared } from '../board/started.ts';

/** The choices settled: the index of the owner, -1 when held. */
export const choicesOf = ({ search, seats }: Model): number[] =>
  seats.map(({ placed, owners }) =>
    isTrue(search.engine, placed)
      ? owners.findIndex((literal) => isTrue(search.engine, literal))
      : -1,
  );

/** Links in force between starts of placed seats and the maxima of the protected order. */
export function liveLinks({ search, seats, maxima }: Model, choice: readonly number[]): number[] {
  const { engine } = search;
  const { links, top } = engine;
  const live = new Set(maxima);
  for (const [index, { start }] of seats.entries()) if ((choice[index] ?? -1) >= 0) live.add(start);
  const found: number[] = [];
  for (let link = 0; link < links.from.length; link += 1) {
    if ((top[links.guardSide[link] ?? 0] ?? 0) > (links.guardMost[link] ?? 0)) continue;
    if (live.has(links.from[link] ?? -1) && live.has(links.to[link] ?? -1)) found.push(link);
  }
  return found;
}

function rangesAt({ member }: Seat, choice: number) {
  const ranges = member.choices[choice]?.starts;
  if (ranges === undefined) throw new Error('a placed seat has an owner');
  return ranges;
}

/** The least schedule in which nothing starts before its incumbent start unless it must. */
export function draft(model: Model): Schedule {
  const { search, seats } = model;
  const { engine } = search;
  const choice = choicesOf(model);
  const value = new Map<number, number>();
  const seatAt = new Map<number, number>();
  const lift = (variable: number, to: number): boolean => {
    const known = value.get(variable);
    if (known !== undefined && known >= to) return false;
    const index = seatAt.get(variable);
    const seat = index === undefined ? undefined : seats[index];
    const free = seat === undefined ? to : nextIn(rangesAt(seat, choice[index ?? 0] ?? -1), to);
    if (free === null || free > greatestOf(engine, variable))
      throw new Error('a leaf without room');
    value.set(variable, free);
    return true;
  };
  for (const [index, { start, member }] of seats.entries()) {
    if ((choice[index] ?? -1) < 0) continue;
    seatAt.set(start, index);
    const wanted = Math.min(member.checkpoint.preferredStart, greatestOf(engine, start));
    lift(start, Math.max(wanted, leastOf(engine, start)));
  }
  for (const maximum of model.maxima) lift(maximum, leastOf(engine, maximum));
  const links = liveLinks(model, choice);
  for (let moved = true; moved;) {
    moved = false;
    for (const link of links) {
      const from = value.get(engine.links.from[link] ?? -1) ?? 0;
      const to = engine.links.to[link] ?? -1;
      if (lift(to, from + (engine.links.least[link] ?? 0))) moved = true;
    }
  }
  return { choice, start: seats.map(({ start }) => value.get(start) ?? 0) };
}

function spacingBreaches(model: Model, { choice, start }: Schedule, spacing: Spacing): Breach[] {
  const ids = new Set(spacing.members);
  const placed = [...model.seats.keys()].filter((seat) => {
    const id = model.seats[seat]?.member.checkpoint.id ?? '';
    const isMember = (choice[seat] ?? -1) >= 0 && ids.has(id);
    return isMember && !isSpared(spacing, { id, start: start[seat] ?? 0 });
  });
  const breaches: Breach[] = [];
  eachPair(placed, (one, other) => {
    const { before, after } = spacedApart(model, { one, other, spacing });
    const later = (start[other] ?? 0) - (start[one] ?? 0);
    if (later < before && -later < after) {
      breaches.push({ one, other, on: { kind: 'spacing', spacing } });
    }
  });
  return breaches;
}

/** Everything a schedule breaks that was not posted; lane order only where it may not. */
export function breachesOf(model: Model, posted: Posted, schedule: Schedule): Breach[] {
  const { seats, problem, goals, search } = model;
  const placed = [...seats.keys()].filter((seat) => (schedule.choice[seat] ?? -1) >= 0);
  const personOf = (seat: number) =>
    seats[seat]?.member.choices[schedule.choice[seat] ?? -1]?.person;
  const roomOf = (seat: number) => seats[seat]?.member.checkpoint.room;
  const runs = {
    startOf: (seat: number): number => schedule.start[seat] ?? 0,
    lengthOf: (seat: number): number => seats[seat]?.member.checkpoint.duration ?? 0,
  };
  const twice: Breach[] = [];
  for (const [person, group] of groupBy(placed, personOf)) {
    eachOverlap(group, runs, (one, other) => {
      twice.push({ one, other, on: { kind: 'person', person } });
    });
  }
  for (const group of groupBy(placed, roomOf).values()) {
    eachOverlap(group, runs, (one, other) => twice.push({ one, other, on: { kind: 'room' } }));
  }
  const spaced = problem.spacings.flatMap((item) => spacingBreaches(model, schedule, item));
  const inverted = invertedPairs(model, posted.lanes, schedule);
  const allowed = greatestOf(search.engine, goals[4]?.goal ?? 0);
  const inLanes = inverted.length <= allowed ? [] : inverted;
  return [
    ...twice,
    ...spaced,
    ...inLanes
      .filter(([one, other]) => !posted.kept.has(keptKey(one, other)))
      .map(([one, other]): Breach => ({ one, other, on: { kind: 'lane' } })),
  ];
}
