/** C55: the count of what the suite reached can fail, and knows the lists that it counts against. */
import { describe, expect, it } from 'vitest';
import { RejectionCode } from '../ledger/codes.ts';
import {
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
});
