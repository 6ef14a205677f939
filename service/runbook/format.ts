/**
 * The runbook file: a cutover's plan in a form pleasant to write by hand, as one zod schema with the words that
 * editors show. It refuses unknown keys. What it becomes is in toPlan.ts; an example is evals/runbooks/payments.yaml.
 */
import { z } from 'zod';
import { RelaxableCode } from '../../ledger/codes.ts';
import { Contact } from '../../ledger/plan.ts';
import { BoundaryKind, Id } from '../../ledger/vocabulary.ts';
import { boundaryKeys, checkpointText } from './checkpointFormat.ts';
import { factKinds } from './factKinds.ts';
import { id, length, remark, span, spanKeys, time } from './scalars.ts';

const channels: readonly string[] = Contact.shape.channel.options;

/** A record, since an object would come out in the order of its schema, and the file's order says what is preferred. */
const contact = z
  .record(z.string(), z.string().min(1))
  .check(({ value, issues }) => {
    const keys = Object.keys(value).filter((key) => !channels.includes(key));
    if (keys.length > 0) issues.push({ code: 'unrecognized_keys', keys, input: value });
  })
  .meta({
    description:
      'Where to reach them, in order of preference. On Slack: an id (U0123456), the e-mail address they have there, or a name that INTERLOCK_SLACK_NAMES gives an id.',
    properties: Object.fromEntries(
      channels.map((channel) => [channel, { type: 'string', minLength: 1 }]),
    ),
    additionalProperties: false,
  });

const person = z
  .strictObject({
    name: z.string().min(1).meta({ description: 'How the packet names them.' }),
    contacts: contact.optional(),
    working: z
      .union([z.array(span('Agreed working time.')), span('Agreed working time.')], {
        error: 'is not working time: write "window", "22:00 to 06:00", or a list of spans',
      })
      .optional()
      .meta({
        description:
          'Agreed working time: one span or a list. Left out: none, so nothing can be given to them.',
      }),
    note: remark.optional(),
  })
  .meta({ description: 'A person. Outside their working time they are not available.' });

const holder = z
  .union([Id, z.strictObject({ person: id('Who holds it.'), ...spanKeys })], {
    error: 'is neither a person id nor {person, from, to}',
  })
  .meta({ description: 'A holder. Without from/to: during the whole command window.' });

const delegate = z
  .strictObject({
    person: id('Who may act in the place of the grantor.'),
    grantedBy: id('The holder (or, where chains are allowed, the delegate) who granted it.'),
    ...spanKeys,
  })
  .meta({ description: 'A delegate. Without from/to: during the whole command window.' });

const authority = z
  .strictObject({
    id: id('Its id. Left out: the role, with the checkpoint when it names one.').optional(),
    role: id('The role it gives.'),
    checkpoint: id('For this checkpoint only; or all. Left out: all.').optional(),
    holders: z
      .union([z.array(holder), Id], { error: 'is not a person id or a list of holders' })
      .meta({ description: 'Who holds it, one after the other: a person id or a list.' }),
    delegates: z.array(delegate).optional(),
    chains: z.boolean().optional().meta({
      description: 'Whether a delegate may delegate further. Left out: no.',
    }),
    note: remark.optional(),
  })
  .meta({ description: 'One row of the authority mapping: role, checkpoint, time.' });

const boundary = z
  .strictObject({
    kind: BoundaryKind.meta({
      description:
        'maintenance: what it binds runs inside it · freeze and blackout: nothing it binds touches it.',
    }),
    ...boundaryKeys,
    from: time('Opens then (inclusive).'),
    to: spanKeys.to,
    for: spanKeys.for,
    note: remark.optional(),
  })
  .meta({ description: 'A maintenance boundary, a freeze or a blackout.' });

const guardrail = z
  .strictObject({
    pointOfNoReturn: id('The checkpoint after whose start there is no way back.'),
    rollback: length('How long a rollback takes.'),
    mustEnd: time('When a rollback must have ended.'),
  })
  .meta({ description: 'The point of no return must start so early that a rollback still fits.' });

