/**
 * Cassettes: a run with a model is recorded once against the test endpoint, through the real client, and played again with
 * no endpoint at all: byte for byte the same ledger. The committed one is made anew by `CASSETTES=record npx vitest run
 * tests/cassette.test.ts` after a prompt, or what a mind is given, has changed.
 */
import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { modelPort } from '../agents/model.ts';
import { type Cassette, recording, replaying } from '../service/cassette.ts';
import { mindsOnPort } from '../service/modelMinds.ts';
import { minute } from './support/build.ts';
import { type Endpoint, openEndpoint } from './support/endpoint.ts';
import { faults } from './support/endpointFaults.ts';
import { obedient } from './support/endpointPolicy.ts';
import {
  bodiesOf,
  declaredNight,
  heldPlan,
  lateAndStopped,
  mindsFor,
} from './support/modelNight.ts';

const committed = fileURLToPath(new URL('./cassettes/held-night', import.meta.url));
const isRecording = process.env['CASSETTES'] === 'record';

let endpoint: Endpoint;
let folder: string;
beforeEach(async () => {
  endpoint = await openEndpoint(obedient);
  folder = await mkdtemp(join(tmpdir(), 'cassette-'));
});
afterEach(async () => {
  await endpoint.close();
  await rm(folder, { recursive: true, force: true });
});

const live = () =>
  modelPort({
    baseUrl: endpoint.baseUrl,
    apiKey: 'test-key',
    model: 'test-model',
    breaker: { failures: 100, halfOpenAfterMs: 60_000 },
  });

/** The night of the model tests, with all four agents asked, on minds of this cassette. */
async function nightOn({ port, clock }: Cassette) {
  const agents = mindsOnPort({ port, clock, price: { input: 150, output: 600 } });
  const loop = (await declaredNight(heldPlan(true))).with({ agents });
  await lateAndStopped(loop);
  await loop.report([{ kind: 'statement', text: 'Customer notice now starts at 00:30.' }], {
    sourceEventId: 'in-words',
  });
  await loop.run();
  loop.clock.at = minute(40);
  await loop.resume(await loop.adopt());
  return loop.events();
}

/** The hashes of the chain: each covers every byte of its event and all before it. */
const chainOf = (events: Awaited<ReturnType<typeof nightOn>>): string[] =>
  events.map(({ hash }) => hash);
const askedAModel = (events: Awaited<ReturnType<typeof nightOn>>, agent: string): boolean =>
  mindsFor(events, agent).some(({ kind }) => kind === 'model');
const agents = ['readiness', 'resequencing', 'holds', 'packet'];

describe('a cassette', () => {
  it('plays a run again without the model, byte for byte', async () => {
    const recorded = await nightOn(recording(folder, live()));
    const asked = endpoint.asked.length;
    expect(asked).toBeGreaterThanOrEqual(4);
    expect(agents.filter((agent) => askedAModel(recorded, agent))).toEqual(agents);
    expect(await readdir(folder)).toHaveLength(asked);
    await endpoint.close();
    const tape = replaying(folder, 'test-model');
    expect(chainOf(await nightOn(tape))).toEqual(chainOf(recorded));
    expect(tape.missing).toEqual([]);
    expect(tape.clock()).toBeGreaterThan(0);
    expect(endpoint.asked.length).toBe(asked);
  });

  it('keeps how a model failed, and fails the same way again', async () => {
    endpoint.misbehave(faults.refusal);
    const recorded = await nightOn(recording(folder, live()));
    const tape = replaying(folder, 'test-model');
    const replayed = await nightOn(tape);
    expect(chainOf(replayed)).toEqual(chainOf(recorded));
    const outcomes = bodiesOf(replayed, 'ModelAnswered').map(({ outcome }) => outcome);
    expect(new Set(outcomes)).toEqual(new Set(['declined']));
  });

  it('asks nothing twice: what is kept is played while it records', async () => {
    const first = await nightOn(recording(folder, live()));
    const asked = endpoint.asked.length;
    expect(chainOf(await nightOn(recording(folder, live())))).toEqual(chainOf(first));
    expect(endpoint.asked.length).toBe(asked);
  });

  it('asks once more where the endpoint was in trouble, and keeps what the model said', async () => {
    endpoint.misbehave(faults.broken);
    const failed = await nightOn(recording(folder, live()));
    expect(agents.filter((agent) => askedAModel(failed, agent))).toEqual([]);
    endpoint.misbehave(null);
    const well = await nightOn(recording(folder, live()));
    expect(agents.filter((agent) => askedAModel(well, agent))).toEqual(agents);
    expect(chainOf(await nightOn(replaying(folder, 'test-model')))).toEqual(chainOf(well));
    // Two that record together ask about a trouble once, so that both are played again as they were.
    endpoint.misbehave(faults.broken);
    const other = join(folder, 'together');
    const together = new Set<string>();
    const first = await nightOn(recording(other, live(), together));
    const asked = endpoint.asked.length;
    expect(chainOf(await nightOn(recording(other, live(), together)))).toEqual(chainOf(first));
    expect(endpoint.asked.length).toBe(asked);
  });

  it('names what it lacks, and another model or prompt finds nothing in it', async () => {
    await nightOn(recording(folder, live()));
    const other = replaying(folder, 'other-model');
    const events = await nightOn(other);
    expect(other.missing.length).toBeGreaterThan(0);
    expect(other.missing.every((file) => /^[0-9a-f]{12}-[0-9a-f]{20}\.json$/.test(file))).toBe(
      true,
    );
    expect(mindsFor(events, 'holds').at(-1)).toEqual({
      kind: 'deterministic',
      reason: 'model_failed',
    });
  });

  it('says which file cannot be read, and what to do', async () => {
    await nightOn(recording(folder, live()));
    const [file = ''] = await readdir(folder);
    heard.length = 0;
    await writeFile(join(folder, file), '{"model":');
    const tape = replaying(folder, 'test-model');
    await nightOn({ ...tape, port: loud(tape.port) });
    expect(heard.join('\n')).toContain(`${file} is not JSON; delete it and record it again`);
  });
});

const heard: string[] = [];
/** The port, with what it throws kept for the test. */
const loud = (port: Cassette['port']): Cassette['port'] => ({
  ...port,
  ask: (question) =>
    port.ask(question).catch((error: unknown) => {
      heard.push(error instanceof Error ? error.message : String(error));
      throw error;
    }),
});

describe('the committed cassette', () => {
  it('answers a whole night with no endpoint, every time with the same bytes', async () => {
    if (isRecording) {
      await rm(committed, { recursive: true, force: true });
      await nightOn(recording(folder, live()));
      await cp(folder, committed, { recursive: true });
    }
    const tape = replaying(committed, 'test-model');
    const first = await nightOn(tape);
    expect(tape.missing, 'record it again: CASSETTES=record').toEqual([]);
    const again = replaying(committed, 'test-model');
    expect(chainOf(await nightOn(again))).toEqual(chainOf(first));
    expect(agents.filter((agent) => askedAModel(first, agent))).toEqual(agents);
    const outcomes = bodiesOf(first, 'ModelAnswered').map(({ outcome }) => outcome);
    expect(new Set(outcomes)).toEqual(new Set(['answered']));
    expect((await readdir(committed)).length).toBe(outcomes.length);
    if (!isRecording) expect(endpoint.asked).toEqual([]);
  });
});
