/**
 * A judge that answers the same question about the same state once. States are frozen when they are loaded, so the
 * digest of one never changes; every step of a run asks for it.
 */
import type { CutoverState } from '../ledger/cutover.ts';
import type { LedgerDeps } from '../ledger/handle.ts';
import type { Judge } from '../ledger/judge.ts';
import type { Digest } from '../ledger/vocabulary.ts';

const judges = new WeakMap<Judge, Judge>();

function remembering(judge: Judge): Judge {
  const known = judges.get(judge);
  if (known !== undefined) return known;
  const digests = new WeakMap<CutoverState, Digest>();
  const once: Judge = {
    ...judge,
    basisDigest: (state) => {
      const digest = digests.get(state) ?? judge.basisDigest(state);
      if (Object.isFrozen(state)) digests.set(state, digest);
      return digest;
    },
  };
  judges.set(judge, once).set(once, once);
  return once;
}

/** The same ledger, whose judge remembers what it has digested. */
export const withMemory = (ledger: LedgerDeps): LedgerDeps => ({
  ...ledger,
  judge: remembering(ledger.judge),
});
