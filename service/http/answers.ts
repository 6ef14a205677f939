/**
 * The shapes of answers, for the description and for the tests that hold every answer against it. What the ledger keeps
 * is described by the ledger's own schemas.
 */
import { z } from '@hono/zod-openapi';
import { RejectionCode } from '../../ledger/codes.ts';
import { PacketRecord, Request } from '../../ledger/cutover.ts';
import { Fact, Ruling } from '../../ledger/facts.ts';
import { Hold } from '../../ledger/holds.ts';
import { SuppressionReason } from '../../ledger/outbox.ts';
import { Delta, Packet, PacketLine } from '../../ledger/packet.ts';
import { Contact } from '../../ledger/plan.ts';
import { Violation } from '../../ledger/proposal.ts';
import { Digest, Id, Instant, Interval } from '../../ledger/vocabulary.ts';

export const PacketNames = z
  .strictObject({
    packetId: Id,
    version: z.int(),
    packetHash: Digest.meta({ description: 'Say it with If-Match when you decide.' }),
    checkCode: z.string().meta({ description: 'For reading back on a bridge call.' }),
  })
  .openapi('PacketNames');

const refusal = z.strictObject({
  code: RejectionCode,
  detail: z.string(),
  violations: z.array(Violation),
});

export const Receipt = z
  .strictObject({
    source: Id,
    sourceEventId: z.string(),
    result: z.enum(['received', 'known_already', 'refused']),
    reportId: Id.nullable(),
    version: z.int().nullable().meta({ description: 'Its position in the ledger.' }),
    facts: z.array(Id),
    redacted: z.int().min(0).meta({
      description:
        'Different pieces of its prose that were taken out before it was kept: numbers of cards and accounts, credentials.',
    }),
    rejection: refusal.nullable(),
  })
  .openapi('Receipt');

/** Whether a fact counts is known after the run that rules on it, and not before. */
export const ReportStanding = z
  .strictObject({
    reportId: Id,
    version: z.int(),
    receivedAt: Instant,
    facts: z.array(
      z.strictObject({
        factId: Id,
        text: z.string(),
        ruling: Ruling.nullable().meta({
          description: 'Null while no run has ruled on it: neither accepted nor held yet.',
        }),
      }),
    ),
  })
  .openapi('ReportStanding');

export const CutoverList = z
  .strictObject({
    cutovers: z.array(
      z.strictObject({
        cutover: Id,
        name: z.string(),
        mode: z.enum(['rehearsal', 'live']),
        version: z.int(),
        current: PacketNames.nullable(),
        pending: PacketNames.nullable(),
      }),
    ),
  })
  .openapi('CutoverList');

export const CoverageGap = z.strictObject({ role: Id, checkpoint: Id, span: Interval });

export const Declared = z
  .strictObject({
    declared: Id,
    version: z.int(),
    declaredByLead: z.boolean().meta({ description: 'Then packet 1 is current at once.' }),
    coverageGaps: z.array(CoverageGap),
  })
  .openapi('Declared');

const slip = z.strictObject({
  checkpoint: Id,
  missed: z.enum(['start', 'end']),
  byMinutes: z.int(),
});

const seenBy = z.strictObject({
  person: Id,
  mustAcknowledge: z.boolean(),
  state: z.enum(['acknowledged', 'carried', 'outstanding']).meta({
    description: '`carried`: they saw an older version, and nothing changed for them since.',
  }),
  version: z.int().nullable().meta({ description: 'The version they last acknowledged.' }),
  at: Instant.nullable(),
});

const onOldOrders = z.strictObject({
  person: Id,
  actsOn: z.int().nullable().meta({ description: 'Null when they never acknowledged any.' }),
  notice: z
    .strictObject({
      version: z.int(),
      state: z.enum(['sent', 'waiting', 'failing', 'in_doubt', 'not_sent']),
      reason: SuppressionReason.nullable(),
    })
    .nullable(),
  toldVersion: z.int().nullable(),
  minutesSinceNotice: z.int().nullable(),
  nextContact: Contact.nullable(),
});

