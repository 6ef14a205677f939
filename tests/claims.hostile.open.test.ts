/**
 * C32: the gate is not shut. What honest minds propose on random nights, quick ones too, is accepted: as text, through
 * the door, the ledger and the rule book. Each refusal is explained by its codes.
 */
import { describe, expect, it } from 'vitest';
import { judge } from '../constraints/judge.ts';
import { honestNights } from './attacks/honest.ts';
import { scaled, takeYourTime } from './support/scale.ts';

takeYourTime();

describe('C32: the gate is not shut', () => {
  const size = scaled(5_000);
  it(`of ${size} proposals of honest minds at least 99.9 % are accepted`, async () => {
    const { proposals, accepted, refused } = await honestNights({ judge, size });
    process.stdout.write(`C32: ${accepted} of ${proposals} accepted\n`);
    expect(proposals).toBeGreaterThanOrEqual(size);
    expect(accepted / proposals, refused.join('\n')).toBeGreaterThanOrEqual(0.999);
  });
});
