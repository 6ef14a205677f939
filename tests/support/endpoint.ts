/**
 * A model endpoint for tests: a real HTTP server on loopback that speaks OpenAI chat completions with structured output,
 * tools and streaming, and misbehaves when told to. What it says comes from a policy; how it fails, from a list.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Asked, Policy, Said } from './endpointTalk.ts';
import { fail, type Fault, isWire } from './endpointFaults.ts';
import { reached } from './reached.ts';

/** Something that works out what to say. */
type Engine = (asked: Asked) => Promise<Said>;

export type Endpoint = {
  /** For OPENAI_BASE_URL. */
  readonly baseUrl: string;
  /** Every request in order, as it came. */
  readonly asked: readonly Asked[];
  /** The headers of each, to see what was sent beside it. */
  readonly authorizations: readonly string[];
  /** Connections made so far. */
  readonly connections: () => number;
  /** From now on: another policy, an engine that takes its time, or a fault for every request; null: no fault. */
  say(policy: Policy): void;
  think(engine: Engine): void;
  misbehave(fault: Fault | null): void;
  close(): Promise<void>;
};

const idOf = (count: number): string => `chatcmpl-${count}`;
const textOf = (text: unknown): string => (typeof text === 'string' ? text : JSON.stringify(text));

function messageOf(said: Said): { message: object; finish: string; text: string } {
  if ('refusal' in said) {
    return {
      message: { content: null, refusal: said.refusal },
      finish: 'stop',
      text: said.refusal,
    };
  }
  if ('text' in said) {
    const text = textOf(said.text);
    return { message: { content: text, refusal: null }, finish: 'stop', text };
  }
  const calls = said.calls.map(({ name, input }, index) => ({
    id: `call_${index}`,
    type: 'function',
    function: { name, arguments: textOf(input) },
  }));
  return {
    message: { content: null, refusal: null, tool_calls: calls },
    finish: 'tool_calls',
    text: JSON.stringify(calls),
  };
}

const usageOf = (asked: Asked, text: string) => {
  const [prompt, completion] = [JSON.stringify(asked.messages), text].map((part) =>
    Math.ceil(part.length / 4),
  );
  return {
    prompt_tokens: prompt ?? 0,
    completion_tokens: completion ?? 0,
    total_tokens: (prompt ?? 0) + (completion ?? 0),
  };
};

const headOf = (asked: Asked, count: number, object: string) => ({
  id: idOf(count),
  object,
  created: 1_700_000_000 + count,
  model: asked.model,
});

/** The answer in one piece. */
export function wholeBody(asked: Asked, said: Said, count: number): string {
  const { message, finish, text } = messageOf(said);
  return JSON.stringify({
    ...headOf(asked, count, 'chat.completion'),
    choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason: finish }],
    usage: usageOf(asked, text),
  });
}

/** The answer as server-sent events. */
function streamed(asked: Asked, said: Said, count: number): string[] {
  const { message, finish, text } = messageOf(said);
  const head = headOf(asked, count, 'chat.completion.chunk');
  const chunk = (delta: object, reason: string | null) =>
    `data: ${JSON.stringify({ ...head, choices: [{ index: 0, delta, finish_reason: reason }] })}\n\n`;
  const pieces =
    'text' in said
      ? (text.match(/[\s\S]{1,12}/g) ?? []).map((content) => ({ content }))
      : [message];
  const usage = `data: ${JSON.stringify({ ...head, choices: [], usage: usageOf(asked, text) })}\n\n`;
  return [
    chunk({ role: 'assistant' }, null),
    ...pieces.map((piece) => chunk(piece, null)),
    chunk({}, finish),
    usage,
    'data: [DONE]\n\n',
  ];
}

async function readAsked(request: IncomingMessage): Promise<Asked> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return JSON.parse(text);
}

function reply(
  response: ServerResponse,
  asked: Asked,
  { said, count }: { said: Said; count: number },
) {
  if (asked.stream === true) {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const event of streamed(asked, said, count)) response.write(event);
    response.end();
    return;
  }
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(wholeBody(asked, said, count));
}

const listening = (server: Server): Promise<number> =>
  new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address() as AddressInfo;
      resolve(address.port);
    });
  });

/**
 * Opens an endpoint that answers by `policy`. `refused` is a fault too: then the port is closed, and any client is
 * refused before it is heard.
 */
export async function openEndpoint(policy: Policy): Promise<Endpoint> {
  const asked: Asked[] = [];
  const authorizations: string[] = [];
  const now: { policy: Policy; engine: Engine | null; fault: Fault | null } = {
    policy,
    engine: null,
    fault: null,
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readAsked(request);
    const count = asked.length;
    asked.push(body);
    authorizations.push(request.headers.authorization ?? '');
    if (request.url !== '/v1/chat/completions') {
      response.writeHead(404).end('{}');
      return;
    }
    const { fault, engine } = now;
    if (engine !== null) {
      reply(response, body, { said: await engine(body), count });
      return;
    }
    if (fault !== null) reached('fault', fault.name);
    if (fault !== null && isWire(fault)) {
      fail(response, fault, () => wholeBody(body, now.policy(body, count), count));
      return;
    }
    const said = fault === null ? now.policy(body, count) : fault.says(now.policy(body, count));
    reply(response, body, { said, count });
  };
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  let connections = 0;
  server.on('connection', () => (connections += 1));
  let port = await listening(server);
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    asked,
    authorizations,
    connections: () => connections,
    say: (next) => {
      now.policy = next;
    },
    think: (engine) => {
      now.engine = engine;
    },
    misbehave: (fault) => {
      if (fault?.name === 'refused') reached('fault', fault.name);
      now.fault = fault;
    },
    close: () =>
      new Promise((resolve) => {
        port = 0;
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
