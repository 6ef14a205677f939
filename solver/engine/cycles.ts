/**
 * Links that contradict each other in a circle. Bounds would creep around it tick by tick until they meet the end of
 * the window; a clause over the guards of the circle says at once that not all of them can hold.
 */
import { type Engine, type Literal, not } from './bounds.ts';
import { postClause } from './post.ts';

/** The links to look at: those posted first, save the ones set aside. */
export type Standing = { readonly count: number; readonly aside: ReadonlySet<number> };

const guardOf = ({ links }: Engine, link: number): Literal => ({
  side: links.guardSide[link] ?? 0,
  most: links.guardMost[link] ?? 0,
});

/** Walks back over the links that gave each variable its length, until a variable comes up again. */
function circleFrom({ links }: Engine, by: ReadonlyMap<number, number>, end: number): number[] {
  const at = new Map<number, number>();
  const walked: number[] = [];
  for (let variable = end; ;) {
    const known = at.get(variable);
    if (known !== undefined) return walked.slice(known);
    at.set(variable, walked.length);
    const link = by.get(variable);
    if (link === undefined) return [];
    walked.push(link);
    variable = links.from[link] ?? 0;
  }
}

/** A circle of links whose least distances add up to more than nothing; empty when there is none. */
function circleIn(engine: Engine, { count, aside }: Standing): number[] {
  const { links } = engine;
  const length = new Map<number, number>();
  const by = new Map<number, number>();
  const variables = new Set(links.from).size + 1;
  let end = -1;
  for (let round = 0; round <= variables; round += 1) {
    end = -1;
    for (let link = 0; link < count; link += 1) {
      const to = links.to[link] ?? 0;
      const reached = (length.get(links.from[link] ?? 0) ?? 0) + (links.least[link] ?? 0);
      if (aside.has(link) || reached <= (length.get(to) ?? 0)) continue;
      length.set(to, reached);
      by.set(to, link);
      end = to;
    }
    if (end < 0) return [];
  }
  return circleFrom(engine, by, end);
}

/** Posts a clause for each contradictory circle among the links so far, and says which links it set aside. */
export function postCircles(engine: Engine): Standing {
  const { links } = engine;
  const aside = new Set<number>();
  const count = links.from.length;
  for (;;) {
    const circle = circleIn(engine, { count, aside });
    const [first] = circle;
    if (first === undefined) return { count, aside };
    postClause(
      engine,
      circle.map((link) => not(guardOf(engine, link))),
    );
    const leastOf = (link: number): number => links.least[link] ?? 0;
    aside.add(circle.reduce((low, link) => (leastOf(link) < leastOf(low) ? link : low), first));
  }
}

/** The links of the longest way between two variables, and its length; null when there is no way. */
function longestWay(
  engine: Engine,
  { count, aside }: Standing,
  { start, end }: { start: number; end: number },
): { length: number; way: number[] } | null {
  const { links } = engine;
  const length = new Map<number, number>([[start, 0]]);
  const by = new Map<number, number>();
  for (let isOpen = true; isOpen;) {
    isOpen = false;
    for (let link = 0; link < count; link += 1) {
      const from = length.get(links.from[link] ?? 0);
      const to = links.to[link] ?? 0;
      if (from === undefined || aside.has(link) || to === start) continue;
      const reached = from + (links.least[link] ?? 0);
      if (reached <= (length.get(to) ?? -Infinity)) continue;
      length.set(to, reached);
      by.set(to, link);
      isOpen = true;
    }
  }
  const found = length.get(end);
  if (found === undefined) return null;
  const way: number[] = [];
  for (let at = end; at !== start;) {
    const link = by.get(at) ?? 0;
    way.push(link);
    at = links.from[link] ?? 0;
  }
  return { length: found, way };
}

/** Refuses the last link posted where the standing ones lead back too far. */
export function refuseCircle(engine: Engine, standing: Standing): void {
  const { links } = engine;
  const last = links.from.length - 1;
  const isTwoWay = links.least.slice(0, standing.count).some((least) => least < 0);
  if (last < standing.count || !isTwoWay) return;
  const ends = { start: links.to[last] ?? 0, end: links.from[last] ?? 0 };
  const back = longestWay(engine, standing, ends);
  if (back === null || back.length + (links.least[last] ?? 0) <= 0) return;
  postClause(
    engine,
    [last, ...back.way].map((link) => not(guardOf(engine, link))),
  );
}