const source = z
  .strictObject({
    name: z.string().min(1).meta({ description: 'What people call it.' }),
    rank: z.int().min(1).max(99).meta({ description: 'Lower is more trusted.' }),
    facts: z
      .union([z.literal('all'), z.array(z.enum(factKinds))], {
        error: `is neither "all" nor a list of fact kinds (${factKinds.join(', ')})`,
      })
      .meta({ description: 'The kinds of fact it may assert, or all.' }),
    reporters: z
      .union([z.literal('any_mapped'), z.array(Id)], {
        error: 'is neither "any_mapped" nor a list of people',
      })
      .meta({ description: 'Through whom: anyone with a mapped role, or only these people.' }),
  })
  .meta({ description: 'A source that may report facts. A source not listed is unmapped.' });

const condition = z
  .strictObject({
    name: z.string().min(1).meta({ description: 'The condition in words.' }),
    met: z.boolean().optional().meta({ description: 'Whether it is met already. Left out: no.' }),
    settledBy: id('The role that settles it.'),
  })
  .meta({ description: 'Something that must become true and carries no time of its own.' });

const policy = z
  .strictObject({
    slipTolerance: length('A slip smaller than this makes no packet. Left out: 10m.').optional(),
    review: length('A moved start leaves the lead this long to decide. Left out: none.').optional(),
    requestValid: length('An unanswered request is cleared after this. Left out: 60m.').optional(),
    exceptions: z.array(RelaxableCode).optional().meta({
      description: 'Rules that the lead may relax for one checkpoint. Left out: none.',
    }),
  })
  .meta({ description: 'How the workflow treats this cutover.' });

const members = z.array(Id).min(2);

const byId = <T extends z.ZodType>(value: T, description: string) =>
  z.record(Id, value).meta({ description });

/** The whole runbook file. */
export const RunbookText = z
  .strictObject({
    format: z.literal('interlock-runbook/1').meta({ description: 'The version of this format.' }),
    id: id('The id of the cutover.'),
    name: z.string().min(1).meta({ description: 'What people call the cutover.' }),
    zone: z
      .string()
      .min(1)
      .meta({
        description: 'IANA time zone in which times without an offset are read.',
        examples: ['Europe/London', 'UTC'],
      }),
    mode: z.enum(['rehearsal', 'live']),
    notices: z.enum(['off', 'test', 'on']).optional().meta({
      description: 'Whether people are told. Left out: off.',
    }),
    precision: z.enum(['minutes', 'seconds']).optional().meta({
      description: 'The grain in which starts are placed. Left out: minutes.',
    }),
    window: z
      .strictObject({ from: time('Opens then.'), to: spanKeys.to, for: spanKeys.for })
      .meta({ description: 'The command window. Write its dates in full.' }),
    lead: id('The role of the release lead, who decides on packets.'),
    roles: byId(z.string().min(1), 'Roles: id and name.'),
    people: byId(person, 'People by id.'),
    authority: z.array(authority).min(1).meta({ description: 'The authority mapping.' }),
    sources: byId(source, 'Sources by id.'),
    boundaries: byId(boundary, 'Boundaries by id.').optional(),
    guardrails: byId(guardrail, 'Rollback guardrails by id.').optional(),
    conditions: byId(condition, 'Conditions by id.').optional(),
    separations: byId(members, 'Checkpoints whose owners must all differ, by id.').optional(),
    reviewSpacings: byId(
      z.strictObject({ checkpoints: members, apart: length('Least time between two of them.') }),
      'Checkpoints that leave time between them, by id.',
    ).optional(),
    policy: policy.optional(),
    checkpoints: z.array(checkpointText).min(1),
    references: z.array(z.string()).optional().meta({ description: 'Where the plan comes from.' }),
    note: remark.optional(),
  })
  .meta({
    title: 'Interlock runbook',
    description: 'A declared cutover: window, boundaries, people, authority and checkpoints.',
  });
export type RunbookText = z.infer<typeof RunbookText>;
