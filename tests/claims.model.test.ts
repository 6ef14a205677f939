/**
 * C17: whatever a model does, the packet comes, from the deterministic mind and marked as such. Real client, real HTTP on
 * loopback, real ledger. Whole outages are in claims.model.outage.test.ts, what asking costs in claims.model.cost.test.ts.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { deterministicAgents } from '../agents/deterministic.ts';
import { modelPort } from '../agents/model.ts';
import type { EventOf, EventType, LedgerEvent } from '../ledger/events.ts';
import { standardCaps } from '../ledger/modelCost.ts';
import { type MindSettings, modelMinds } from '../service/modelMinds.ts';
import { checkpoint, minute, plan, reading } from './support/build.ts';
import { type Endpoint, openEndpoint } from './support/endpoint.ts';
import { faults } from './support/endpointFaults.ts';
import { givenIn, obedient, wrongInOnePlace } from './support/endpointPolicy.ts';
import { type Loop, loopOn } from './support/loop.ts';
import { outages } from './support/modelFaults.ts';
import { takeYourTime } from './support/scale.ts';

takeYourTime();
let endpoint: Endpoint;
beforeEach(async () => {
  endpoint = await openEndpoint(obedient);
});
afterEach(async () => {
  vi.useRealTimers();
  await endpoint.close();
});

const after = (of: string) => [
  { checkpoint: of, type: 'finish_to_start' as const, gapSeconds: 0, maxGapSeconds: null },
];
const nightOf = (cutoverId = 'payments') =>
  plan(
    [
      checkpoint('replication', { name: 'Database replication', approvedStartAt: minute(0) }),
      checkpoint('traffic', { approvedStartAt: minute(60), predecessors: after('replication') }),
      checkpoint('notice', { approvedStartAt: minute(120), predecessors: after('traffic') }),
    ],
    { cutoverId },
  );

/** Long enough for a machine with much else to do; `short` for what never answers. */
const turn = { calls: 3, tokens: 60_000, milliseconds: 40_000, outputTokens: 2_000 };
const short = { ...turn, milliseconds: 2_000 };
const minds = (change: Partial<MindSettings> = {}) =>
  modelMinds({
    baseUrl: endpoint.baseUrl,
    apiKey: 'key',
    model: 'test-model',
    price: { input: 0, output: 0 },
    turn,
    breaker: { failures: 100, halfOpenAfterMs: 60_000 },
    ...change,
  });

const bodiesOf = <T extends EventType>(events: readonly LedgerEvent[], type: T): EventOf<T>[] =>
  events.flatMap(({ body }) => (body.type === type ? [body as EventOf<T>] : []));

const statement = 'Database replication started at 22:05.';
/** One change: a start and a late forecast as typed facts, and a statement in free text. */
async function change(loop: Loop) {
  await loop.report([
    { kind: 'actual_start', checkpoint: 'replication', owner: null, at: reading(minute(5)) },
    { kind: 'forecast_finish', checkpoint: 'replication', at: reading(minute(100)) },
    { kind: 'statement', text: statement },
  ]);
}
async function startedNight(agents = minds()): Promise<Loop> {
  const loop = await loopOn(nightOf());
  await loop.run();
  loop.clock.at = minute(30);
  return loop.with({ agents });
}

/** What the same change comes to without any model. */
async function withoutModel() {
  const loop = await loopOn(nightOf());
  await loop.run();
  loop.clock.at = minute(30);
  await change(loop);
  await loop.run();
  const packet = (await loop.state()).pending?.record.packet;
  return { lines: packet?.lines, holds: packet?.holds, heldFacts: packet?.heldFacts };
}

