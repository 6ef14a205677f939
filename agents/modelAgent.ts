/**
 * What the four model minds share: the deterministic proposal is made first, and a model may only improve on it, within
 * its allowance of calls, tokens and time. Whatever goes wrong with a model, the deterministic proposal is the answer,
 * marked as such. It decides nothing about the content; each mind's own file does.
 */
import { setImmediate as othersTurn } from 'node:timers/promises';
import { digestOf } from '../ledger/canonical.ts';
import { incumbentOf } from '../ledger/incumbent.ts';
import type { ModelOutcome, RationaleCode, Use } from '../ledger/modelCost.ts';
import type { Mind } from '../ledger/packet.ts';
import type { Placement, Proposal, Violation } from '../ledger/proposal.ts';
import type { AgentName } from '../ledger/vocabulary.ts';
import { malformedPlaces } from '../ledger/wellFormed.ts';
import type { Prompt } from '../prompts/parse.ts';
import { onceRuled } from '../tools/readFacts.ts';
import type { z } from 'zod';
import {
  type Agent,
  cleanBody,
  type Meter,
  modelFailed,
  type Slice,
  type Thought,
  type Ticket,
  withMind,
} from './agent.ts';
import { type ModelPort, ModelTrouble } from './modelPort.ts';
import { type Spent, talk, type Tool } from './modelTalk.ts';
import { resequencingAgent } from './resequencing.ts';
import { timeLimit } from './timeLimit.ts';

/** What one turn of one agent may cost. */
export type TurnLimits = {
  readonly calls: number;
  readonly tokens: number;
  readonly milliseconds: number;
  readonly outputTokens: number;
};

export const standardTurn: TurnLimits = {
  calls: 3,
  tokens: 120_000,
  milliseconds: 15_000,
  outputTokens: 4_000,
};

/** Millionths of a currency unit for a thousand tokens. */
export type Price = { readonly input: number; readonly output: number };

export type ModelDeps = {
  readonly port: ModelPort;
  readonly turn: TurnLimits;
  readonly price: Price;
  /** Milliseconds that only grow: the process's own, or those of a cassette. */
  readonly clock: () => number;
};

type Body = Proposal['body'];
/** What came of an answer: a body for the gate. */
export type Made = { readonly body: Body; readonly rationale: readonly RationaleCode[] };

/** How much there is for what a model is given. */
export type Room = {
  readonly tokens: number;
  /** Ends a search; others have their turn whenever it pauses. Throws ModelTrouble when the time of the turn is over. */
  readonly finish: <T>(search: Generator<null, T>) => Promise<T>;
};

/** The part of a mind that is its own. */
export type Task<Output> = {
  readonly last: Agent;
  readonly prompt: Prompt;
  readonly schema: z.ZodType<Output>;
  /** Whether there is anything to choose; where there is not, no model is asked. Answers at once. */
  chooses(slice: Slice, base: Body): boolean;
  /** What the model is given, as JSON; null when that is more than the room. */
  given(slice: Slice, base: Body, room: Room): object | null | Promise<object | null>;
  tools(slice: Slice): readonly Tool[];
  /** The body that an answer makes; null when the model declined. */
  make(output: Output, at: { readonly slice: Slice; readonly base: Body }): Made | null;
};

/**
 * The part of the time that is left to the next start which one turn may take. Reading comes first and decides what is
 * ordered at all, so that it may take half; an eighth for each of the others leaves some to a person.
 */
const partOfTime: { readonly [Name in AgentName]: number } = {
  readiness: 2,
  resequencing: 8,
  holds: 8,
  packet: 8,
};
const leastMs = 500;

/**
 * The new order as far as it is known: while words wait to be read, the one that follows if nobody reads them. Its first
 * start is the deadline of the packet that could be there without a model.
 */
async function newOrder(slice: Slice, base: Body): Promise<readonly Placement[]> {
  switch (base.agent) {
    case 'readiness': {
      const unread = { ...slice, state: onceRuled(slice.state), refused: [] };
      const { body } = await resequencingAgent.propose(unread);
      return body.agent === 'resequencing' ? body.placements : [];
    }
    case 'resequencing':
      return base.placements;
    case 'holds':
    case 'packet':
      return cleanBody(slice.state, 'resequencing')?.placements ?? [];
  }
}

/** The starts of the order in force that were still ahead when the run began. */
function startsInForce({ state, now }: Slice): number[] {
  const { progress } = state.situation;
  return incumbentOf(state).placements.flatMap(({ checkpoint, startAt }) =>
    startAt > now && (progress[checkpoint]?.state ?? 'planned') === 'planned' ? [startAt] : [],
  );
}

/** Milliseconds that a model may take: never so long that a start passes while it thinks, none where one is now. */
async function timeFor(slice: Slice, base: Body, meter: Meter): Promise<number> {
  const starts = (await newOrder(slice, base)).map(({ startAt }) => startAt);
  const left = Math.min(...startsInForce(slice), ...starts) - Math.max(slice.now, meter.now());
  return Math.floor(left / partOfTime[base.agent]);
}

const costOf = (
  { input, output }: Price,
  spent: Pick<Spent, 'inputTokens' | 'outputTokens'>,
): number => Math.ceil((spent.inputTokens * input + spent.outputTokens * output) / 1_000);

const violationsTold = (refused: readonly Violation[]): object[] =>
  refused.map(({ code, checkpoint, subjects, limitAt, foundAt }) => ({
    code,
    checkpoint,
    subjects,
    limitAt,
    foundAt,
  }));

type Asking<Output> = {
  readonly task: Task<Output>;
  readonly deps: ModelDeps;
  readonly slice: Slice;
  readonly base: Body;
};

