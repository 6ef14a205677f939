/**
 * The small values that runbook and facts files are made of, as schemas with the words an editor shows. They check
 * shape only; times and lengths are read in clock.ts and durations.ts, which know the zone and the window.
 */
import { z } from 'zod';
import { Id } from '../../ledger/vocabulary.ts';

/** An id with a description. */
export const id = (description: string) => Id.meta({ description });

const timeHelp =
  'An instant: ISO 8601 with an offset ("2026-11-28T22:30+00:00"), ISO local in the cutover\'s zone ("2026-11-28 22:30"), or "22:30" for the one such time inside the command window.';

/** A time as text. */
export const time = (description: string) =>
  z
    .string({
      error: ({ input }) =>
        input === undefined ? 'is missing' : 'is not text; write a time in quotes',
    })
    .min(1)
    .max(200)
    .meta({ description: `${description} ${timeHelp}`, examples: ['22:30', '2026-11-28 22:30'] });

const number = z.number({ error: 'is not a number' }).min(0, 'is negative');

/** A plain length: minutes as a number, or text. */
export const length = (description: string) =>
  z
    .union([number, z.string().min(1).max(100)], {
      error: 'is not a length of time: write minutes (90) or text such as "1.5h", "2h 30m", "45s"',
    })
    .meta({
      description: `${description} Minutes as a number, or text such as "1.5h", "2h 30m", "45s".`,
      examples: ['15m', '1.5h', '2h 30m', 90],
    });

/** A duration that may be a range, a floor, a ceiling or unknown. */
export const duration = (description: string) =>
  z
    .union([number, z.string().min(1).max(100)], {
      error:
        'is not a duration: write minutes (90) or text such as "2h 30m", "30-45m", "at least 30m", "unknown, assume 20m"',
    })
    .meta({
      description: `${description} Minutes as a number, or text: "1.5h", "2h 30m", "45s", "30-45m", "at least 30m", "at most 5m", "unknown, assume 20m".`,
      examples: ['40m', '30-45m', 'at least 30m', 'at most 5m', 'unknown, assume 20m', 90],
    });

const spanParts = {
  from: time('Begins then (inclusive).'),
  to: time('Ends then (exclusive). A bare "06:00" is the first one after "from".').optional(),
  for: length('Its length, in place of "to".').optional(),
};

/** A span as text or as from/to. */
export const span = (description: string) =>
  z
    .union([z.string().min(1).max(200), z.strictObject(spanParts)], {
      error: 'is not a span of time: write "22:00 to 06:00", "window", or {from: …, to: …}',
    })
    .meta({
      description: `${description} "22:00 to 06:00", "2026-11-28 22:00 to 2026-11-29 06:00", "window" for the whole command window, or {from, to} or {from, for}.`,
      examples: ['22:00 to 06:00', 'window'],
    });
export type SpanText = z.infer<ReturnType<typeof span>>;

/** The same from/to/for keys inside a larger object; all optional: left out, the span is the default. */
export const spanKeys = {
  from: spanParts.from.optional(),
  to: spanParts.to,
  for: spanParts.for,
};

/** `all`, or a list of ids. */
export const allOr = (description: string) =>
  z
    .union([z.literal('all'), z.array(Id)], { error: 'is neither "all" nor a list of ids' })
    .meta({ description, examples: ['all'] });

/** Free words that are kept in the file and go nowhere else. */
export const remark = z
  .union([z.string(), z.array(z.string())])
  .meta({ description: 'Words for readers of this file. Not carried into the plan.' });

/** A number of parties that must say yes, who they are, and for how long a yes counts. */
export const assent = z
  .strictObject({
    id: id('Its id, named by the facts that give or refuse it.'),
    parties: z
      .array(Id)
      .min(1)
      .meta({ description: 'People or roles who may answer. Each counts once.' }),
    needed: z
      .int()
      .min(1)
      .optional()
      .meta({ description: 'How many of them must say yes. Left out: all of them.' }),
    valid: length('How long a yes counts. Left out: for good.').optional(),
  })
  .meta({ description: 'N of M parties who must say yes before it starts.' });
