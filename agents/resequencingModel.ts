/**
 * The resequencing mind with a model: it chooses among the solver's safe timelines, or writes its own order, with the
 * rule book at hand to try it on. It may hold nothing that the solver places, and what it returns must leave a hold
 * register that the gate would take: no choice of a model can end a run without a packet.
 */
import { z } from 'zod';
import { incumbentOf } from '../ledger/incumbent.ts';
import { RationaleCode } from '../ledger/modelCost.ts';
import { plannedMs } from '../ledger/plan.ts';
import type { ResequencingBody } from '../ledger/proposal.ts';
import type { Prompt } from '../prompts/parse.ts';
import { alternativesFor } from '../tools/alternatives.ts';
import { afterTimeline, registerBreaks, wouldBreak } from '../tools/dryRun.ts';
import { findingTimelines, type Timeline } from '../tools/timelines.ts';
import { timetableOf } from '../tools/timetable.ts';
import type { Agent, Slice } from './agent.ts';
import { holdsIn } from './holds.ts';
import { type Made, type ModelDeps, modelAgent, type Task } from './modelAgent.ts';
import type { Tool } from './modelTalk.ts';
import { contextNotes, fenced, told, zoneAndWindow } from './modelView.ts';
import { resequencingAgent } from './resequencing.ts';

const Own = z.strictObject({
  placements: z
    .array(z.strictObject({ checkpoint: z.string(), startAt: z.int(), owner: z.string() }))
    .max(500),
});

export const ResequencingAnswer = z.strictObject({
  alternative: z
    .string()
    .nullable()
    .describe('trade of the alternative chosen; null for your own order'),
  own: Own.nullable().describe(
    'every checkpoint that the first alternative places; null for an alternative',
  ),
  rationale: z.array(RationaleCode).max(10),
});
type ResequencingAnswer = z.infer<typeof ResequencingAnswer>;

/** The model's own order as a proposal: it holds what the solver holds, for the solver's reasons. */
function ownBody(
  { placements }: z.infer<typeof Own>,
  base: ResequencingBody,
  { state }: Slice,
): ResequencingBody {
  const durations = new Map(
    state.situation.plan.checkpoints.map(({ id, duration }) => [id, plannedMs(duration)]),
  );
  return {
    agent: 'resequencing',
    placements: placements.map(({ checkpoint, startAt, owner }) => ({
      checkpoint,
      startAt,
      endAt: startAt + (durations.get(checkpoint) ?? 0),
      owner,
    })),
    unplaced: base.unplaced,
    quality: { levels: [], provenLevels: 0, proven: false },
  };
}

/** Whether it places exactly what the solver's timeline places. */
function placesTheSame(body: ResequencingBody, base: ResequencingBody): boolean {
  const ids = ({ placements }: ResequencingBody) =>
    placements.map(({ checkpoint }) => checkpoint).toSorted();
  return JSON.stringify(ids(body)) === JSON.stringify(ids(base));
}

/** Whether the holds that follow from it would pass the gate. A timeline that itself breaks a rule is the gate's to refuse. */
function leavesHolds(body: ResequencingBody, slice: Slice): boolean {
  if (wouldBreak(body, slice.state, slice.now).length > 0) return true;
  const state = afterTimeline(body, slice.state);
  const holds = holdsIn({ ...slice, state });
  return registerBreaks(holds, state, slice.now).length === 0;
}

/**
 * Whether every open checkpoint stays where, and with whom, the packet in force has it. Then there is nothing to choose:
 * nothing moves that need not move, so no model is asked to move it.
 */
function leavesAll({ placements, unplaced }: ResequencingBody, state: Slice['state']): boolean {
  if (state.current === null) return false;
  const before = incumbentOf(state);
  const was = new Map(before.placements.map((one) => [one.checkpoint, one]));
  const stays = placements.every(({ checkpoint, startAt, endAt, owner }) => {
    const one = was.get(checkpoint);
    return one?.startAt === startAt && one.endAt === endAt && one.owner === owner;
  });
  return stays && unplaced.every(({ checkpoint }) => before.held.includes(checkpoint));
}

