/**
 * The shapes of what asking models costs, and why an ask ended. Counting is in modelUse.ts.
 */
import { z } from 'zod';

const count = z.int().min(0).max(1_000_000_000_000);

/** Calls, tokens (in and out), time waited and money (millionths of the currency of the price list). */
export const Use = z.strictObject({
  calls: count,
  tokens: count,
  milliseconds: count,
  microCost: count,
});
export type Use = z.infer<typeof Use>;

/** The most that may be spent; null: no limit on money, for endpoints that cost none. */
export const Cap = z.strictObject({
  calls: count,
  tokens: count,
  milliseconds: count,
  microCost: count.nullable(),
});
export type Cap = z.infer<typeof Cap>;

/** A change is one run; a day is a UTC day, over all cutovers of the ledger. */
export const ModelCaps = z.strictObject({ change: Cap, cutover: Cap, day: Cap });
export type ModelCaps = z.infer<typeof ModelCaps>;

/** What a change, a cutover and a day may cost unless the settings say otherwise. */
export const standardCaps: ModelCaps = {
  change: { calls: 12, tokens: 600_000, milliseconds: 60_000, microCost: null },
  cutover: { calls: 400, tokens: 8_000_000, milliseconds: 1_800_000, microCost: null },
  day: { calls: 1_000, tokens: 20_000_000, milliseconds: 3_600_000, microCost: null },
};

/** A reservation that is not settled yet. One that never is (the process died) counts in full for ever. */
const OpenAsk = z.strictObject({
  askId: z.string(),
  runId: z.string(),
  day: z.int(),
  reserved: Use,
});

export const ModelUse = z.strictObject({
  total: Use,
  /** Of the newest run that asked. */
  run: z.strictObject({ runId: z.string().nullable(), used: Use }),
  /** Of the newest UTC day on which a model was asked, counted in days since 1970. */
  day: z.strictObject({ day: z.int(), used: Use }),
  open: z.array(OpenAsk),
});
export type ModelUse = z.infer<typeof ModelUse>;

export const noUse: Use = { calls: 0, tokens: 0, milliseconds: 0, microCost: 0 };
export const noModelUse: ModelUse = {
  total: noUse,
  run: { runId: null, used: noUse },
  day: { day: 0, used: noUse },
  open: [],
};

/** How an ask ended. Everything but `answered` gives the turn to the deterministic mind. */
export const ModelOutcome = z.enum([
  'answered',
  'malformed',
  'declined',
  'empty',
  'cut_off',
  'too_long',
  'too_many_rounds',
  'rate_limited',
  'unavailable',
  'unauthorised',
  'timed_out',
  'over_cap',
  'failed',
]);
export type ModelOutcome = z.infer<typeof ModelOutcome>;

/** Why a model chose as it did: closed words, kept with what it cost. No sentence of a model is kept anywhere. */
export const RationaleCode = z.enum([
  'least_disturbance',
  'keeps_protected_order',
  'fewest_holds',
  'fewest_people_woken',
  'fewest_owner_changes',
  'earliest_finish',
  'more_slack',
  'context_notes',
  'release_soonest',
  'blocks_most',
]);
export type RationaleCode = z.infer<typeof RationaleCode>;
