/**
 * Cassettes: what a model was asked and what it answered, kept as files, so that a run with a model can be played again
 * without one. An exchange is known by the digest of its prompt and of everything asked; its time is the recorded one, so
 * that a replay leaves the same bytes in the ledger as the run that was recorded.
 */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type ModelPort, ModelTrouble, type Question, type Reply } from '../agents/modelPort.ts';
import { digestOf } from '../ledger/canonical.ts';
import { ModelOutcome } from '../ledger/modelCost.ts';
import { makeFolder } from './makeFolder.ts';

const Tokens = z.strictObject({ input: z.int().min(0), output: z.int().min(0) }).nullable();
const Call = z.strictObject({ id: z.string(), name: z.string(), input: z.unknown() });
const Exchange = z.strictObject({
  model: z.string(),
  promptDigest: z.string(),
  requestDigest: z.string(),
  /** The turns after the prompt, for a person who reads the file; nothing is looked up by them. */
  asked: z.array(z.unknown()),
  milliseconds: z.int().min(0),
  answer: z.union([
    z.strictObject({ text: z.string(), calls: z.array(Call), tokens: Tokens }),
    z.strictObject({ trouble: ModelOutcome, tokens: Tokens }),
  ]),
});
type Exchange = z.infer<typeof Exchange>;

/** A port on a folder of exchanges. */
export type Cassette = {
  readonly port: ModelPort;
  /** Milliseconds of all exchanges so far as they were recorded: what minds on a cassette measure time with. */
  readonly clock: () => number;
  /** Files that were asked for and are not there; a replay that is whole has none. */
  readonly missing: readonly string[];
};

function requestOf(model: string, question: Question) {
  const { turns, schema, tools, maxOutputTokens } = question;
  const prompt = turns.filter(({ by }) => by === 'system');
  const promptDigest = digestOf('prompt', JSON.stringify(prompt));
  const request = JSON.stringify({ model, turns, schema, tools, maxOutputTokens });
  const requestDigest = digestOf('prompt', request);
  return { promptDigest, requestDigest, asked: turns.filter(({ by }) => by !== 'system') };
}

const fileOf = ({ promptDigest, requestDigest }: ReturnType<typeof requestOf>): string =>
  `${promptDigest.slice(0, 12)}-${requestDigest.slice(0, 20)}.json`;

/** The exchange in a file; null when there is none. Throws, naming the file, when it is not one. */
async function readExchange(path: string): Promise<Exchange | null> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return null;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Error(`${path} is not JSON; delete it and record it again`);
  }
  const read = Exchange.safeParse(json);
  if (!read.success) throw new Error(`${path} is no exchange; delete it and record it again`);
  return read.data;
}

/** Writes it whole or not at all. */
async function keep(path: string, exchange: Exchange): Promise<void> {
  await writeFile(`${path}.part`, `${JSON.stringify(exchange, null, 2)}\n`);
  await rename(`${path}.part`, path);
}

function played({ answer }: Exchange): Reply {
  if (!('trouble' in answer)) return answer;
  throw new ModelTrouble(
    answer.trouble,
    `the model gave no answer: ${answer.trouble}`,
    answer.tokens,
  );
}

type Answer = Exchange['answer'];
async function answered(port: ModelPort, question: Question): Promise<Answer> {
  try {
    const { text, calls, tokens } = await port.ask(question);
    return { text, calls: [...calls], tokens };
  } catch (error) {
    if (!(error instanceof ModelTrouble)) throw error;
    return { trouble: error.outcome, tokens: error.tokens };
  }
}

/** Plays what is in the folder; what is not there is no answer, and is listed as missing. Asks nobody. */
export function replaying(folder: string, model: string): Cassette {
  const missing: string[] = [];
  let at = 0;
  return {
    clock: () => at,
    missing,
    port: {
      model,
      available: () => true,
      ask: async (question) => {
        const file = fileOf(requestOf(model, question));
        const exchange = await readExchange(join(folder, file));
        if (exchange === null) {
          missing.push(file);
          throw new ModelTrouble('unavailable', `the cassette has no ${file}`);
        }
        at += exchange.milliseconds;
        return played(exchange);
      },
    },
  };
}

/** What an endpoint answers that is not there, not open to us, or not well: nothing that a model said. */
const ofEndpoint: readonly ModelOutcome[] = [
  'unavailable',
  'unauthorised',
  'rate_limited',
  'timed_out',
  'failed',
];
const isTrouble = ({ answer }: Exchange): boolean =>
  'trouble' in answer && ofEndpoint.includes(answer.trouble);

/**
 * Asks the model and keeps every exchange in the folder; what is there already is played, so that no question is asked
 * twice. A trouble of the endpoint that was kept before is asked about once more: `asked` holds the files of this time,
 * for all cassettes that record together.
 */
export function recording(
  folder: string,
  live: ModelPort,
  asked: Set<string> = new Set(),
): Cassette {
  const { model } = live;
  let at = 0;
  return {
    clock: () => at,
    missing: [],
    port: {
      model,
      available: () => live.available(),
      ask: async (question) => {
        const request = requestOf(model, question);
        const file = fileOf(request);
        const path = join(folder, file);
        const kept = await readExchange(path);
        const known = kept !== null && isTrouble(kept) && !asked.has(file) ? null : kept;
        asked.add(file);
        const began = performance.now();
        const answer = known?.answer ?? (await answered(live, question));
        const milliseconds = known?.milliseconds ?? Math.ceil(performance.now() - began);
        const exchange = { model, ...request, milliseconds, answer };
        if (known === null) {
          await makeFolder(folder);
          await keep(path, exchange);
        }
        at += milliseconds;
        return played(exchange);
      },
    },
  };
}
