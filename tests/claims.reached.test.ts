/** C55: the count of what the suite reached can fail, and knows the lists that it counts against. */
import { describe, expect, it } from 'vitest';
import { nodeNames } from '../graph/deps.ts';
import { RejectionCode } from '../ledger/codes.ts';
import { migrationPoints } from '../ledger/stores/migrations.ts';
import {
  armedFrom,
  namedPoints,
  openingCrashPoints,
  serveCrashPoints,
  wakeCrashPoints,
  workCrashPoints,
} from '../service/crashPoint.ts';
import { crashPointsInCode, neverReached } from './support/reachability.ts';

describe('C55: what a counting run has to reach', () => {
  it('is every refusal, every crash point in the code and every fault, and each that is missing is named', () => {
    const all = neverReached(new Set());
    for (const code of RejectionCode.options) expect(all).toContain(`refusal ${code}`);
    for (const point of ['lease.taken', 'notice.claimed', 'wake.worked', 'migration.commit']) {
      expect(all).toContain(`crash ${point}`);
    }
    for (const fault of ['hang', 'PostgreSQL crashes', 'the reply to a commit is lost']) {
      expect(all).toContain(`fault ${fault}`);
    }
    // Each point in the code is in a list that a test walks, so that adding one without a kill is noticed.
    const walked: readonly string[] = [
      ...workCrashPoints,
      ...wakeCrashPoints,
      ...serveCrashPoints,
      ...openingCrashPoints,
    ];
    expect(crashPointsInCode().length).toBeGreaterThan(9);
    expect(crashPointsInCode().filter((point) => !walked.includes(point))).toEqual([]);
    expect(neverReached(new Set(all))).toEqual([]);
    expect(neverReached(new Set(all.filter((line) => line !== 'refusal basis_moved')))).toEqual([
      'refusal basis_moved',
    ]);
  });

  it('takes no point to die at that no code passes, and every one that some code does', () => {
    const passed = [...crashPointsInCode(), ...migrationPoints];
    expect(passed.filter((point) => !namedPoints.includes(point))).toEqual([]);
    const unpassed = namedPoints.filter((point) => !passed.includes(point));
    const nodes = nodeNames.flatMap((name) => (name === 'approval' ? [] : `node.${name}`));
    expect(unpassed.toSorted()).toEqual(nodes.toSorted());
    for (const point of [...namedPoints, 'append.RunEnded', 'commit.NoticeSent']) {
      expect(armedFrom(`${point}:2`)).toEqual({ point, nth: 2, signal: 'SIGKILL' });
      expect(armedFrom(`${point}:1:stop`).signal).toBe('SIGSTOP');
    }
    for (const point of ['run.begin', 'node.approval', 'commit.Nothing', 'rung.RunEnded']) {
      expect(() => armedFrom(`${point}:1`), point).toThrow(`no code passes "${point}"`);
    }
    for (const setting of ['run.begins', 'run.begins:0', 'run.begins:1:kill', ':1', 'run:1']) {
      expect(() => armedFrom(setting), setting).toThrow('is not point:nth');
    }
  });
});
