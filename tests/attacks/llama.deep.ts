/**
 * Fluent nonsense: the real llama.cpp, with a model of random weights, answers behind the test endpoint in the shape that was
 * asked for. Drills are played with it: whatever it says, every packet is one that the gate found clean, and nothing of
 * its words is published. `npm run deep:llama` brings the engine into `.interlock/llama`; no ordinary install has it.
 */
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { loadSuites } from '../../evals/engine/suites.ts';
import type { LedgerEvent } from '../../ledger/events.ts';
import { standardCaps } from '../../ledger/modelCost.ts';
import { runDrill } from '../../service/drill/run.ts';
import { openInterlock } from '../../service/interlock.ts';
import { openEndpoint } from '../support/endpoint.ts';
import { obedient } from '../support/endpointPolicy.ts';
import type { Asked, Said } from '../support/endpointTalk.ts';
import { bodiesOf } from '../support/modelNight.ts';
import { dice } from '../support/problems.ts';
import { newAudit, saidOf } from './published.ts';
import { auditNight } from './publishedNight.ts';
import { writeRandomModel } from './randomModel.ts';

const folder = resolve('.interlock', 'llama');

/** As much of node-llama-cpp as is used here. */
type Sequence = { readonly dispose: () => void };
type Engine = {
  readonly getLlama: (options: object) => Promise<{
    readonly loadModel: (options: object) => Promise<{
      readonly createContext: (
        options: object,
      ) => Promise<{ readonly getSequence: () => Sequence }>;
    }>;
    readonly createGrammarForJsonSchema: (schema: unknown) => Promise<object>;
  }>;
  readonly LlamaCompletion: new (options: object) => {
    readonly generateCompletion: (text: string, options: object) => Promise<string>;
    readonly dispose: () => void;
  };
};

/** How much of a question is read: a model of random weights makes nothing of more. */
const signsRead = 2_000;
const answerTokens = 700;

/** The shape that is asked for, with every text and number one that the question has: nonsense that could be meant. */
function plausible(
  schema: unknown,
  given: { texts: readonly string[]; numbers: readonly number[] },
) {
  const within = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(within);
    if (typeof part !== 'object' || part === null) return part;
    const type: unknown = Reflect.get(part, 'type');
    if ('enum' in part || 'const' in part) return part;
    if (type === 'string') return { enum: given.texts };
    if (type === 'integer' || type === 'number') return { enum: given.numbers };
    return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, within(value)]));
  };
  return within(schema);
}

/** Ids and instants of a question: what an answer may point at. */
function pointedAt({ messages }: Asked): { texts: string[]; numbers: number[] } {
  const told = messages.map(({ content }) => content ?? '').join('\n');
  const some = <T>(found: readonly T[]): T[] => [...new Set(found)].slice(0, 60);
  return {
    texts: some([...told.matchAll(/"([a-z0-9][a-z0-9._:-]{0,99})"/g)].map(([, id]) => id ?? '')),
    numbers: some([...told.matchAll(/\b1\d{12}\b/g)].map(([at]) => Number(at))).concat(1),
  };
}

async function nonsense(): Promise<(asked: Asked) => Promise<Said>> {
  mkdirSync(folder, { recursive: true });
  const file = resolve(folder, 'random.gguf');
  writeRandomModel(file, dice(7));
  const entry = pathToFileURL(resolve(folder, 'node_modules/node-llama-cpp/dist/index.js')).href;
  const { getLlama, LlamaCompletion } = (await import(/* @vite-ignore */ entry)) as Engine;
  const llama = await getLlama({ gpu: false, build: 'never', maxThreads: 1, logLevel: 'error' });
  const model = await llama.loadModel({ modelPath: file });
  const context = await model.createContext({ contextSize: 8_192, threads: 1 });
  let seed = 0;
  return async (asked) => {
    const { messages, response_format: format } = asked;
    const schema = format?.json_schema?.schema;
    // Every other answer may spell what it likes; the others point only at what there is.
    const shape = (seed += 1) % 2 === 0 ? schema : plausible(schema, pointedAt(asked));
    const grammar = await llama.createGrammarForJsonSchema(shape);
    const contextSequence = context.getSequence();
    const completion = new LlamaCompletion({ contextSequence });
    const text = await completion.generateCompletion(JSON.stringify(messages).slice(-signsRead), {
      grammar,
      maxTokens: answerTokens,
      temperature: 1,
      seed,
    });
    completion.dispose();
    contextSequence.dispose();
    return { text };
  };
}

const counted = (words: readonly string[]): string =>
  [...new Set(words)]
    .map((word) => `${word} ${words.filter((other) => other === word).length}`)
    .join(', ');

it('fluent nonsense of a real engine reaches no packet that the gate did not find clean', async () => {
  const endpoint = await openEndpoint(obedient);
  endpoint.think(await nonsense());
  const evals = fileURLToPath(new URL('../../evals', import.meta.url));
  const { suites } = await loadSuites(evals, ['readiness', 'holds', 'treasury-liquidity-bridge']);
  const model = {
    baseUrl: endpoint.baseUrl,
    apiKey: 'key',
    model: 'random',
    caps: standardCaps,
    price: { input: 0, output: 0 },
  };
  const all: LedgerEvent[] = [];
  const published = newAudit();
  for (const drill of suites.flatMap(({ drills }) => drills)) {
    let events: readonly LedgerEvent[] = [];
    await runDrill(drill, {
      open: (clock) => openInterlock({ ledger: ':memory:', checkpoints: ':memory:', model }, clock),
      watch: async ({ seen }) => {
        events = seen.events;
      },
    });
    const clean = new Set(
      bodiesOf(events, 'VerdictGiven').flatMap((body) => (body.clean ? [body.proposalId] : [])),
    );
    for (const { proposalIds } of bodiesOf(events, 'PacketPrepared')) {
      expect(proposalIds.filter((id) => !clean.has(id))).toEqual([]);
    }
    await auditNight(events, published);
    all.push(...events);
  }
  const answers = bodiesOf(all, 'ModelAnswered').map(({ outcome }) => outcome);
  const minds = bodiesOf(all, 'ProposalMade').map(({ proposal: { mind } }) =>
    mind.kind === 'model' ? 'a model' : mind.reason,
  );
  const refused = bodiesOf(all, 'VerdictGiven').flatMap(({ clean, violations }) =>
    clean ? [] : violations.map(({ code }) => code),
  );
  process.stdout.write(
    `llama: ${endpoint.asked.length} questions; answers: ${counted(answers)}; proposals: ${counted(minds)}; ` +
      `refused by the gate for: ${counted(refused) || 'nothing'}; published ${saidOf(published)}`,
  );
  expect(published.faults.slice(0, 5)).toEqual([]);
  expect(endpoint.asked.length).toBeGreaterThan(20);
  await endpoint.close();
});
