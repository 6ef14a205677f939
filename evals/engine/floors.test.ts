/** Floors that cannot be held to are refused with the place and what to do, before anything is played. */
import { describe, expect, it } from 'vitest';
import { floorsIn, FloorsProblem } from './floors.ts';

const floor = { limit: 1, least: 1 };

describe('the floors', () => {
  it('of suites that are there are taken', () => {
    const floors = { all: { held: floor }, own: { held: floor }, generated: {} };
    expect(floorsIn(JSON.stringify(floors), ['own'])).toEqual(floors);
  });

  it.each([
    ['a suite that is not there', { owm: { held: floor } }, 'no suite "owm"; did you mean "own"?'],
    ['a score that is none', { own: { hold: floor } }, 'own'],
    ['a limit that is none', { own: { held: { ...floor, limit: 'one' } } }, 'own.held.limit'],
    ['a key too many', { own: { held: { ...floor, most: 1 } } }, 'own.held'],
  ])('with %s are refused', (_what, floors, says) => {
    const read = () => floorsIn(JSON.stringify(floors), ['own']);
    expect(read).toThrow(FloorsProblem);
    expect(read).toThrow('evals/floors.json: ');
    expect(read).toThrow(says);
  });

  it('that are no JSON are refused', () => {
    expect(() => floorsIn('{', [])).toThrow(FloorsProblem);
  });
});
