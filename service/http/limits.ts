/**
 * How much one caller or one address may ask. Counters are of this process and may be lost: they protect it, and
 * nothing that has to hold rests on them.
 */
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { Problem } from './problem.ts';

export type Limits = {
  /** Requests of one caller in ten seconds; each report of a batch counts as one. */
  readonly calls: number;
  /** Requests of one caller in a minute that make us think: what-if, declarations, exports. */
  readonly heavy: number;
  /** Proofs of one address in a minute that did not count, and visits to the doors where they are made. */
  readonly unproven: number;
};

export const standardLimits: Limits = { calls: 400, heavy: 30, unproven: 60 };

export type Kind = keyof Limits;
export type Limiter = {
  /** Counts so many, one unless said; throws a 429 that says when to come back. */
  readonly count: (kind: Kind, who: string, howMany?: number) => Promise<void>;
};

const seconds: Readonly<Record<Kind, number>> = { calls: 10, heavy: 60, unproven: 60 };

/** The longest name a counter is kept under: nothing that somebody sends makes a key of any length. */
const longestName = 200;

/** Counters of one process. */
export function openLimiter(limits: Limits): Limiter {
  const of = (kind: Kind) =>
    new RateLimiterMemory({ keyPrefix: kind, points: limits[kind], duration: seconds[kind] });
  const limiters = { calls: of('calls'), heavy: of('heavy'), unproven: of('unproven') };
  return {
    count: async (kind, who, howMany = 1) => {
      try {
        await limiters[kind].consume(who.slice(0, longestName), howMany);
      } catch (error) {
        if (!(error instanceof RateLimiterRes)) throw error;
        const wait = Math.max(1, Math.ceil(error.msBeforeNext / 1_000));
        throw new Problem({
          status: 429,
          code: 'too_many_requests',
          detail: `more than ${limits[kind]} requests${kind === 'calls' ? ', or reports of batches,' : ''} in ${seconds[kind]} seconds`,
          fix: `send it again after ${wait} seconds, and send less often`,
          headers: { 'retry-after': String(wait) },
        });
      }
    },
  };
}
