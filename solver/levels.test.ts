import { describe, expect, it } from 'vitest';
import { compareLevels, levelsOf } from './levels.ts';
import { levelNames, type OpenCheckpoint, type PlacedTicks, type Problem } from './problem.ts';

const open = (id: string, change: Partial<OpenCheckpoint> = {}): OpenCheckpoint => ({
  id,
  rank: Number(id.slice(1)),
  protected: false,
  exceptionOnly: false,
  duration: 10,
  preferredStart: 100 * Number(id.slice(1)),
  preferredOwner: 'approver',
  wasPlaced: true,
  weight: 1,
  limits: [],
  candidates: [
    { person: 'approver', limits: [], newlyWoken: false },
    { person: 'backup', limits: [], newlyWoken: true },
  ],
  room: null,
  blockers: [],
  ...change,
});

const problem = (checkpoints: readonly OpenCheckpoint[]): Problem => ({
  originAt: 0,
  tickMs: 60_000,
  now: 0,
  open: checkpoints,
  fixed: [],
  edges: [],
  separations: [],
  spacings: [],
  exceptionKinds: [],
});

const at = (checkpoint: string, start: number, owner = 'approver'): PlacedTicks => ({
  checkpoint,
  start,
  end: start + 10,
  owner,
});

const level = (
  name: (typeof levelNames)[number],
  checkpoints: readonly OpenCheckpoint[],
  placed: readonly PlacedTicks[],
): number | undefined => levelsOf(problem(checkpoints), placed)[levelNames.indexOf(name)];

describe('the levels of a schedule', () => {
  it('are all nothing but the latest finish when nothing changed', () => {
    const levels = levelsOf(problem([open('c1'), open('c2')]), [at('c1', 100), at('c2', 200)]);
    expect(levels).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 210]);
    expect(levels.length).toBe(levelNames.length);
  });

  it('count held ones, protected ones apart, and flips either way', () => {
    const checkpoints = [
      open('c1', { protected: true }),
      open('c2'),
      open('c3', { wasPlaced: false }),
    ];
    expect(levelsOf(problem(checkpoints), [at('c3', 300)]).slice(0, 3)).toEqual([1, 2, 3]);
    expect(levelsOf(problem(checkpoints), [at('c1', 100), at('c2', 200)]).slice(0, 3)).toEqual([
      0, 1, 0,
    ]);
  });

  it('count a protected move, and movement by weight', () => {
    const checkpoints = [open('c1', { protected: true, weight: 3 }), open('c2', { weight: 2 })];
    const placed = [at('c1', 105), at('c2', 190)];
    expect(level('protected_moved', checkpoints, placed)).toBe(1);
    expect(level('weighted_movement', checkpoints, placed)).toBe(3 * 5 + 2 * 10);
  });

  it.each([
    { of: 'one owner', second: {}, inversions: 1 },
    { of: 'one room', second: { preferredOwner: 'backup', room: 'lab' }, inversions: 1 },
    { of: 'one owner and one room, once', second: { room: 'lab' }, inversions: 1 },
    { of: 'nothing in common', second: { preferredOwner: 'backup' }, inversions: 0 },
  ])('count a pair of $of that changed its order', ({ second, inversions }) => {
    const checkpoints = [open('c1', { room: 'lab' }), open('c2', second)];
    expect(level('inversions', checkpoints, [at('c1', 201), at('c2', 200)])).toBe(inversions);
    expect(level('inversions', checkpoints, [at('c1', 200), at('c2', 200)])).toBe(0);
  });

  it('count a woken person once, however many checkpoints they take over', () => {
    const checkpoints = [open('c1'), open('c2')];
    const placed = [at('c1', 100, 'backup'), at('c2', 200, 'backup')];
    expect(level('owner_changes', checkpoints, placed)).toBe(2);
    expect(level('newly_woken', checkpoints, placed)).toBe(1);
  });

  it('compare by the first that differs', () => {
    expect(compareLevels([0, 5, 9], [0, 6, 0])).toBeLessThan(0);
    expect(compareLevels([1, 0], [0, 9])).toBeGreaterThan(0);
    expect(compareLevels([1, 2], [1, 2])).toBe(0);
  });
});