describe('C17: a model that fails', () => {
  it.each(outages.map(([fault, outcome]) => [fault.name, fault, outcome] as const))(
    'C17: by %s changes nothing but who proposed',
    async (_, fault, outcome) => {
      const silent = outcome === 'timed_out';
      const loop = await startedNight(minds({ turn: silent ? short : turn }));
      endpoint.misbehave(fault);
      await change(loop);
      const { outcome: ended } = await loop.run();
      expect(ended).toBe('awaiting_decision');
      const events = await loop.events();
      const packet = (await loop.state()).pending?.record.packet;
      const { lines, holds, heldFacts } = await withoutModel();
      expect(packet?.lines).toEqual(lines);
      expect(packet?.holds).toEqual(holds);
      // The report that only a model could read waits for a person.
      expect(packet?.heldFacts).toEqual(heldFacts);
      expect(packet?.heldFacts.map(({ code }) => code)).toContain('not_structured');
      const found = bodiesOf(events, 'ModelAnswered').map((body) => body.outcome);
      expect(new Set(found)).toEqual(new Set([outcome]));
      expect(found.length).toBe(bodiesOf(events, 'ModelAsked').length);
      // One request each, whatever came back: nothing is retried.
      if (!silent) expect(endpoint.asked.length).toBe(found.length);
      expect(endpoint.asked.length).toBeLessThanOrEqual(Math.min(4, found.length));
      const failed = packet?.minds.filter(
        ({ mind }) => mind.kind === 'deterministic' && mind.reason === 'model_failed',
      );
      expect(failed?.map(({ agent }) => agent)).toContain('resequencing');
      expect(packet?.minds.every(({ mind }) => mind.kind === 'deterministic')).toBe(true);
    },
  );

  it('C17: by no server at all changes nothing but who proposed', async () => {
    const gone = await openEndpoint(obedient);
    await gone.close();
    const loop = await startedNight(minds({ baseUrl: gone.baseUrl }));
    await change(loop);
    await loop.run();
    const packet = (await loop.state()).pending?.record.packet;
    expect(packet?.lines).toEqual((await withoutModel()).lines);
  });

  it('C17: never keeps a report from being acknowledged while it hangs', async () => {
    const loop = await startedNight();
    endpoint.misbehave(faults.hang);
    await change(loop);
    let over = false;
    const run = loop.run().then((result) => {
      over = true;
      return result;
    });
    await expect.poll(() => endpoint.asked.length).toBe(1);
    const told = await loop.report([{ kind: 'statement', text: 'The bridge is calm.' }]);
    expect(told.rejection).toBeNull();
    expect(over).toBe(false);
    await endpoint.close();
    await run;
  });

  it('C17: opens the circuit, is tried again once, and serves when it is well', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'] });
    const port = modelPort({
      baseUrl: endpoint.baseUrl,
      apiKey: 'key',
      model: 'm',
      breaker: { failures: 2, halfOpenAfterMs: 600_000 },
    });
    const ask = () =>
      port.ask({
        turns: [{ by: 'user', text: JSON.stringify({ agent: 'packet', given: {} }) }],
        schema: {
          name: 'Answer',
          json: { type: 'object', properties: {}, required: [], additionalProperties: false },
        },
        tools: [],
        maxOutputTokens: 10,
        reads: () => true,
        signal: AbortSignal.timeout(60_000),
      });
    endpoint.misbehave(faults.broken);
    await expect(ask()).rejects.toMatchObject({ outcome: 'unavailable' });
    expect(port.available()).toBe(true);
    await expect(ask()).rejects.toMatchObject({ outcome: 'unavailable' });
    expect(port.available()).toBe(false);
    vi.advanceTimersByTime(599_999);
    expect(port.available()).toBe(false);
    vi.advanceTimersByTime(1);
    expect(port.available()).toBe(true);
    endpoint.misbehave(null);
    const before = endpoint.asked.length;
    await ask();
    await ask();
    expect(endpoint.asked.length).toBe(before + 2);
    // None is kept open, to be found closed by the next ask.
    expect(endpoint.connections()).toBe(endpoint.asked.length);
    expect(port.available()).toBe(true);
  });
});

describe('C17: a model that is slow for others', () => {
  it('C17: is not waited for: four ask it at a time, and whoever comes then goes on by rules alone', async () => {
    endpoint.misbehave(faults.hang);
    const agents = minds();
    const loops = await Promise.all(
      Array.from({ length: 4 }, async (_, index) => {
        const loop = (await loopOn(nightOf(`slow-${index}`))).with({ agents });
        return { loop, run: loop.run() };
      }),
    );
    await expect.poll(() => endpoint.asked.length).toBe(4);
    const fifth = (await loopOn(nightOf('fifth'))).with({ agents });
    await fifth.run();
    expect((await fifth.state()).current).not.toBeNull();
    expect(endpoint.asked.length).toBe(4);
    expect(bodiesOf(await fifth.events(), 'ModelAsked')).toEqual([]);
    await endpoint.close();
    await Promise.all(loops.map(({ run }) => run));
  });
});

