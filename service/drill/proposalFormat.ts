/**
 * What a drill may expect of one agent's proposals, as closed lists: `proposes` looks into the newest proposal that the
 * agent made in the step, `gate` at what the gate said of all that it made there. Neither looks at the packet, so that
 * an agent is scored on its own work; neither at which mind it was, so that one drill judges every mind.
 */
import { z } from 'zod';
import { HoldClass, ReadinessCode, ViolationCode } from '../../ledger/codes.ts';
import { Assertion } from '../../ledger/facts.ts';
import { Cause, ReleaseCondition } from '../../ledger/holds.ts';
import { DeltaChange, Driver } from '../../ledger/packet.ts';
import { AgentName, Id, ProgressState } from '../../ledger/vocabulary.ts';

const time = z.string().min(1).max(200);
const count = z.int().min(0);
const some = z.array(Id).min(1);
const factKinds = Assertion.options.map(({ shape }) => shape.kind.value);
/** The rules that can be among the causes of a hold, as one list that a misspelt one is compared with. */
export const causeRule = z.enum(Cause.shape.rule.options.flatMap(({ options }) => options));
const releaseKinds = ReleaseCondition.options.map(({ shape }) => shape.kind.value);

export const gateExpectation = z
  .strictObject({
    agent: AgentName.optional().meta({ description: 'Left out: the agent of the drill.' }),
    attempts: count.optional().meta({ description: 'How many proposals it made in the step.' }),
    first_try: z.enum(['clean', 'refused']).optional(),
    refused: z.array(ViolationCode).optional().meta({
      description: 'Exactly these codes stood in the verdicts on them. Empty: none did.',
    }),
  })
  .meta({ description: 'How the agent’s proposals of the step fared at the gate.' });
export type GateExpectation = z.infer<typeof gateExpectation>;

const cause = {
  behind: Id.optional(),
  causes: z.array(causeRule).min(1).optional(),
  subjects: some.optional(),
};

/** One key for each thing an agent can say. The key tells the agent. */
const proposesKeys = {
  ruling: z.strictObject({
    report: z.string().min(1).max(200),
    fact: z.int().min(1).optional(),
    as: z.enum(['accepted', 'accepted_as_forecast', 'repeat', 'held']),
    code: ReadinessCode.optional(),
    candidates: z.array(time).optional().meta({
      description: 'Exactly these instants are offered as what it could mean.',
    }),
    against: z
      .string()
      .optional()
      .meta({ description: 'The report whose fact it stands against.' }),
  }),
  reading: z.strictObject({
    report: z.string().min(1).max(200),
    kind: z.enum(factKinds).meta({ description: 'The kind of fact, as the ledger names it.' }),
    checkpoint: Id.optional(),
    quote: z.string().min(1).optional(),
  }),
  no_reading: z.strictObject({
    report: z.string().min(1).max(200),
    kind: z.enum(factKinds).optional(),
  }),
  start: z.strictObject({
    checkpoint: Id,
    at: time,
    end: time.optional(),
    owner: Id.optional(),
  }),
  unplaced: z.strictObject({ checkpoint: Id, ...cause }),
  hold: z.strictObject({
    checkpoint: Id,
    class: HoldClass.optional(),
    ...cause,
    release: z.enum(releaseKinds).optional(),
    waits_for: Id.optional().meta({ description: 'A name in its release condition.' }),
    lifted_by: Id.optional(),
    blocks: z.array(Id).optional().meta({ description: 'Exactly these wait because of it.' }),
  }),
  no_hold: some,
  line: z.strictObject({
    checkpoint: Id,
    state: z.union([ProgressState, z.literal('held')]).optional(),
    driver: Driver.shape.by.optional(),
    subject: Id.optional(),
    float: count.optional(),
    critical: z.boolean().optional(),
    needs: z.array(Id).optional().meta({ description: 'Exactly these are still needed.' }),
  }),
  tells: z.strictObject({
    person: Id,
    checkpoint: Id.optional(),
    as: z.enum(['owner', 'observer']).optional(),
    changes: z.array(DeltaChange).min(1).optional(),
  }),
  tells_nobody_of: some.meta({ description: 'No line of any delta is about these checkpoints.' }),
  leaves_out: some.meta({ description: 'These people are told nothing, and a reason is given.' }),
  leads: z.strictObject({
    holds: some.optional().meta({ description: 'Checkpoints whose holds lead, in this order.' }),
    people: some.optional().meta({ description: 'People whose deltas lead, in this order.' }),
  }),
  must_acknowledge: z.array(Id).meta({ description: 'Exactly these people.' }),
} as const;

export type ProposesValues = {
  readonly [K in keyof typeof proposesKeys]: z.infer<(typeof proposesKeys)[K]>;
};

export const proposesExpectation = z
  .strictObject(proposesKeys)
  .partial()
  .refine((one) => Object.keys(one).length === 1, 'must have exactly one key, such as "start"')
  .meta({ description: 'What the newest proposal of the step says.' });
export type ProposesExpectation = z.infer<typeof proposesExpectation>;
