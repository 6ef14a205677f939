/**
 * The one way to a model: ChatOpenAI on any endpoint that speaks chat completions. One request per question, never
 * retried (the library takes a malformed answer for a network fault), read up to a limit of bytes, cut off by a
 * signal, and behind a circuit breaker. What an error said is not passed on: it may hold a secret.
 */
import {
  AIMessage,
  type BaseMessage,
  HumanMessage,
  SystemMessage,
  ToolMessage,
} from '@langchain/core/messages';
import { ChatOpenAI } from '@langchain/openai';
import {
  circuitBreaker,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  handleAll,
} from 'cockatiel';
import { z } from 'zod';
import type { ModelOutcome } from '../ledger/modelCost.ts';
import {
  type ModelPort,
  ModelTrouble,
  type Question,
  type Reply,
  type Tokens,
  type Turn,
} from './modelPort.ts';

export type ModelSettings = {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly model: string;
  /** The circuit opens after this many failures in a row and lets one call through after so long. */
  readonly breaker: { readonly failures: number; readonly halfOpenAfterMs: number };
};

export const standardBreaker: ModelSettings['breaker'] = { failures: 3, halfOpenAfterMs: 30_000 };

/**
 * No more asks at a time in one process, half of the cutovers that it works on at once unless the settings say otherwise:
 * the others go on by rules alone, and no packet waits for a model that is slow elsewhere.
 */
const mostAtOnce = 4;

/** More than this is no answer of ours, whatever it is. */
const mostBytes = 1_000_000;

const Body = z.object({
  choices: z
    .array(
      z.object({
        finish_reason: z.string().nullish(),
        message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }),
      }),
    )
    .optional(),
  usage: z.object({ prompt_tokens: z.int().min(0), completion_tokens: z.int().min(0) }).nullish(),
});

/** What came over the wire, kept because the library keeps nothing of an answer that it could not parse. */
type Wire = {
  status: number | null;
  tokens: Tokens | null;
  refused: boolean;
  full: boolean;
  tooLong: boolean;
};

function note(wire: Wire, text: string): void {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return;
  }
  const body = Body.safeParse(json);
  if (!body.success) return;
  const [choice] = body.data.choices ?? [];
  const { usage } = body.data;
  if (usage) wire.tokens = { input: usage.prompt_tokens, output: usage.completion_tokens };
  wire.refused = (choice?.message.refusal ?? '') !== '';
  wire.full = choice?.finish_reason === 'length';
}

