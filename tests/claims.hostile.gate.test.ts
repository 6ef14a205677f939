/**
 * C30 on the real gate. Attacks: one to three operators on what an honest mind proposes, written as text, read,
 * recorded and judged; an oracle that shares no code with the gate says which are unsafe. The numbers
 * say how often nothing was found; that is all they say.
 */
import { describe, expect, it } from 'vitest';
import { judge } from '../constraints/judge.ts';
import { ViolationCode } from '../ledger/codes.ts';
import { attackNights } from './attacks/campaign.ts';
import { saidOf } from './attacks/published.ts';
import { report } from './attacks/report.ts';
import { scaled, takeYourTime } from './support/scale.ts';

takeYourTime();

/** Codes that only much larger runs reach; the deep run must reach all. */
const rare: readonly ViolationCode[] = [
  'evidence_revoked',
  'confirmation_refused',
  'approval_refused',
];

describe('C30: hostile proposals', () => {
  const size = scaled(30_000);
  it(`of ${size}, no unsafe one reaches the approval interrupt, and each is refused for the right reason`, async () => {
    const tally = await attackNights({ judge, size, firstSeed: 0 });
    report('C30', tally);
    process.stdout.write(`C36: of those at the interrupt ${saidOf(tally.published)}`);
    expect(tally.reached.slice(0, 5), 'unsafe and found clean').toEqual([]);
    expect(tally.misnamed.slice(0, 5), 'refused for the wrong reason').toEqual([]);
    expect(tally.attacks).toBe(size);
    expect(tally.unsafe).toBeGreaterThan(size / 5);
    expect(tally.waits, 'harmless ones still reach it').toBeGreaterThan(0);
    expect(tally.published.faults.slice(0, 5), 'of what these would publish (C36)').toEqual([]);
    expect(tally.published.packets).toBe(tally.waits);
    const missed = ViolationCode.options.filter((code) => !tally.codes.has(code));
    expect(
      missed.filter((code) => !rare.includes(code)),
      'codes not reached (C55)',
    ).toEqual([]);
  });
});
