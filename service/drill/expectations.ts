/**
 * What a drill may expect, as a closed list. Each expectation is one object with exactly one key; each is scored on
 * its own. "The packet" is the one that waits for a person, else the current one.
 */
import { stringify } from 'yaml';
import { z } from 'zod';
import { readableKinds } from '../../constraints/readingWords.ts';
import { HoldClass, ReadinessCode, RejectionCode, RelaxableCode } from '../../ledger/codes.ts';
import { DeltaChange } from '../../ledger/packet.ts';
import { Id, ProgressState } from '../../ledger/vocabulary.ts';
import { causeRule, gateExpectation, proposesExpectation } from './proposalFormat.ts';

const time = z.string().min(1).max(200);
const reportId = z.string().min(1).max(200).meta({ description: 'The id of a report.' });
const count = z.int().min(0);

export const expectationKeys = {
  run: z
    .enum([
      'awaiting_decision',
      'no_change',
      'adopted',
      'declined',
      'refused_by_gate',
      'nothing_to_do',
      'overtaken',
    ])
    .meta({ description: 'How the last run of the step ended.' }),
  placed: z
    .strictObject({ checkpoint: Id, at: time, end: time.optional(), owner: Id.optional() })
    .meta({ description: 'The packet places it at this instant.' }),
  state: z
    .strictObject({ checkpoint: Id, is: z.union([ProgressState, z.literal('held')]) })
    .meta({ description: 'The state of its line in the packet.' }),
  forecast: z
    .strictObject({ checkpoint: Id, at: time })
    .meta({ description: 'Its forecast finish on the ledger.' }),
  held: z
    .strictObject({
      checkpoint: Id,
      class: HoldClass.optional(),
      behind: Id.optional(),
      causes: z.array(causeRule).min(1).optional().meta({
        description: 'Rules that are among the causes of the hold.',
      }),
      leastCauses: count.optional(),
      subjects: z.array(Id).min(1).optional().meta({
        description: 'Names that are among the subjects of its causes.',
      }),
      relaxes: RelaxableCode.optional().meta({
        description: 'An exception that is among its relaxations.',
      }),
    })
    .meta({ description: 'The packet has a hold on it that fits all of this.' }),
  unmoved: z.array(Id).min(1).meta({
    description:
      'Placed by the packet where, and with whom, the packet before it (or the approved sequence) has them.',
  }),
  protected_moves: z.array(Id).meta({
    description: 'Exactly these protected checkpoints are marked as moved and still to come.',
  }),
  protected_holds: z.array(Id).meta({
    description:
      'Exactly these open protected checkpoints are held, each on its own or behind another. The truth of the hold rates.',
  }),
  changes: z.array(Id).meta({
    description:
      'Exactly these open checkpoints have another start, owner or hold than in the packet before it.',
  }),
  ruled: z
    .strictObject({
      report: reportId,
      fact: z.int().min(1).optional().meta({ description: 'Which fact of it. Left out: all.' }),
      as: z.enum(['accepted', 'accepted_as_forecast', 'repeat', 'held']),
      code: ReadinessCode.optional(),
    })
    .meta({ description: 'What was made of the facts of a report.' }),
  reads: z
    .strictObject({
      report: reportId,
      facts: z.array(
        z.strictObject({
          kind: z.enum(readableKinds),
          checkpoint: Id,
          at: time.optional().meta({ description: 'Left out: the words name no one instant.' }),
        }),
      ),
    })
    .meta({
      description:
        'Nothing was read out of its free text but these facts. Met too when nothing was read: the words stay before a person. The truth of the reading scores.',
    }),
  received: z
    .strictObject({ report: reportId, is: z.enum(['received', 'known_already', 'refused']) })
    .meta({ description: 'What became of the last delivery of a report.' }),
  held_facts: count.meta({ description: 'How many facts are held now.' }),
  packets: count.meta({ description: 'How many packets were ever prepared.' }),
  pending: z.union([z.int().min(1), z.literal('none')]).meta({
    description: 'The version that waits for a person, or none.',
  }),
  current: z.union([z.int().min(1), z.literal('none')]).meta({
    description: 'The version in force, or none.',
  }),
  delta: z
    .strictObject({
      person: Id,
      checkpoint: Id.optional(),
      changes: z.array(DeltaChange).min(1).optional(),
    })
    .meta({ description: 'The packet tells this person of a change.' }),
  no_delta: z.array(Id).min(1).meta({ description: 'The packet tells these people nothing.' }),
  notices: z
    .strictObject({ person: Id, count })
    .meta({ description: 'How many notices were ever queued for a person.' }),
  deadline: z
    .strictObject({ at: time.optional(), after: time.optional(), checkpoint: Id.optional() })
    .meta({ description: 'The decision deadline of the packet.' }),
  decision: z
    .union([z.literal('taken'), RejectionCode])
    .meta({ description: 'What became of the last decision of the step.' }),
  acknowledgement: z
    .union([z.literal('taken'), RejectionCode])
    .meta({ description: 'What became of the last acknowledgement of the step.' }),
  outstanding: z.array(Id).meta({
    description:
      'Exactly these people, addressed by the current packet, have not acknowledged it or orders that still hold for them.',
  }),
  gate_refusals: count.meta({ description: 'How many proposals the gate ever refused.' }),
  gate: gateExpectation,
  proposes: proposesExpectation,
} as const;

export type ExpectationKey = keyof typeof expectationKeys;
export type ExpectationValues = {
  readonly [K in ExpectationKey]: z.infer<(typeof expectationKeys)[K]>;
};

/** One expectation: an object with exactly one of the keys. */
export const ExpectationText = z
  .strictObject(expectationKeys)
  .partial()
  .refine((one) => Object.keys(one).length === 1, 'must have exactly one key, such as "placed"')
  .meta({ description: 'One expectation under its key.' });
export type ExpectationText = z.infer<typeof ExpectationText>;

/** The expectation in one line, as a drill writes it: `placed: {checkpoint: a, at: 02:10}`. */
export const expectationLine = (expectation: ExpectationText): string =>
  stringify(expectation, { collectionStyle: 'flow', flowCollectionPadding: false, lineWidth: 0 })
    .trim()
    .slice(1, -1);
