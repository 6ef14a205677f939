/**
 * The drill file: a runbook, what happens to it step by step, and what is expected after each step. It refuses unknown
 * keys. It is documented with examples in evals/drills/README.md.
 */
import { z } from 'zod';
import { AgentName, Id } from '../../ledger/vocabulary.ts';
import { ReportText } from '../runbook/factsFormat.ts';
import { remark, time } from '../runbook/scalars.ts';
import { ExpectationText } from './expectations.ts';

const decide = z
  .union([
    z.strictObject({
      adopt: Id.meta({ description: 'Who adopts the packet that waits.' }),
      packet: z.int().min(1).optional().meta({
        description: 'The version that person believes in. Left out: the one that waits.',
      }),
    }),
    z.strictObject({
      decline: Id.meta({ description: 'Who declines the packet that waits.' }),
      reason: z.string().min(1).max(2_000),
    }),
  ])
  .meta({ description: 'A decision on the packet.' });
export type DecideText = z.infer<typeof decide>;

const acknowledgement = z
  .union([
    Id,
    z.strictObject({
      person: Id,
      packet: z.int().min(1).meta({ description: 'The version that person has seen.' }),
    }),
  ])
  .meta({ description: 'Who says to have seen the current packet, or another version.' });
export type AcknowledgementText = z.infer<typeof acknowledgement>;

const step = z.strictObject({
  name: z.string().min(1).meta({ description: 'What happens, in words.' }),
  now: time('The instant of this step: reports have arrived by then, and the workflow runs.'),
  take: z.array(z.string().min(1)).optional().meta({
    description:
      'Reports of the changes file, by id, in this order. An id may come again: it is delivered again.',
  }),
  reports: z.array(ReportText).optional().meta({ description: 'Reports written here.' }),
  deliveries: z.int().min(1).max(10).optional().meta({
    description: 'How often each report is delivered. Left out: once.',
  }),
  runs: z.int().min(0).max(10).optional().meta({
    description: 'How often the workflow runs. Left out: once.',
  }),
  restart: z.boolean().optional().meta({
    description:
      'Whether the graph loses its checkpoints before the runs: only the ledger is left.',
  }),
  decide: decide.optional(),
  acknowledge: z.array(acknowledgement).min(1).optional().meta({
    description: 'Who acknowledges after the decision, in this order.',
  }),
  expect: z.array(ExpectationText).optional(),
  never: z.array(ExpectationText).optional().meta({
    description: 'What a good answer must not contain: none of these may be met.',
  }),
  note: remark.optional(),
});
export type StepText = z.infer<typeof step>;

/** The whole drill file. */
export const DrillText = z
  .strictObject({
    format: z.literal('interlock-drill/1').meta({ description: 'The version of this format.' }),
    name: z.string().min(1).meta({ description: 'The claim that this drill checks.' }),
    agent: AgentName.optional().meta({
      description: 'The agent whose proposals it is about. Left out: the whole walk.',
    }),
    runbook: z.string().min(1).meta({ description: 'Path of the runbook, from this file.' }),
    changes: z.string().min(1).optional().meta({
      description: 'Path of a facts file, from this file. Its reports can be taken by id.',
    }),
    declare: z.strictObject({
      at: time('When the runbook is declared and first run.'),
      as: Id.meta({ description: 'Who declares it.' }),
      decide: decide.optional(),
      expect: z.array(ExpectationText).optional(),
    }),
    steps: z.array(step).min(1),
    references: z.array(z.string()).optional(),
    note: remark.optional(),
  })
  .meta({ title: 'Interlock drill', description: 'A scored scenario on a runbook.' });
export type DrillText = z.infer<typeof DrillText>;