describe('C17: the time that a model is given', () => {
  /** Who was asked, and for how many milliseconds at most. */
  const askedIn = async (loop: Loop) =>
    bodiesOf(await loop.events(), 'ModelAsked').map(
      ({ agent, reserved }) => [agent, reserved.milliseconds] as const,
    );
  const readings = (all: Awaited<ReturnType<typeof askedIn>>) =>
    all.filter(([agent]) => agent === 'readiness');
  const wordsAlone = (loop: Loop) => loop.report([{ kind: 'statement', text: statement }]);

  it('C17: is none when a start is too near for it', async () => {
    const loop = await startedNight();
    await change(loop);
    loop.clock.at = minute(60) - 900;
    await loop.run();
    expect(endpoint.asked).toEqual([]);
    expect((await loop.state()).pending).not.toBeNull();
  });

  it('C17: is none for words, too, where what follows without them starts at once', async () => {
    const loop = await startedNight();
    await wordsAlone(loop);
    await loop.run();
    const packet = (await loop.state()).pending?.record.packet;
    expect(packet?.decisionDeadlineAt).toBe(minute(30));
    expect(packet?.heldFacts.map(({ code }) => code)).toEqual(['not_structured']);
    expect(endpoint.asked).toEqual([]);
  });

  it('C17: ends for words before the first start of what follows without them', async () => {
    const loop = await startedNight();
    loop.clock.at = minute(30) + 20_000;
    await wordsAlone(loop);
    await loop.run();
    // The next whole minute is 40 s away; no start of the order in force is as near.
    expect(readings(await askedIn(loop))).toEqual([['readiness', 20_000]]);
    expect((await loop.state()).situation.progress['replication']?.actualStartAt).toBe(minute(5));
  });

  it('C17: counts what a typed fact beside the words sets free, though nothing in force is overdue', async () => {
    const loop = await startedNight();
    const stopped = 'stopped by the auditor';
    await loop.report([
      { kind: 'actual_start', checkpoint: 'replication', owner: null, at: reading(minute(5)) },
      { kind: 'hold_placed', hold: 'stop', checkpoint: 'traffic', reason: stopped },
    ]);
    await loop.with({ agents: deterministicAgents }).run();
    await loop.adopt();
    loop.clock.at = minute(70);
    await loop.report([
      { kind: 'actual_finish', checkpoint: 'replication', at: reading(minute(60)) },
      { kind: 'hold_lifted', hold: 'stop' },
      { kind: 'statement', text: statement },
    ]);
    await loop.run();
    const packet = (await loop.state()).pending?.record.packet;
    expect(packet?.decisionDeadlineAt).toBe(minute(70));
    expect(endpoint.asked).toEqual([]);
  });

  it('C17: shrinks with every turn that took some of it', async () => {
    const loop = await startedNight();
    await change(loop);
    loop.clock.at = minute(60) - 40_000;
    // Each mind needs ten seconds of the ledger's time for its answer.
    endpoint.say((request, index) => {
      loop.clock.at += 10_000;
      return obedient(request, index);
    });
    await loop.run();
    expect(await askedIn(loop)).toEqual([
      ['readiness', 20_000],
      ['resequencing', 3_750],
    ]);
  });
});

describe('C38: an answer that is refused', () => {
  it('C38: a wrong answer costs its repairs and no more, whatever the caps leave', async () => {
    const loop = (await startedNight()).with({ caps: standardCaps });
    endpoint.say(
      wrongInOnePlace('resequencing', (_, given) => ({
        alternative: null,
        own: {
          placements: (
            (given['alternatives'] as { placements: { checkpoint: string; owner: string }[] }[])[0]
              ?.placements ?? []
          ).map(({ checkpoint: id, owner }) => ({ checkpoint: id, owner, startAt: minute(-5) })),
        },
        rationale: [],
      })),
    );
    await change(loop);
    await loop.run();
    const asked = endpoint.asked.map((one) => givenIn(one).agent);
    expect(asked.filter((agent) => agent === 'resequencing').length).toBe(3);
    expect((await loop.state()).pending).not.toBeNull();
  });
});