/** The whole body, or ModelTrouble when it goes on beyond the limit. */
async function readBody(response: Response, wire: Wire): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > mostBytes) {
      wire.tooLong = true;
      throw new Error('the answer has no end');
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/**
 * One connection for each request: asks are minutes apart, and one that is kept open may be closed by the endpoint just as
 * it is used again, which would look like an outage and is never retried.
 */
const fetchInto =
  (wire: Wire): typeof fetch =>
  async (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set('connection', 'close');
    const response = await fetch(input, { ...init, headers, redirect: 'error' });
    wire.status = response.status;
    const text = await readBody(response, wire);
    note(wire, text);
    return new Response(text, { status: response.status, headers: response.headers });
  };

function messageOf(turn: Turn): BaseMessage {
  switch (turn.by) {
    case 'system':
      return new SystemMessage(turn.text);
    case 'user':
      return new HumanMessage(turn.text);
    case 'tool':
      return new ToolMessage({ content: turn.text, tool_call_id: turn.callId });
    case 'model':
      return new AIMessage({
        content: turn.text,
        tool_calls: turn.calls.map(({ id, name, input }) => ({
          id,
          name,
          args: z.record(z.string(), z.unknown()).catch({}).parse(input),
          type: 'tool_call' as const,
        })),
      });
  }
}

const ofStatus = (status: number | null): ModelOutcome | null => {
  if (status === null || status < 300) return null;
  if (status === 429) return 'rate_limited';
  if (status === 401 || status === 403) return 'unauthorised';
  return status >= 500 ? 'unavailable' : 'failed';
};

/** Why there is no answer, told by what came over the wire and never by an error's words. */
function outcomeOf(wire: Wire, signal: AbortSignal): ModelOutcome {
  if (signal.aborted) return 'timed_out';
  if (wire.tooLong) return 'too_long';
  if (wire.status === null) return 'unavailable';
  return (
    ofStatus(wire.status) ??
    (wire.full ? 'cut_off' : wire.tokens === null ? 'unavailable' : 'malformed')
  );
}

const textOf = (content: AIMessage['content']): string =>
  typeof content === 'string' ? content : '';

function replyOf(message: AIMessage, wire: Wire): Reply {
  const { tokens } = wire;
  if (wire.refused) throw new ModelTrouble('declined', 'the model refused', tokens);
  if (wire.full) throw new ModelTrouble('cut_off', 'the answer was cut off', tokens);
  const calls = (message.tool_calls ?? []).map(({ id = '', name, args }) => ({
    id,
    name,
    input: args,
  }));
  const text = textOf(message.content);
  if (text.trim() === '' && calls.length === 0) {
    throw new ModelTrouble('empty', 'the answer was empty', tokens);
  }
  return { text, calls, tokens };
}

/** An answer that cannot be read is a failure of the endpoint too, so that the circuit opens on a model that talks past us. */
async function askFor(settings: ModelSettings, question: Question): Promise<Reply> {
  const reply = await askOnce(settings, question);
  if (reply.calls.length > 0 || question.reads(reply.text)) return reply;
  throw new ModelTrouble('malformed', 'the answer has another shape', reply.tokens);
}

async function askOnce(settings: ModelSettings, question: Question): Promise<Reply> {
  const wire: Wire = { status: null, tokens: null, refused: false, full: false, tooLong: false };
  const chat = new ChatOpenAI({
    model: settings.model,
    apiKey: settings.apiKey,
    maxRetries: 0,
    temperature: 0,
    maxTokens: question.maxOutputTokens,
    configuration: { baseURL: settings.baseUrl, fetch: fetchInto(wire), maxRetries: 0 },
    useResponsesApi: false,
  });
  const { name, json: schema } = question.schema;
  const tools = question.tools.map(({ name: tool, description, parameters }) => ({
    type: 'function' as const,
    function: { name: tool, description, parameters, strict: true },
  }));
  try {
    const message = await chat.invoke(question.turns.map(messageOf), {
      signal: question.signal,
      response_format: { type: 'json_schema', json_schema: { name, schema, strict: true } },
      ...(tools.length === 0 ? {} : { tools }),
    });
    return replyOf(message, wire);
  } catch (error) {
    if (error instanceof ModelTrouble) throw error;
    const outcome = wire.refused ? 'declined' : outcomeOf(wire, question.signal);
    throw new ModelTrouble(outcome, `the model gave no answer: ${outcome}`, wire.tokens);
  }
}

/** The port to one model. Each has its own circuit, shared by all that ask it. */
export function modelPort(settings: ModelSettings): ModelPort {
  const breaker: CircuitBreakerPolicy = circuitBreaker(handleAll, {
    halfOpenAfter: settings.breaker.halfOpenAfterMs,
    breaker: new ConsecutiveBreaker(settings.breaker.failures),
  });
  let openedAt = 0;
  let underWay = 0;
  breaker.onBreak(() => {
    openedAt = performance.now();
  });
  const rested = (): boolean => performance.now() - openedAt >= settings.breaker.halfOpenAfterMs;
  return {
    model: settings.model,
    available: () => underWay < mostAtOnce && (breaker.state !== CircuitState.Open || rested()),
    ask: async (question) => {
      const nothing = { input: 0, output: 0 };
      if (underWay >= mostAtOnce) {
        throw new ModelTrouble('over_cap', 'others are asking', nothing);
      }
      underWay += 1;
      try {
        return await breaker.execute(() => askFor(settings, question));
      } catch (error) {
        if (error instanceof ModelTrouble) throw error;
        throw new ModelTrouble('unavailable', 'the circuit to the model is open');
      } finally {
        underWay -= 1;
      }
    },
  };
}
