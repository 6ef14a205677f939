/**
 * The committed floors (evals/floors.json): for each suite, and for all together, the least or most that a score may be,
 * and how much must have been measured, so that a suite that lost its drills does not pass for a good one.
 */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { packageFile } from '../../service/packageRoot.ts';
import { meant } from '../../service/runbook/problems.ts';
import type { PlayedSuite } from './play.ts';
import { figure, valueOf } from './rate.ts';
import { rates, type RateName } from './rates.ts';
import { suiteNames } from './suites.ts';
import { sum, type Tally } from './tally.ts';

const name = z.enum(rates.map((rate) => rate.name));
const Floor = z.strictObject({
  /** Not less than this; or not more than it, where lower is better. */
  limit: z.number().min(0),
  /** How much must have been counted for the rate to mean anything. */
  least: z.int().min(1),
});

/** By suite (`all`: the hand-written ones together) and score. */
const Floors = z.record(z.string(), z.partialRecord(name, Floor));
export type Floors = z.infer<typeof Floors>;

/** Floors that cannot be held to: where in the file, and what to do. */
export class FloorsProblem extends Error {
  override readonly name = 'FloorsProblem';
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new FloorsProblem(`evals/floors.json: ${error instanceof Error ? error.message : ''}`);
  }
}

/**
 * The floors that a text of evals/floors.json states. Throws FloorsProblem when it is not whole, or has a suite that is
 * not among these: a misspelt one would never be played, and with it `all` never held.
 */
export function floorsIn(text: string, suites: readonly string[]): Floors {
  const parsed = Floors.safeParse(jsonIn(text));
  if (!parsed.success) {
    throw new FloorsProblem(`evals/floors.json: ${z.prettifyError(parsed.error)}`);
  }
  const known = ['all', 'generated', ...suites];
  const [unknown] = Object.keys(parsed.data).filter((suite) => !known.includes(suite));
  if (unknown === undefined) return parsed.data;
  throw new FloorsProblem(
    `evals/floors.json: no suite "${unknown}"; ${meant(unknown, known)}write one of: ${known.join(', ')}`,
  );
}

/** The committed floors. Throws FloorsProblem when the file is not whole or names a suite that is not there. */
export const readFloors = async (): Promise<Floors> =>
  floorsIn(
    await readFile(packageFile('evals/floors.json'), 'utf8'),
    await suiteNames(packageFile('evals')),
  );

export type Fall = {
  readonly suite: string;
  readonly score: RateName;
  readonly found: number | null;
  readonly limit: number;
  readonly why: string;
};

function fallOf(
  suite: string,
  counts: Tally,
  [score, floor]: readonly [string, z.infer<typeof Floor> | undefined],
): Fall[] {
  const rate = rates.find((one) => one.name === score);
  if (rate === undefined || floor === undefined) return [];
  const found = valueOf(rate, counts);
  const { limit, least } = floor;
  const fall = { suite, score: rate.name, found, limit };
  if (counts[rate.per] < least) {
    const why = `only ${counts[rate.per]} were measured, of at least ${least}`;
    return [{ ...fall, why }];
  }
  const fell = found === null || (rate.better === 'higher' ? found < limit : found > limit);
  const side = rate.better === 'higher' ? 'at least' : 'at most';
  const counted = `${figure(found)} (${counts[rate.of]} ÷ ${counts[rate.per]})`;
  return fell ? [{ ...fall, why: `${counted} is not ${side} ${limit}` }] : [];
}

/**
 * The suites that were played by name; `all` (the written ones together) is among them only when every one of them with
 * floors was played.
 */
function measured(played: readonly PlayedSuite[], floors: Floors): ReadonlyMap<string, Tally> {
  const of = new Map(played.map((one) => [one.name, one.tally] as const));
  const own = Object.keys(floors).filter((suite) => suite !== 'all' && suite !== 'generated');
  const written = played.filter(({ name: suite }) => suite !== 'generated');
  const complete = own.every((suite) => of.has(suite));
  if (complete && written.length > 0) of.set('all', sum(written.map((one) => one.tally)));
  return of;
}

/** How many generated nights their floors were measured on. */
const nightsOfFloors = 40;

/** The floors of a suite; of fewer generated nights than theirs the limits alone, where anything was measured. */
function floorsFor(suite: string, counts: Tally, wanted: Floors[string]): Floors[string] {
  if (suite !== 'generated' || counts.drills >= nightsOfFloors) return wanted;
  const scores = rates.filter(({ per }) => counts[per] > 0);
  return Object.fromEntries(
    scores.flatMap(({ name: score }) => {
      const floor = wanted?.[score];
      return floor === undefined ? [] : [[score, { ...floor, least: 1 }]];
    }),
  );
}

/** The floors that these suites are held to, by suite. */
export function floorsOf(played: readonly PlayedSuite[], floors: Floors): Floors {
  const held = measured(played, floors);
  return Object.fromEntries(
    Object.entries(floors).flatMap(([suite, wanted]) => {
      const counts = held.get(suite);
      return counts === undefined ? [] : [[suite, floorsFor(suite, counts, wanted)]];
    }),
  );
}

/** Every score that fell under its floor, of the suites that were played. */
export function fallsIn(played: readonly PlayedSuite[], floors: Floors): readonly Fall[] {
  const of = measured(played, floors);
  return Object.entries(floorsOf(played, floors)).flatMap(([suite, wanted]) => {
    const counts = of.get(suite);
    return counts === undefined
      ? []
      : Object.entries(wanted).flatMap(([score, floor]) => fallOf(suite, counts, [score, floor]));
  });
}
