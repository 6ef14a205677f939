/**
 * One talk with a model: questions, tool calls, one typed answer, within an allowance of calls, tokens and time. The
 * loop is ours and its ceiling is stated; it ends with an answer of the schema's shape or with ModelTrouble.
 */
import { setImmediate as othersTurn } from 'node:timers/promises';
import type { z } from 'zod';
import type { Use } from '../ledger/modelCost.ts';
import {
  type ModelPort,
  ModelTrouble,
  type Question,
  type Reply,
  type ToolCall,
  type ToolSpec,
  type Turn,
} from './modelPort.ts';
import { strictSchema } from './strictSchema.ts';

/** What a mind may look up while it thinks. `answer` is pure and returns JSON. */
export type Tool = {
  readonly name: string;
  readonly description: string;
  readonly input: z.ZodType;
  readonly answer: (input: unknown) => unknown;
};

export type Talk<Output> = {
  readonly port: ModelPort;
  readonly turns: readonly Turn[];
  readonly schema: { readonly name: string; readonly zod: z.ZodType<Output> };
  readonly tools: readonly Tool[];
  readonly allowance: Use;
  readonly maxOutputTokens: number;
  readonly signal: AbortSignal;
};

/** What a talk has cost so far. Tokens that the endpoint does not tell are counted as the most they can be. */
export type Spent = { calls: number; inputTokens: number; outputTokens: number };

const bytesIn = (text: string): number => new TextEncoder().encode(text).length;

/** No tokenizer makes more tokens than there are bytes. */
const mostTokensIn = (turns: readonly Turn[], fixed: number): number =>
  turns.reduce((sum, turn) => sum + bytesIn(JSON.stringify(turn)), fixed);

/** The answer in a text, or null: it is not JSON, or has another shape. */
function parsed<Output>(zod: z.ZodType<Output>, text: string): { readonly answer: Output } | null {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  const read = zod.safeParse(json);
  return read.success ? { answer: read.data } : null;
}

/** A tool's answer, or what was wrong with the call: data for the model, never an error of ours. */
function answerOf(tools: readonly Tool[], name: string, input: unknown): string {
  const tool = tools.find((known) => known.name === name);
  if (tool === undefined) return JSON.stringify({ error: 'no such tool' });
  const known = tool.input.safeParse(input);
  return JSON.stringify(known.success ? tool.answer(known.data) : { error: 'wrong input' });
}

/** More look-ups in one reply are no thinking: each of them is worked out in this process. */
const mostLookups = 16;

/**
 * What a reply wanted to look up, one after another: others have their turn between two, and the time limit is kept there.
 * Throws ModelTrouble when it is over, or when there are too many.
 */
async function lookedUp(
  tools: readonly Tool[],
  calls: readonly ToolCall[],
  signal: AbortSignal,
): Promise<Turn[]> {
  if (calls.length > mostLookups) {
    throw new ModelTrouble('too_many_rounds', `more than ${mostLookups} look-ups in one reply`);
  }
  const answers: Turn[] = [];
  for (const { id, name, input } of calls) {
    await othersTurn();
    if (signal.aborted) throw new ModelTrouble('timed_out', 'the time is over');
    answers.push({ by: 'tool', callId: id, text: answerOf(tools, name, input) });
  }
  return answers;
}

const specOf = ({ name, description, input }: Tool): ToolSpec => ({
  name,
  description,
  parameters: strictSchema(input),
});

/** One call, if the allowance has room for it; what it cost is added to `spent` whether it answered or not. */
async function call(
  port: ModelPort,
  question: Question,
  room: { allowance: Use; spent: Spent },
): Promise<Reply> {
  const { allowance, spent } = room;
  const fixed = bytesIn(JSON.stringify([question.schema, question.tools]));
  const most = { input: mostTokensIn(question.turns, fixed), output: question.maxOutputTokens };
  const used = spent.inputTokens + spent.outputTokens;
  if (spent.calls >= allowance.calls) throw new ModelTrouble('too_many_rounds', 'no call is left');
  if (used + most.input + most.output > allowance.tokens) {
    throw new ModelTrouble('over_cap', 'the question is larger than what may be spent');
  }
  spent.calls += 1;
  const count = (tokens: { input: number; output: number } | null): void => {
    spent.inputTokens += tokens?.input ?? most.input;
    spent.outputTokens += tokens?.output ?? most.output;
  };
  try {
    const reply = await port.ask(question);
    count(reply.tokens);
    return reply;
  } catch (error) {
    count(error instanceof ModelTrouble ? error.tokens : null);
    throw error;
  }
}

/** Talks until the model answers. Throws ModelTrouble; `spent` holds what it cost in every case. */
export async function talk<Output>(of: Talk<Output>, spent: Spent): Promise<Output> {
  const { port, schema, tools, allowance, maxOutputTokens, signal } = of;
  const json = strictSchema(schema.zod);
  let turns = of.turns;
  for (;;) {
    const last = spent.calls + 1 >= allowance.calls;
    const question = {
      turns,
      schema: { name: schema.name, json },
      tools: last ? [] : tools.map(specOf),
      maxOutputTokens,
      reads: (text: string) => parsed(schema.zod, text) !== null,
      signal,
    };
    const reply = await call(port, question, { allowance, spent });
    if (reply.calls.length === 0) {
      const read = parsed(schema.zod, reply.text);
      if (read === null) throw new ModelTrouble('malformed', 'the answer has another shape');
      return read.answer;
    }
    const answers = await lookedUp(tools, reply.calls, signal);
    turns = [...turns, { by: 'model', text: reply.text, calls: reply.calls }, ...answers];
  }
}
