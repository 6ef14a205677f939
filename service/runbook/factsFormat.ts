/**
 * The facts file: what a source or a person reports, in a form pleasant to write by hand. Every kind of fact of
 * ledger/facts.ts has a key here. It refuses unknown keys; it never refuses a time for being unclear.
 */
import { z } from 'zod';
import { RelaxableCode } from '../../ledger/codes.ts';
import type { ReportBody } from '../../ledger/facts.ts';
import { BoundaryKind, Id, type Instant } from '../../ledger/vocabulary.ts';
import { boundaryKeys, checkpointKeys, predecessors } from './checkpointFormat.ts';
import { duration, id, remark, spanKeys, time } from './scalars.ts';

const checkpoint = id('The checkpoint it is about.');
/** A time as told: kept word for word, and held by the rule book when it is not clearly one instant. */
const told = z.union([z.string().max(200), z.number()], { error: 'is not a time' }).meta({
  description:
    'When, as it was told: "02:40", "2026-11-29T02:40+00:00", "Sunday 02:40". What is not clearly one instant is held with its candidates, never dropped.',
});
const text = z
  .string()
  .max(4_000)
  .optional()
  .meta({ description: 'The words this fact was read from. Left out: the words of the report.' });
const dated = z.strictObject({ checkpoint, at: told, text });
const interval = { from: spanKeys.from, to: spanKeys.to, for: spanKeys.for };
const answer = (no: 'withdrawn' | 'refused') => z.enum(['given', no]).optional();

const { id: _id, start, ...otherKeys } = checkpointKeys;

/** One fact of each kind, by the key it is written under. */
export const factKeys = {
  started: dated.extend({ owner: id('Who started it.').optional() }),
  finished: dated,
  forecast: dated,
  revised: dated,
  evidence: dated.extend({ kind: id('What was observed.') }),
  evidence_revoked: z.strictObject({ checkpoint, kind: id('What no longer holds.'), text }),
  approval: z.strictObject({
    checkpoint,
    approval: id('Which approval. Left out: the only one of the checkpoint.').optional(),
    party: id('Who answers. Left out: the reporter.').optional(),
    answer: answer('withdrawn'),
    text,
  }),
  confirmation: z.strictObject({
    checkpoint,
    confirmation: id('Which confirmation. Left out: the only one of the checkpoint.').optional(),
    party: id('Who answers. Left out: the reporter.').optional(),
    answer: answer('refused'),
    text,
  }),
  condition_met: z.strictObject({ condition: Id, text }),
  condition_open: z.strictObject({ condition: Id, text }),
  promise: dated,
  holder: z.strictObject({ authority: Id, person: Id, ...interval, text }),
  delegate: z.strictObject({ authority: Id, person: Id, grantedBy: Id, ...interval, text }),
  delegate_revoked: z.strictObject({ authority: Id, person: Id, at: told, text }),
  available: z.strictObject({ person: Id, ...interval, text }),
  unavailable: z.strictObject({ person: Id, ...interval, text }),
  boundary: z.strictObject({
    id: id('The boundary. One that is known keeps what is left out here.'),
    kind: BoundaryKind.optional(),
    ...boundaryKeys,
    ...interval,
    text,
  }),
  boundary_lifted: z.strictObject({ boundary: Id, text }),
  add: z.strictObject({
    id: id('The id of the new checkpoint.'),
    before: id(
      'The checkpoint it comes before in the approved order, such as the first one that waits for it. Left out: it comes last.',
    ).optional(),
    start,
    ...otherKeys,
    text,
  }),
  alter: z.strictObject({
    checkpoint,
    name: z.string().min(1).optional(),
    role: Id.optional(),
    owner: Id.optional(),
    duration: duration('Its new duration.').optional(),
    text,
  }),
  skip: z.strictObject({ checkpoint, text }),
  depends: z.strictObject({ checkpoint, predecessors, text }),
  exception: z.strictObject({
    id: id('Its id. Left out: made from the rule and the checkpoint.').optional(),
    checkpoint,
    relaxes: RelaxableCode,
    until: time('The whole execution must end by then.').optional(),
    text,
  }),
  exception_revoked: z.strictObject({ exception: Id, text }),
  hold: z.strictObject({
    id: id('Its id. Left out: made from the checkpoint.').optional(),
    checkpoint,
    reason: z.string().min(1).max(200),
    text,
  }),
  lift: z.strictObject({ hold: Id, text }),
  say: z
    .union([z.string().min(1).max(4_000), z.strictObject({ text: z.string().min(1).max(4_000) })])
    .meta({ description: 'Words that nobody has turned into a typed fact. Always held.' }),
} as const;

export type FactKey = keyof typeof factKeys;
/** What stands under each key. */
export type FactValues = { readonly [K in FactKey]: z.infer<(typeof factKeys)[K]> };

/** One fact: an object with exactly one of the keys. */
export const FactText = z
  .strictObject(factKeys)
  .partial()
  .refine((fact) => Object.keys(fact).length === 1, 'must have exactly one key, such as "finished"')
  .meta({ description: 'One fact under its key.' });
export type FactText = z.infer<typeof FactText>;

/** One message of a source. */
export const ReportText = z
  .strictObject({
    id: z
      .union([z.string().min(1).max(200), z.int()])
      .optional()
      .meta({
        description: "The source's own id of the message. Left out: made from its content.",
      }),
    source: id('The source it comes from.'),
    sequence: z.int().min(0).optional().meta({ description: "The source's own counter." }),
    by: id('Who reported it.'),
    occurred: time('When it became true, as the source says.'),
    received: time(
      'When it arrived, for a drill or a demo. Left out: when it occurred.',
    ).optional(),
    packet: z.int().min(1).optional().meta({
      description: 'The version of the packet the reporter was acting on.',
    }),
    text: z.string().max(4_000).optional().meta({ description: 'The message word for word.' }),
    facts: z.array(FactText).min(1).max(200),
    note: remark.optional(),
  })
  .meta({ description: 'One report: a message from a source, with the facts in it.' });
export type ReportText = z.infer<typeof ReportText>;

const StepText = z
  .strictObject({
    name: z.string().optional(),
    now: time('The instant at which the workflow runs after these reports.'),
    reports: z.array(ReportText),
    note: remark.optional(),
  })
  .meta({ description: 'Reports, and the instant at which the workflow then runs.' });

/** A facts file of several reports, or of several steps of reports. */
export const FactsText = z
  .strictObject({
    format: z.literal('interlock-facts/1').optional(),
    cutover: id('The cutover they are about.').optional(),
    reports: z.array(ReportText).min(1).optional(),
    steps: z.array(StepText).min(1).optional(),
    references: z.array(z.string()).optional(),
    note: remark.optional(),
  })
  .refine(
    (file) => (file.reports === undefined) !== (file.steps === undefined),
    'must have either "reports" or "steps"',
  )
  .meta({
    title: 'Interlock facts',
    description: 'Reports about a declared cutover.',
  });
export type FactsText = z.infer<typeof FactsText>;

/** One report ready for the ledger; `receivedAt` is null when the file does not say when it arrived. */
export type FactsReport = { readonly body: ReportBody; readonly receivedAt: Instant | null };

/** `now` is null for reports that are not written in a step. */
export type FactsStep = {
  readonly name: string | null;
  readonly now: Instant | null;
  readonly reports: readonly FactsReport[];
};
