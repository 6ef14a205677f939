/**
 * C33: an attacker that learns from every refusal finds no unsafe proposal that the gate lets through, and the same
 * attacker breaks rule books with one rule off. The numbers say how often nothing was found; that is all they say.
 */
import { describe, expect, it } from 'vitest';
import { judge } from '../constraints/judge.ts';
import { plantedBugs } from './attacks/planted.ts';
import { reportSearch } from './attacks/report.ts';
import { search } from './attacks/search.ts';
import { scaled, takeYourTime } from './support/scale.ts';

takeYourTime();
const size = scaled(15_000);

/** In an ordinary run, bugs that a few thousand evaluations find; in a deep one, all of them. */
const soonFound = [
  'who reports is not asked',
  'gaps are rounded to the minute',
  'any start in the last minute is not in the past',
  'people may do two things at once',
  'everyone is authorised for everything',
  'the window closes one minute late',
  'exceptions are offered as they come',
  'a packet tells whom it likes',
];
const bugs = plantedBugs.filter(([bug]) => scaled(1) > 1 || soonFound.includes(bug));

describe('C33: an attacker that learns', () => {
  it(`in ${size} evaluations finds no unsafe proposal that reaches the interrupt`, async () => {
    const result = await search({ judge, size, firstSeed: 0 });
    reportSearch('C33', result);
    expect(result.found.slice(0, 5), 'unsafe and found clean').toEqual([]);
    expect(result.evaluations).toBe(size);
    expect(result.unsafe, 'it did look for harm').toBeGreaterThan(size / 2);
    // It climbs: many kinds of harm end one rule away from the interrupt.
    const last = [...result.fewest.values()].filter((objecting) => objecting === 1);
    expect(last.length).toBeGreaterThan(20);
  });

  it.each(bugs)('breaks a rule book in which %s', async (_bug, agent, buggy) => {
    const result = await search({ judge: buggy, agent, size, firstSeed: 0, enough: 1 });
    expect(result.found).toHaveLength(1);
  });
});
