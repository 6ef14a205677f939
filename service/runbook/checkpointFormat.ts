/**
 * How one checkpoint is written in a runbook file. The same shape adds a checkpoint in a facts file.
 */
import { z } from 'zod';
import { CheckpointKind, Id, PredecessorType, StartRule } from '../../ledger/vocabulary.ts';
import { allOr, assent, duration, id, length, remark, span, time } from './scalars.ts';

const predecessor = z
  .union(
    [
      z.string().min(1).max(200),
      z.strictObject({
        after: id('The checkpoint it waits for.'),
        type: PredecessorType.optional().meta({
          description: 'Which ends are tied. Left out: finish_to_start.',
        }),
        gap: length('Least wait. Left out: none.').optional(),
        within: length('Greatest wait. Left out: no limit.').optional(),
      }),
    ],
    { error: 'is neither an id, a token such as "cut SS+15m", nor {after: …}' },
  )
  .meta({
    description:
      'A checkpoint it waits for: its id; a token such as "cut FS+2h" or "cut SS+15m" (FS, SS, FF); or {after, type, gap, within}. A negative lag is refused.',
    examples: ['rollback-validation', 'cut FS+2h', { after: 'cut', gap: '15m', within: '60m' }],
  });

/** One item, a list of items, or a text with ; or , between them. */
export const predecessors = z
  .union([z.string().min(1).max(1_000), z.array(predecessor)], {
    error: 'is not a list of predecessors',
  })
  .meta({ description: 'What it waits for.' });
export type PredecessorsText = z.infer<typeof predecessors>;

const evidence = z
  .strictObject({
    kind: id('What is observed, such as replication-lag.'),
    source: id('The source that may record it.'),
    maxAge: length('How old the observation may be when the checkpoint starts.'),
  })
  .meta({ description: 'A dated observation it needs when it starts.' });

export const checkpointKeys = {
  id: id('Its id: lower-case letters, digits and . _ : -'),
  name: z.string().min(1).optional().meta({ description: 'What people call it.' }),
  kind: CheckpointKind.optional().meta({ description: 'What sort of step. Left out: task.' }),
  role: id('The role that does it; the authority mapping says who holds that role when.'),
  owner: id(
    'Who was approved to do it. Left out: whoever holds the role at its start, when that is one person.',
  ).optional(),
  start: time('When it was approved to start.'),
  startRule: StartRule.optional().meta({
    description:
      'pinned: never before its time (left out: this) · asap: may move earlier · conditional: waits for its conditions.',
  }),
  duration: duration('How long it takes. Left out: no time at all.').optional(),
  certainty: z.enum(['stated', 'derived', 'assumed']).optional().meta({
    description: 'How the duration is known. Left out: stated, or assumed for an unknown duration.',
  }),
  predecessors: predecessors.optional(),
  protected: z.boolean().optional().meta({
    description: 'Protected ones keep their order and are held for the lead in a conflict.',
  }),
  moves: z.enum(['inside_boundary', 'exception_only']).optional().meta({
    description:
      'Whether a protected one may move inside its boundary (left out: this) or only by an exception.',
  }),
  windows: z.array(span('It must run inside one of these.')).optional(),
  conditions: z.array(Id).optional().meta({ description: 'Conditions that must be met first.' }),
  evidence: z.array(evidence).optional(),
  approvals: z.array(assent).optional(),
  confirmations: z.array(assent).optional(),
  room: id('A place that holds one checkpoint at a time.').optional(),
  observers: z.array(Id).optional().meta({
    description: 'People told when its time changes, or it is held, released, added or removed.',
  }),
  weight: z.int().min(1).max(1000).optional().meta({
    description: 'How much a minute of its movement counts. Left out: 1.',
  }),
  note: remark.optional(),
};

/** One checkpoint as written. Its place in the list is its approved rank. */
export const checkpointText = z
  .strictObject(checkpointKeys)
  .meta({ description: 'One checkpoint. The order of the list is the approved order.' });
export type CheckpointText = z.infer<typeof checkpointText>;

export const boundaryKeys = {
  name: z.string().min(1).optional().meta({ description: 'What people call it.' }),
  level: z.enum(['organisation', 'service', 'cutover']).optional().meta({
    description: 'Who declared it. Left out: cutover.',
  }),
  binds: allOr('The checkpoints it binds. Left out: all, also ones added later.').optional(),
  exemptRoles: z.array(Id).optional().meta({
    description: 'Roles it does not bind. A freeze has none: it beats every role.',
  }),
  stated: time('In force from then on. Left out: from the beginning.').optional(),
};
