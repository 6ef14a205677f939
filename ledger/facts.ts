/**
 * Reports and facts. A report is one message from a source; a fact is one assertion inside it, accepted or
 * held on its own. Every instant keeps the text it was read from, so that the rule book can read it again.
 */
import { z } from 'zod';
import { ReadinessCode, RelaxableCode } from './codes.ts';
import { Boundary, Checkpoint, Duration, Predecessor } from './plan.ts';
import { Digest, Id, Instant, Interval } from './vocabulary.ts';
import { malformedPlaces, malformedText } from './wellFormed.ts';

/**
 * An instant as it was told. `at` is null when the text names none or more than one; `candidates` then
 * lists every instant it could mean. `zone` is the IANA zone it was read in.
 */
export const Reading = z.strictObject({
  text: z.string().max(200),
  zone: z.string(),
  at: Instant.nullable(),
  candidates: z.array(Instant),
});
export type Reading = z.infer<typeof Reading>;

const checkpoint = Id;
const times = { at: Reading };
const kind = <K extends string>(name: K) => z.literal(name);

/** What a fact asserts. The kinds are closed; `statement` is text that nobody has turned into a typed fact yet. */
export const Assertion = z.discriminatedUnion('kind', [
  z.strictObject({ kind: kind('actual_start'), checkpoint, ...times, owner: Id.nullable() }),
  z.strictObject({ kind: kind('actual_finish'), checkpoint, ...times }),
  z.strictObject({ kind: kind('forecast_finish'), checkpoint, ...times }),
  z.strictObject({ kind: kind('revised_start'), checkpoint, ...times }),
  z.strictObject({ kind: kind('evidence_recorded'), checkpoint, evidence: Id, ...times }),
  z.strictObject({ kind: kind('evidence_revoked'), checkpoint, evidence: Id }),
  z.strictObject({ kind: kind('confirmation_given'), checkpoint, confirmation: Id, party: Id }),
  z.strictObject({ kind: kind('confirmation_refused'), checkpoint, confirmation: Id, party: Id }),
  z.strictObject({ kind: kind('approval_given'), checkpoint, approval: Id, party: Id }),
  z.strictObject({ kind: kind('approval_withdrawn'), checkpoint, approval: Id, party: Id }),
  z.strictObject({ kind: kind('condition_met'), condition: Id }),
  z.strictObject({ kind: kind('condition_open'), condition: Id }),
  z.strictObject({ kind: kind('update_promised'), checkpoint, ...times }),
  z.strictObject({ kind: kind('holder_changed'), authority: Id, holder: Id, span: Interval }),
  z.strictObject({
    kind: kind('delegate_granted'),
    authority: Id,
    person: Id,
    grantedBy: Id,
    span: Interval,
  }),
  z.strictObject({ kind: kind('delegate_revoked'), authority: Id, person: Id, ...times }),
  z.strictObject({
    kind: kind('availability_changed'),
    person: Id,
    available: z.boolean(),
    span: Interval,
  }),
  z.strictObject({ kind: kind('boundary_set'), boundary: Boundary }),
  z.strictObject({ kind: kind('boundary_lifted'), boundary: Id }),
  z.strictObject({ kind: kind('checkpoint_added'), added: Checkpoint }),
  z.strictObject({
    kind: kind('checkpoint_altered'),
    checkpoint,
    change: z.strictObject({
      name: z.string().nullable(),
      role: Id.nullable(),
      owner: Id.nullable(),
      duration: Duration.nullable(),
      /** Skipped by a named human: the reporter. */
      skipped: z.boolean(),
    }),
  }),
  z.strictObject({
    kind: kind('dependency_changed'),
    checkpoint,
    predecessors: z.array(Predecessor),
  }),
  z.strictObject({
    kind: kind('exception_granted'),
    exception: Id,
    checkpoint,
    relaxes: RelaxableCode,
    /** The whole execution must end by then; null: no limit. */
    untilAt: Instant.nullable(),
  }),
  z.strictObject({ kind: kind('exception_revoked'), exception: Id }),
  z.strictObject({ kind: kind('hold_placed'), hold: Id, checkpoint, reason: z.string().max(200) }),
  z.strictObject({ kind: kind('hold_lifted'), hold: Id }),
  z.strictObject({ kind: kind('statement'), text: z.string().max(4_000) }),
]);
export type Assertion = z.infer<typeof Assertion>;
export type FactKind = Assertion['kind'];

/** One assertion with where it came from. `occurredAt` is when the source says it became true. */
export const Fact = z.strictObject({
  factId: Id,
  reportId: Id,
  source: Id,
  sourceEventId: z.string().min(1).max(200),
  /** The source's own counter; it wins over the order of arrival. */
  sourceSequence: z.int().min(0).nullable(),
  reporter: Id,
  occurredAt: Instant,
  receivedAt: Instant,
  /** Verbatim words the fact was read from: for people to read, never to judge by. */
  text: z.string().max(4_000),
  /** Found when it was received: the words say that it is still to come (promises.ts). */
  promised: z.literal(true).optional(),
  assertion: Assertion,
});
export type Fact = z.infer<typeof Fact>;

const ReportFields = z.strictObject({
  source: Id,
  sourceEventId: z.string().min(1).max(200),
  sourceSequence: z.int().min(0).nullable(),
  reporter: Id,
  occurredAt: Instant,
  /** The packet version the reporter was acting on, when known. */
  underPacketVersion: z.int().min(1).nullable(),
  text: z.string().max(20_000),
  assertions: z
    .array(z.strictObject({ text: z.string().max(4_000), assertion: Assertion }))
    .max(200),
});
/** What a source sends, before it has been given ids and a receiving time. Every text in it is well-formed Unicode. */
export const ReportBody = ReportFields.superRefine((body, context) => {
  for (const path of malformedPlaces(body)) {
    context.addIssue({ code: 'custom', path: [...path], message: malformedText });
  }
});
export type ReportBody = z.infer<typeof ReportBody>;

export const Report = z.strictObject({
  reportId: Id,
  bodyDigest: Digest,
  source: Id,
  sourceEventId: z.string(),
  sourceSequence: z.int().nullable(),
  reporter: Id,
  occurredAt: Instant,
  receivedAt: Instant,
  underPacketVersion: z.int().nullable(),
  /** The packet that was current when it arrived; differs from the one above when made under old orders. */
  currentPacketVersion: z.int().nullable(),
  text: z.string(),
  /** Different pieces of its prose that were taken out before it became an event (redaction.ts). */
  redacted: z.int().min(1).optional(),
  facts: z.array(Fact).min(1),
});
export type Report = z.infer<typeof Report>;

/** What was made of one fact. A forecast keeps a finish told in advance from ever counting as done. */
export const Ruling = z.strictObject({
  factId: Id,
  ruling: z.enum(['accepted', 'accepted_as_forecast', 'repeat', 'held']),
  code: ReadinessCode.nullable(),
  /** Every instant the fact could mean, when that is why it is held. */
  candidates: z.array(Instant),
  /** The fact it disagrees with or repeats. */
  against: Id.nullable(),
});
export type Ruling = z.infer<typeof Ruling>;

/** An accepted fact that is held after all, with the fact through which that became known. */
export const HeldAgain = z.strictObject({
  factId: Id,
  code: ReadinessCode,
  against: Id.nullable(),
});
export type HeldAgain = z.infer<typeof HeldAgain>;

/** A fact held for want of authority that waits for a ruling again, with the fact that shows the authority. */
export const HeardAgain = z.strictObject({ factId: Id, against: Id.nullable() });
export type HeardAgain = z.infer<typeof HeardAgain>;