const mindOf = ({ task, deps }: Asking<unknown>, spent: Spent, latencyMs: number): Mind => ({
  kind: 'model',
  model: deps.port.model,
  promptDigest: promptDigest(task.prompt),
  inputTokens: spent.inputTokens,
  outputTokens: spent.outputTokens,
  latencyMs,
});

const promptDigest = ({ source }: Prompt): string => digestOf('prompt', source);

const usedOf = ({ deps }: Asking<unknown>, spent: Spent, milliseconds: number): Use => ({
  calls: spent.calls,
  tokens: spent.inputTokens + spent.outputTokens,
  milliseconds,
  microCost: costOf(deps.price, spent),
});

/** Makes the body, and refuses text that no ledger could keep. */
function bodyOf<Output>(asking: Asking<Output>, output: Output): Made {
  const { task, slice, base } = asking;
  const made = task.make(output, { slice, base });
  if (made === null) throw new ModelTrouble('declined', 'the model declined');
  if (malformedPlaces(made.body).length > 0) throw new ModelTrouble('malformed', 'broken text');
  return made;
}

/** The time that one turn may take, from now on: for what a model is given, and for its answer. */
type TurnTime = { readonly milliseconds: number; readonly left: () => number };

function turnTime({ deps }: Asking<unknown>, milliseconds: number): TurnTime {
  const began = deps.clock();
  return { milliseconds, left: () => milliseconds - Math.ceil(deps.clock() - began) };
}

type Asked = { readonly given: object; readonly ticket: Ticket; readonly time: TurnTime };

async function askWithin<Output>(
  asking: Asking<Output>,
  { given, ticket, time }: Asked,
): Promise<Thought | null> {
  const { task, deps, slice } = asking;
  const spent: Spent = { calls: 0, inputTokens: 0, outputTokens: 0 };
  const began = deps.clock();
  const elapsed = (): number => Math.ceil(deps.clock() - began);
  const close = (outcome: ModelOutcome, rationale: readonly RationaleCode[]): Promise<void> =>
    ticket.close({ outcome, used: usedOf(asking, spent, elapsed()), rationale: [...rationale] });
  const { signal, letGo } = timeLimit(
    Math.min(ticket.allowance.milliseconds, time.left()),
    slice.signal,
  );
  const told = { agent: task.last.name, given, refused: violationsTold(slice.refused) };
  try {
    const output = await talk(
      {
        port: deps.port,
        turns: [
          { by: 'system', text: task.prompt.text },
          { by: 'user', text: JSON.stringify(told) },
        ],
        schema: { name: task.prompt.output, zod: task.schema },
        tools: task.tools(slice),
        allowance: ticket.allowance,
        maxOutputTokens: deps.turn.outputTokens,
        signal,
      },
      spent,
    );
    const { body, rationale } = bodyOf(asking, output);
    const mind = mindOf(asking, spent, elapsed());
    await close('answered', rationale);
    return withMind({ body, mind }, mind);
  } catch (error) {
    await close(error instanceof ModelTrouble ? error.outcome : 'failed', []);
    if (slice.signal?.aborted === true) throw error;
    return null;
  } finally {
    letGo();
  }
}

/** What the model is given; null when it could not be worked out within the time of the turn. */
async function givenWithin(asking: Asking<unknown>, time: TurnTime): Promise<object | null> {
  const { task, deps, slice, base } = asking;
  const over = (): boolean => time.left() < leastMs;
  const finish = async <T>(search: Generator<null, T>): Promise<T> => {
    let step = search.next();
    while (step.done !== true) {
      await othersTurn();
      slice.signal?.throwIfAborted();
      if (over()) throw new ModelTrouble('timed_out', 'the time is over');
      step = search.next();
    }
    return step.value;
  };
  try {
    const given = await task.given(slice, base, { tokens: deps.turn.tokens, finish });
    return over() ? null : given;
  } catch (error) {
    if (error instanceof ModelTrouble) return null;
    throw error;
  }
}

/** Asks the model if there is room for it. Null: the deterministic proposal stands. */
async function improve<Output>(asking: Asking<Output>): Promise<Thought | null> {
  const { task, deps, slice, base } = asking;
  const { port, turn } = deps;
  if (!port.available() || slice.meter === undefined) return null;
  const milliseconds = Math.min(turn.milliseconds, await timeFor(slice, base, slice.meter));
  if (milliseconds < leastMs) return null;
  const time = turnTime(asking, milliseconds);
  const given = await givenWithin(asking, time);
  if (given === null) return null;
  const { calls, tokens } = turn;
  const most = { inputTokens: tokens, outputTokens: tokens };
  const microCost = Math.max(
    costOf(deps.price, { ...most, outputTokens: 0 }),
    costOf(deps.price, { ...most, inputTokens: 0 }),
  );
  const ticket = await slice.meter.open(
    { agent: task.last.name, model: port.model, promptDigest: promptDigest(task.prompt) },
    { calls, tokens, milliseconds, microCost },
  );
  return ticket === null ? null : askWithin(asking, { given, ticket, time });
}

/** The model mind beside a deterministic one. It answers whatever the model does, and throws only when it is stopped. */
export function modelAgent<Output>(task: Task<Output>, deps: ModelDeps): Agent {
  return {
    name: task.last.name,
    propose: async (slice) => {
      const first = await task.last.propose({ ...slice, refused: [] });
      if (!task.chooses(slice, first.body)) return first;
      const thought = await improve({ task, deps, slice, base: first.body });
      return thought ?? withMind(first, modelFailed);
    },
  };
}