const isResequencing = (body: { readonly agent: string }): body is ResequencingBody =>
  body.agent === 'resequencing';

/** What a model was shown, by the state that it was shown of: what its choice is looked up in. */
const shown = new WeakMap<Slice['state'], readonly Timeline[]>();
const timelinesOf = ({ state }: Slice): readonly Timeline[] => shown.get(state) ?? [];

const Asked = z.strictObject({ checkpoint: z.string() });

function toolsFor(base: () => ResequencingBody, slice: Slice): Tool[] {
  const { state, now } = slice;
  return [
    {
      name: 'dry_run_check',
      description: 'Every rule that your own order would break; an empty list is clean.',
      input: Own,
      answer: (input) => wouldBreak(ownBody(Own.parse(input), base(), slice), state, now),
    },
    {
      name: 'possible_starts',
      description:
        'Who could own one checkpoint, and when each could start it if nothing else stood in the way.',
      input: Asked,
      answer: (input) => alternativesFor(Asked.parse(input).checkpoint, state, now),
    },
    {
      name: 'timetable',
      description: 'Earliest, latest, float and drivers of each start in your own order.',
      input: Own,
      answer: (input) => timetableOf(ownBody(Own.parse(input), base(), slice), state, now),
    },
  ];
}

function chosen({ alternative, own }: ResequencingAnswer, base: ResequencingBody, slice: Slice) {
  if (alternative !== null) {
    return timelinesOf(slice).find(({ trade }) => trade === alternative)?.body ?? null;
  }
  if (own === null) return null;
  const body = ownBody(own, base, slice);
  return placesTheSame(body, base) ? body : null;
}

const task = (prompt: Prompt): Task<ResequencingAnswer> => ({
  last: resequencingAgent,
  prompt,
  schema: ResequencingAnswer,
  chooses: ({ state }, base) =>
    isResequencing(base) && base.placements.length > 0 && !leavesAll(base, state),
  given: async (slice, base, room) => {
    if (!isResequencing(base)) return null;
    const { state, now } = slice;
    const frame = {
      now: told(now),
      ...zoneAndWindow(state),
      checkpoints: state.situation.plan.checkpoints.map(({ id, name, rank, role, ...rest }) => ({
        id,
        name: fenced(name),
        rank,
        role,
        protected: rest.protected,
        predecessors: rest.predecessors,
        minutes: plannedMs(rest.duration) / 60_000,
      })),
      timetable: timetableOf(base, state, now),
      notes: contextNotes(state),
    };
    // Of what is too much already, nothing more is worked out.
    if (JSON.stringify(frame).length > room.tokens) return null;
    const timelines = await room.finish(findingTimelines(state, now));
    shown.set(state, timelines);
    const alternatives = timelines.map(({ trade, body }) => ({
      trade,
      placements: body.placements,
      held: body.unplaced.map(({ checkpoint }) => checkpoint),
    }));
    const { timetable, notes, ...night } = frame;
    return { ...night, alternatives, timetable, notes };
  },
  tools: (slice) => toolsFor(() => timelinesOf(slice)[0]?.body ?? noTimeline, slice),
  make: (answer, { slice, base }): Made | null => {
    if (!isResequencing(base)) return null;
    const body = chosen(answer, base, slice);
    if (body === null || !leavesHolds(body, slice)) return null;
    return { body, rationale: answer.rationale };
  },
});

const noTimeline: ResequencingBody = {
  agent: 'resequencing',
  placements: [],
  unplaced: [],
  quality: { levels: [], provenLevels: 0, proven: false },
};

/** The resequencing mind that asks a model which timeline to propose. */
export const resequencingModel = (prompt: Prompt, deps: ModelDeps): Agent =>
  modelAgent(task(prompt), deps);
