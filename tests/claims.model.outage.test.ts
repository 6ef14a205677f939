/**
 * C17 over a whole outage, on a clock that runs: in each of twelve ways a model fails while changes come in, then is well
 * again. The packet is there before its deadline, the circuit opens, is tried and closes, calls stay within their budget,
 * and reports are acknowledged as fast as ever. `npm run deep:claims` runs each way twenty times.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import { minuteMs } from '../ledger/vocabulary.ts';
import { checkpoint, minute, reading } from './support/build.ts';
import { type Endpoint, openEndpoint } from './support/endpoint.ts';
import { faults } from './support/endpointFaults.ts';
import { obedient } from './support/endpointPolicy.ts';
import type { Loop } from './support/loop.ts';
import { outages } from './support/modelFaults.ts';
import { bodiesOf, declaredNight, heldPlan, mindsOn, patientTurn } from './support/modelNight.ts';
import { scaled, takeYourTime } from './support/scale.ts';

takeYourTime();
let endpoint: Endpoint;
beforeEach(async () => {
  endpoint = await openEndpoint(obedient);
});
afterEach(() => endpoint.close());

const breaker = { failures: 3, halfOpenAfterMs: 400 };
/** What one agent waits for a model that says nothing; four of these are less than the way to the deadline. */
const turnMs = 600;
/** Real time from the first change to the deadline of every packet of the night: its earliest start. */
const toDeadlineMs = 4 * minuteMs;

/** A night with something small that starts in four minutes whatever becomes of the rest: the packet's deadline. */
function tightPlan() {
  const of = heldPlan(false, { boundaries: [] });
  const announce = checkpoint('announce', {
    name: 'Announcement',
    role: 'talk',
    approvedOwner: 'dev',
    approvedStartAt: minute(60),
    rank: of.checkpoints.length + 1,
  });
  return { ...of, checkpoints: [...of.checkpoints, announce] };
}

/** `turn` is what a mind may take from now on. */
type RunningNight = {
  readonly loop: Loop;
  readonly nowAt: () => number;
  readonly turn: { milliseconds: number };
};

/** The night on a clock that goes with real time, four minutes before its next start. */
async function runningNight(milliseconds: number): Promise<RunningNight> {
  const turn = { ...patientTurn, milliseconds };
  const declared = await declaredNight(tightPlan());
  const began = performance.now();
  const nowAt = (): number => minute(60) - toDeadlineMs + Math.floor(performance.now() - began);
  const agents = mindsOn(endpoint, { breaker, turn });
  return {
    loop: declared.with({ agents, ledger: { ...declared.deps.ledger, now: nowAt } }),
    nowAt,
    turn,
  };
}

/** The change of one round: replication will be later still, in a typed fact and in words. */
async function change(loop: Loop, round: number, nowAt: () => number): Promise<void> {
  loop.clock.at = nowAt();
  const { rejection } = await loop.report([
    ...(round > 0
      ? []
      : [
          {
            kind: 'actual_start' as const,
            checkpoint: 'replication',
            owner: null,
            at: reading(minute(5)),
          },
        ]),
    { kind: 'forecast_finish', checkpoint: 'replication', at: reading(minute(100 + 15 * round)) },
    { kind: 'statement', text: `ETA for the archive tapes ${round}.` },
  ]);
  expect(rejection).toBeNull();
}

