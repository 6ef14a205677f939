/**
 * The readiness mind with a model: it reads what no rule can, waiting statements in free text. It points at words, says
 * of which kind and which checkpoint they speak, and nothing else: the rulings are the rule book's, and so are the
 * instants, which are read from the quote itself.
 */
import { z } from 'zod';
import { kindsOfStatement, readQuote, statementsIn } from '../tools/readStatements.ts';
import { type ModelDeps, modelAgent, type Task } from './modelAgent.ts';
import { fenced, zoneAndWindow } from './modelView.ts';
import { readinessAgent } from './readiness.ts';
import type { Agent } from './agent.ts';
import type { Prompt } from '../prompts/parse.ts';

export const ReadinessAnswer = z.strictObject({
  readings: z
    .array(
      z.strictObject({
        statement: z.string().describe('factId of the statement that the quote is from'),
        quote: z.string().max(4_000).describe('whole clauses, word for word'),
        kind: z.enum(kindsOfStatement),
        checkpoint: z.string().describe('id of the checkpoint that it speaks of'),
      }),
    )
    .max(50),
});
type ReadinessAnswer = z.infer<typeof ReadinessAnswer>;

const task = (prompt: Prompt): Task<ReadinessAnswer> => ({
  last: readinessAgent,
  prompt,
  schema: ReadinessAnswer,
  chooses: ({ state }) => statementsIn(state).length > 0,
  given: ({ state }) => {
    const { checkpoints } = state.situation.plan;
    return {
      ...zoneAndWindow(state),
      kinds: kindsOfStatement,
      checkpoints: checkpoints.map(({ id, name }) => ({ id, name: fenced(name) })),
      statements: statementsIn(state).map(({ factId, text }) => ({ factId, text: fenced(text) })),
    };
  },
  tools: () => [],
  make: ({ readings }, { slice: { state }, base }) => {
    if (base.agent !== 'readiness') return null;
    // Words in which nothing can be read stay before a person: an answer like any other.
    if (readings.length === 0) return { body: base, rationale: [] };
    const made = readings.map((pointed) => readQuote(pointed, state));
    // A statement that nobody made is no reading of anything: the whole answer is not to be trusted.
    if (made.some((reading) => reading === null)) return null;
    return {
      body: { ...base, readings: made.filter((reading) => reading !== null) },
      rationale: [],
    };
  },
});

/** The readiness mind that asks a model when statements wait. */
export const readinessModel = (prompt: Prompt, deps: ModelDeps): Agent =>
  modelAgent(task(prompt), deps);
