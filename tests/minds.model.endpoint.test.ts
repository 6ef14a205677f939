/** The test endpoint speaks the wire format that real clients expect: in one piece, streamed, with tools. */
import { ChatOpenAI } from '@langchain/openai';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Endpoint, openEndpoint } from './support/endpoint.ts';

let endpoint: Endpoint;
beforeEach(async () => {
  endpoint = await openEndpoint(() => ({ text: { answer: 'forty-two' } }));
});
afterEach(() => endpoint.close());

const chat = (streaming = false) =>
  new ChatOpenAI({
    model: 'm',
    apiKey: 'k',
    maxRetries: 0,
    streaming,
    streamUsage: true,
    configuration: { baseURL: endpoint.baseUrl },
  });

it('answers in one piece, with what it cost', async () => {
  const message = await chat().invoke('hello');
  expect(message.content).toBe('{"answer":"forty-two"}');
  expect(message.usage_metadata).toMatchObject({ output_tokens: expect.any(Number) });
});

it('streams the same answer in pieces', async () => {
  const pieces: string[] = [];
  for await (const piece of await chat(true).stream('hello')) pieces.push(piece.text);
  expect(pieces.length).toBeGreaterThan(2);
  expect(pieces.join('')).toBe('{"answer":"forty-two"}');
});

it('calls tools', async () => {
  endpoint.say(() => ({ calls: [{ name: 'look', input: { at: 'noon' } }] }));
  const parameters = {
    type: 'object',
    properties: { at: { type: 'string' } },
    required: ['at'],
    additionalProperties: false,
  };
  const tools = [{ type: 'function' as const, function: { name: 'look', parameters } }];
  const { tool_calls: calls } = await chat().invoke('hello', { tools });
  expect(calls).toMatchObject([{ name: 'look', args: { at: 'noon' } }]);
});