/** One outage from its first failure to the answer after it. */
async function outage(): Promise<{ calls: number; slowestMs: number }> {
  const { loop, nowAt, turn } = await runningNight(turnMs);
  const brokenFrom = performance.now();
  let slowestMs = 0;
  const rounds = 3;
  for (let round = 0; round < rounds; round += 1) {
    const began = performance.now();
    await change(loop, round, nowAt);
    expect((await loop.run()).outcome).toBe('awaiting_decision');
    slowestMs = Math.max(slowestMs, performance.now() - began);
    const { pending } = await loop.state();
    const packet = pending?.record.packet;
    expect(packet?.lines.find((line) => line.checkpoint === 'traffic')?.startAt).toBe(
      minute(100 + 15 * round),
    );
    expect(packet?.minds.every(({ mind }) => mind.kind === 'deterministic')).toBe(true);
    expect(packet?.minds.map(({ mind }) => mind)).toContainEqual({
      kind: 'deterministic',
      reason: 'model_failed',
    });
    // Asked for before its own deadline, which is the start that cannot wait.
    expect(packet?.decisionDeadlineAt).toBe(minute(60));
    expect(nowAt()).toBeLessThan(minute(60));
  }
  const calls = endpoint.asked.length;
  // As many as open it, then no more than one each time it has rested.
  const rests = Math.floor((performance.now() - brokenFrom) / breaker.halfOpenAfterMs);
  expect(calls).toBeLessThanOrEqual(breaker.failures + rests);
  // What is well answers, however busy the machine is.
  turn.milliseconds = patientTurn.milliseconds;
  await recovery(loop, rounds, nowAt);
  return { calls, slowestMs };
}

/** The endpoint is well again: once the circuit has rested, the next change is a model's. */
async function recovery(loop: Loop, round: number, nowAt: () => number): Promise<void> {
  endpoint.misbehave(null);
  await new Promise((resolve) => setTimeout(resolve, breaker.halfOpenAfterMs + 50));
  await change(loop, round, nowAt);
  await loop.run();
  const { pending } = await loop.state();
  expect(pending?.record.packet.minds).toContainEqual(
    expect.objectContaining({
      agent: 'resequencing',
      mind: expect.objectContaining({ kind: 'model' }),
    }),
  );
  const outcomes = bodiesOf(await loop.events(), 'ModelAnswered').map((body) => body.outcome);
  expect(outcomes.at(-1)).toBe('answered');
}

describe('C17: an outage of the model', () => {
  it.each(outages.map(([fault]) => [fault.name, fault] as const))(
    'C17: by %s leaves every packet before its deadline, opens the circuit and is over when it is over',
    async (name, fault) => {
      const runs = scaled(1) === 1 ? 1 : scaled(2);
      const all: number[] = [];
      let slowest = 0;
      for (let index = 0; index < runs; index += 1) {
        await endpoint.close();
        endpoint = await openEndpoint(obedient);
        endpoint.misbehave(fault);
        const { calls, slowestMs } = await outage();
        all.push(calls);
        slowest = Math.max(slowest, slowestMs);
      }
      process.stdout.write(
        `C17: ${name}: ${runs} outages of 3 changes, at most ${Math.max(...all)} calls in one; ` +
          `slowest change to packet ${Math.round(slowest)} ms, ${toDeadlineMs} ms before its deadline\n`,
      );
    },
  );
});

const measured = async (loop: Loop, count: number, into: RecordableHistogram): Promise<void> => {
  for (let index = 0; index < count; index += 1) {
    const began = performance.now();
    const { rejection } = await loop.report([{ kind: 'statement', text: 'The bridge is calm.' }]);
    into.record(Math.max(1, Math.round((performance.now() - began) * 1_000)));
    expect(rejection).toBeNull();
  }
};

describe('C17: acknowledging a report', () => {
  it('C17: waits for no model: p99 with one that hangs beside p99 with none', async () => {
    const [calm, hung] = [createHistogram(), createHistogram()];
    const count = scaled(150);
    const quiet = await declaredNight(tightPlan());
    await measured(quiet, count, calm);
    const { loop, nowAt } = await runningNight(30_000);
    endpoint.misbehave(faults.hang);
    await change(loop, 0, nowAt);
    let isOver = false;
    const run = loop.run().finally(() => {
      isOver = true;
    });
    await expect.poll(() => endpoint.asked.length).toBe(1);
    await measured(loop, count, hung);
    // All of them while the model was being waited for.
    expect(isOver).toBe(false);
    await endpoint.close();
    await run;
    const [before, during] = [calm, hung].map((of) => of.percentile(99) / 1_000);
    process.stdout.write(
      `C17: acknowledging, n ${count}: p99 ${before?.toFixed(1)} ms with no model, ${during?.toFixed(1)} ms while one hangs\n`,
    );
    // A report that waited for the model would take its whole turn.
    expect(during).toBeLessThan((before ?? 0) + 5_000);
  });
});
