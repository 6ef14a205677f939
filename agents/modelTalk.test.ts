/** The tool loop by itself: what it works out for a model is within its time, whatever the model asks for. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ModelPort } from './modelPort.ts';
import { type Spent, talk, type Tool } from './modelTalk.ts';
import { timeLimit } from './timeLimit.ts';

describe('C17: what a model looks up', () => {
  it('C17: ends with its time, between two look-ups, and lets others have their turn', async () => {
    let looked = 0;
    let others = 0;
    const slow: Tool = {
      name: 'slow',
      description: 'takes 30 ms of this process',
      input: z.strictObject({}),
      answer: () => {
        looked += 1;
        const until = performance.now() + 30;
        while (performance.now() < until);
        return null;
      },
    };
    const calls = Array.from({ length: 16 }, (_, id) => ({ id: `${id}`, name: 'slow', input: {} }));
    const port: ModelPort = {
      model: 'eager',
      available: () => true,
      ask: async () => ({ text: '', calls, tokens: { input: 1, output: 1 } }),
    };
    const { signal, letGo } = timeLimit(40, null);
    const ticking = setInterval(() => (others += 1), 1);
    const spent: Spent = { calls: 0, inputTokens: 0, outputTokens: 0 };
    const asked = talk(
      {
        port,
        turns: [{ by: 'user', text: '{}' }],
        schema: { name: 'Answer', zod: z.strictObject({}) },
        tools: [slow],
        allowance: { calls: 3, tokens: 100_000, milliseconds: 40, microCost: 0 },
        maxOutputTokens: 10,
        signal,
      },
      spent,
    );
    await expect(asked).rejects.toMatchObject({ outcome: 'timed_out' });
    clearInterval(ticking);
    letGo();
    expect(looked).toBeLessThan(6);
    expect(others).toBeGreaterThan(0);
    expect(spent.calls).toBe(1);
  });
});
