/** What the model minds share: working out what a model is given costs a packet no more time than asking it may. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { checkpoint, minute, plan } from '../tests/support/build.ts';
import { loopOn } from '../tests/support/loop.ts';
import type { Meter, Slice } from './agent.ts';
import { modelAgent, standardTurn, type Task } from './modelAgent.ts';
import type { ModelPort } from './modelPort.ts';
import { resequencingAgent } from './resequencing.ts';

const night = plan([checkpoint('traffic', { approvedStartAt: minute(60) })]);

/** So many searches of 50 ms each. */
function* searching(steps: number, seen: { looked: number }): Generator<null, object> {
  for (let step = 0; step < steps; step += 1) {
    const until = performance.now() + 50;
    while (performance.now() < until);
    seen.looked += 1;
    yield null;
  }
  return {};
}

/** A turn of a mind that searches so long before it asks, so long before the next start. */
async function turn(of: { steps: number; beforeStart: number; available?: boolean }) {
  const seen = { looked: 0, opened: 0 };
  const task: Task<object> = {
    last: resequencingAgent,
    prompt: {
      id: 'resequencing',
      version: 1,
      purpose: 'a test',
      inputs: ['given'],
      output: 'Answer',
      text: '',
      source: '',
    },
    schema: z.strictObject({}),
    chooses: () => true,
    given: (_slice, _base, room) => room.finish(searching(of.steps, seen)),
    tools: () => [],
    make: () => null,
  };
  const port: ModelPort = {
    model: 'never asked',
    available: () => of.available ?? true,
    ask: () => Promise.reject(new Error('nobody asks')),
  };
  const loop = await loopOn(night);
  await loop.run();
  const now = minute(60) - of.beforeStart;
  const meter: Meter = {
    now: () => now,
    open: async () => {
      seen.opened += 1;
      return null;
    },
  };
  const slice: Slice = {
    state: await loop.state(),
    now,
    basisDigest: '0'.repeat(64),
    attempt: 1,
    refused: [],
    signal: null,
    meter,
  };
  const price = { input: 0, output: 0 };
  const clock = () => performance.now();
  const mind = modelAgent(task, { port, turn: standardTurn, price, clock });
  return { thought: await mind.propose(slice), seen };
}

const takenOver = { kind: 'deterministic', reason: 'model_failed' };

describe('C17: what a model is given', () => {
  it('C17: is worked out within the time of the turn, or nobody is asked', async () => {
    const { thought, seen } = await turn({ steps: 1_000, beforeStart: 8_000 });
    expect(thought.mind).toEqual(takenOver);
    expect(seen.opened).toBe(0);
    // A turn may take an eighth of eight seconds, and half a second of it is for the model.
    expect(seen.looked).toBeGreaterThan(0);
    expect(seen.looked).toBeLessThanOrEqual(11);
  });

  it('C17: is not worked out at all where there is no time, or the circuit is open', async () => {
    expect((await turn({ steps: 1, beforeStart: 3_000 })).seen).toEqual({ looked: 0, opened: 0 });
    const shut = await turn({ steps: 1, beforeStart: 60_000, available: false });
    expect(shut.seen).toEqual({ looked: 0, opened: 0 });
    expect(shut.thought.mind).toEqual(takenOver);
  });

  it('C17: is asked about where there is time for both', async () => {
    const { seen } = await turn({ steps: 2, beforeStart: 600_000 });
    expect(seen).toEqual({ looked: 2, opened: 1 });
  });
});