export const StatusAnswer = z
  .strictObject({
    cutover: Id,
    version: z.int(),
    current: z
      .strictObject({
        record: PacketNames,
        stale: z.boolean(),
        banner: z.strictObject({
          basisMoved: z.boolean(),
          accepted: z.array(z.strictObject({ factId: Id, subject: z.string() })),
          waiting: z.array(Fact),
          slips: z.array(slip),
        }),
        forecastsAhead: z
          .array(z.strictObject({ checkpoint: Id, finishAt: Instant, orderedEndAt: Instant }))
          .meta({
            description:
              'Accepted forecasts, later than the orders, of what has not started: they move nothing until it has.',
          }),
      })
      .nullable(),
    pending: z
      .strictObject({
        record: PacketNames,
        request: Request,
        trouble: z.enum(['basis_moved', 'expired']).nullable(),
        minutesLeft: z.number(),
        deciders: z
          .array(z.strictObject({ person: Id, refusal: RejectionCode.nullable() }))
          .meta({ description: 'Every release lead, and why they may not adopt it now, if so.' }),
      })
      .nullable(),
    forecast: z.strictObject({
      starts: z.record(z.string(), Instant.nullable()),
      criticalPath: z.array(Id),
    }),
    waiting: z.array(Ruling).meta({ description: 'How each waiting fact is read as of now.' }),
    coverageGaps: z.array(CoverageGap),
    heldFacts: z.array(z.strictObject({ fact: Fact, ruling: Ruling })),
    attendance: z.array(seenBy),
    actingOnOldOrders: z.array(onOldOrders),
  })
  .openapi('Status');

/** Only schemas that are made here can be given a name in the description. */
export const PacketAnswer = z.strictObject(PacketRecord.shape).openapi('PacketRecord');

export const PacketList = z
  .strictObject({ packets: z.array(PacketNames.extend({ preparedAt: Instant, is: z.string() })) })
  .openapi('PacketList');

const times = z.strictObject({ startAt: Instant.nullable(), endAt: Instant.nullable() });
const line = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.enum(['added', 'removed']), checkpoint: Id, line: PacketLine }),
  z.strictObject({
    kind: z.enum(['held', 'released', 'moved']),
    checkpoint: Id,
    from: times,
    to: times,
  }),
  z.strictObject({
    kind: z.literal('owner'),
    checkpoint: Id,
    from: Id.nullable(),
    to: Id.nullable(),
  }),
]);

export const DiffLines = z.array(line);

export const DiffAnswer = z
  .strictObject({ from: PacketNames, to: PacketNames, changes: DiffLines })
  .openapi('Diff');

export const OrdersAnswer = z
  .strictObject({
    person: Id,
    version: z.int(),
    checkCode: z.string(),
    lines: z.array(PacketLine.extend({ as: z.enum(['owner', 'observer']) })),
    holds: z.array(Hold),
    delta: Delta.nullable(),
    mustAcknowledge: z.boolean(),
  })
  .openapi('Orders');

export const HoldsAnswer = z
  .strictObject({
    packet: PacketNames,
    is: z.string(),
    /** Whether the smallest reasons have been worked out; first reasons until then. */
    explained: z.boolean(),
    holds: Packet.shape.holds,
  })
  .openapi('Holds');

const row = z.looseObject({ version: z.int(), recordedAt: Instant, occurredAt: Instant });
export const LineageAnswer = z
  .strictObject({ known: z.array(row), notYetReceived: z.array(row) })
  .openapi('Lineage');

export const Decided = z
  .strictObject({
    decision: z.enum(['adopted', 'declined', 'acknowledged']),
    by: Id,
    packet: PacketNames,
    version: z.int().nullable().meta({ description: 'The position of the decision.' }),
    current: PacketNames.nullable().meta({ description: 'The packet that is in force now.' }),
  })
  .openapi('Decided');

export const Granted = z
  .strictObject({
    exception: Id,
    version: z.int().nullable(),
    ruling: z.string().nullable().meta({
      description: 'Where the ruling on it stands after the next run: GET it.',
    }),
  })
  .openapi('Granted');
