/**
 * The suites of evals/ with a model that is down, that is well, and that answers plausibly and badly: whatever it does, no
 * protected checkpoint is placed that the rules hold, every packet is one the gate found clean, none comes later than its
 * deadline. One that is down gives the very same orders and meets the very same expectations as none at all; one that is
 * well meets all of them too; under a poor one scores fall, safety does not. `npm run deep:claims` plays every suite.
 */
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { measureHolds } from '../evals/engine/measureHolds.ts';
import { measurePacket } from '../evals/engine/measurePacket.ts';
import { measureReadings } from '../evals/engine/measureReadings.ts';
import { loadSuites, suiteNames } from '../evals/engine/suites.ts';
import { sum, type Tally } from '../evals/engine/tally.ts';
import type { LedgerEvent } from '../ledger/events.ts';
import type { AgentName } from '../ledger/vocabulary.ts';
import { standardCaps } from '../ledger/modelCost.ts';
import type { Packet } from '../ledger/packet.ts';
import type { Drill } from '../service/drill/load.ts';
import { packetOf } from '../service/drill/observed.ts';
import { type Moment, runDrill, type Scored } from '../service/drill/run.ts';
import { openInterlock } from '../service/interlock.ts';
import type { ModelConfig } from '../service/modelSettings.ts';
import { type Endpoint, openEndpoint } from './support/endpoint.ts';
import { obedient, plausiblyBad } from './support/endpointPolicy.ts';
import { bodiesOf } from './support/modelNight.ts';
import { isDeep, takeYourTime } from './support/scale.ts';

takeYourTime();
let endpoint: Endpoint;
beforeEach(async () => {
  endpoint = await openEndpoint(obedient);
});
afterEach(() => endpoint.close());

/** Few in an ordinary run: one that states protected conflicts, and the one with free text. All in a deep one. */
const folder = fileURLToPath(new URL('../evals', import.meta.url));
const suites = isDeep() ? await suiteNames(folder) : ['readiness', 'treasury-liquidity-bridge'];

async function drills(): Promise<Drill[]> {
  const found = await loadSuites(folder, suites);
  expect(found.problems).toEqual([]);
  return found.suites.flatMap((suite) => suite.drills);
}

type Played = {
  /** Every expectation in order, whether it was met, and what was found. */
  readonly scored: readonly Scored[];
  readonly events: readonly LedgerEvent[];
  readonly packets: readonly Packet[];
  /** What the suites score of holds, of the reader, of stability, and of what was read out of free text. */
  readonly scores: Tally;
  readonly flattened: readonly string[];
  /** The slowest change, in milliseconds of real time. */
  readonly slowestMs: number;
  /** The least that was left of a decision deadline ahead once the packet was there, in milliseconds of real time. */
  readonly leftMs: number;
  /** Whose model was asked for a packet that had to be adopted at the very instant of its reports. */
  readonly askedTooLate: readonly AgentName[];
};

async function play(drill: Drill, model: ModelConfig | null): Promise<Played> {
  const moments: Moment[] = [];
  const { scored } = await runDrill(drill, {
    open: (clock) => openInterlock({ ledger: ':memory:', checkpoints: ':memory:', model }, clock),
    watch: async (moment) => void moments.push(moment),
  });
  const events = moments.at(-1)?.seen.events ?? [];
  return {
    scored,
    events,
    packets: bodiesOf(events, 'PacketPrepared').map(({ packet }) => packet),
    scores: sum(
      [measureHolds, measurePacket, measureReadings].flatMap((measure) => moments.map(measure)),
    ),
    flattened: moments.flatMap(flattenedIn),
    slowestMs: Math.max(...moments.map(({ workedMs }) => workedMs)),
    leftMs: Math.min(
      ...moments.flatMap((moment) =>
        leftOf(moment) > 0 ? [leftOf(moment) - moment.workedMs] : [],
      ),
    ),
    askedTooLate: moments.filter((moment) => leftOf(moment) <= 0).flatMap(askedIn),
  };
}

const inStep = ({ seen }: Moment): LedgerEvent[] =>
  seen.events.filter(({ version }) => version > seen.since);
const askedIn = (moment: Moment): AgentName[] =>
  bodiesOf(inStep(moment), 'ModelAsked').map(({ agent }) => agent);

/** From the reports of a step to the deadline of the packet that it prepared; the clock of a drill stands still meanwhile. */
function leftOf(moment: Moment): number {
  const packet = bodiesOf(inStep(moment), 'PacketPrepared').at(-1)?.packet;
  return (packet?.decisionDeadlineAt ?? Infinity) - (packet?.preparedAt ?? 0);
}

/** What a packet orders and holds, without who proposed it and where in the chain it stands. */
const ordersOf = ({ lines, holds, heldFacts, deltas, decisionDeadlineAt, ...rest }: Packet) => ({
  lines,
  holds,
  heldFacts,
  deltas,
  decisionDeadlineAt,
  people: [rest.mustAcknowledge, rest.notNotified, rest.leadPeople],
});

/** Protected checkpoints that the drill's truth holds after a step and that have a time in the packet all the same. */
function flattenedIn({ step, seen }: Moment): string[] {
  const truth = step.expect.findLast((one) => one.protected_holds !== undefined)?.protected_holds;
  const lines = packetOf(seen)?.lines ?? [];
  return (truth ?? []).filter((id) =>
    lines.some((line) => line.checkpoint === id && line.state === 'planned'),
  );
}

/** Of every packet: the verdict on each of its proposals was clean, and it was prepared before its own deadline. */
function expectSafe({ events, packets, leftMs, askedTooLate }: Played): void {
  const clean = new Set(
    bodiesOf(events, 'VerdictGiven').flatMap((body) => (body.clean ? [body.proposalId] : [])),
  );
  for (const { proposalIds } of bodiesOf(events, 'PacketPrepared')) {
    expect(proposalIds.filter((id) => !clean.has(id))).toEqual([]);
  }
  for (const { preparedAt, decisionDeadlineAt } of packets) {
    expect(preparedAt).toBeLessThanOrEqual(decisionDeadlineAt ?? Infinity);
  }
  expect(leftMs).toBeGreaterThan(0);
  expect(askedTooLate).toEqual([]);
}

const modelAt = ({ baseUrl }: Endpoint): ModelConfig => ({
  baseUrl,
  apiKey: 'test-key',
  model: 'test-model',
  caps: standardCaps,
  price: { input: 0, output: 0 },
});

const scoredIn = (all: readonly Played[]): Scored[] => all.flatMap((one) => one.scored);
const missedIn = (all: readonly Played[]): Scored[] => scoredIn(all).filter(({ met }) => !met);
const scoresOf = (all: readonly Played[]): Tally => sum(all.map((one) => one.scores));
const slowest = (all: readonly Played[]): number => Math.max(...all.map((one) => one.slowestMs));
function say(name: string, all: readonly Played[]): void {
  const { conflicts, held, flattened, overHeld, free } = scoresOf(all);
  const left = Math.min(...all.map(({ leftMs }) => leftMs));
  process.stdout.write(
    `suites, ${name}: ${all.length} drills, ${all.flatMap(({ packets }) => packets).length} packets, ` +
      `expectations ${scoredIn(all).length - missedIn(all).length} of ${scoredIn(all).length}, ` +
      `protected conflicts ${held} of ${conflicts} held, ${flattened} flattened, ${overHeld} of ${free} over-held, ` +
      `slowest change ${Math.round(slowest(all))} ms, at least ${Math.round(left / 1_000)} s left to a deadline\n`,
  );
}

/** Every drill on a model at this endpoint, each of its nights safe. */
async function playAll(model: ModelConfig | null): Promise<Played[]> {
  const all: Played[] = [];
  for (const drill of await drills()) {
    const one = await play(drill, model);
    expectSafe(one);
    expect(one.flattened, drill.file).toEqual([]);
    all.push(one);
  }
  return all;
}

let plain: Played[];
beforeAll(async () => {
  plain = await playAll(null);
  say('no model', plain);
  expect(scoresOf(plain).conflicts).toBeGreaterThan(0);
  expect(missedIn(plain)).toEqual([]);
});

describe('C17: the suites with the model endpoint down', () => {
  it('C17: make the very same orders as with no model and meet the very same expectations, none of them late', async () => {
    await endpoint.close();
    const down = await playAll(modelAt(endpoint));
    say('endpoint down', down);
    const orders = (all: readonly Played[]) => all.map(({ packets }) => packets.map(ordersOf));
    expect(orders(down)).toEqual(orders(plain));
    expect(scoredIn(down)).toEqual(scoredIn(plain));
    expect(scoresOf(down)).toEqual(scoresOf(plain));
    const outcomes = down.flatMap(({ events }) =>
      bodiesOf(events, 'ModelAnswered').map(({ outcome }) => outcome),
    );
    expect(new Set(outcomes)).toEqual(new Set(['unavailable']));
    expect(slowest(down)).toBeLessThan(standardCaps.change.milliseconds);
  });
});

describe('the suites with a model that answers', () => {
  it('plausibly and badly: scores fall, safety does not', async () => {
    endpoint.say(plausiblyBad);
    const poor = await playAll(modelAt(endpoint));
    say('a poor model', poor);
    expect(missedIn(poor).length).toBeGreaterThan(0);
    expect(endpoint.asked.length).toBeGreaterThan(poor.length);
  });

  it('rightly: every expectation is met, whichever mind meets it', async () => {
    const good = await playAll(modelAt(endpoint));
    say('a good model', good);
    expect(missedIn(good)).toEqual([]);
    const { readable, readRightly, readWrongly } = scoresOf(good);
    expect(readable).toBeGreaterThan(10);
    expect([readRightly, readWrongly]).toEqual([readable, 0]);
  });

  it('are not met where a fact is read that the drill does not state', async () => {
    const all = await drills();
    const drill = all.find(({ file }) => file.endsWith('words-of-a-dashboard-line.yaml'));
    if (drill === undefined) throw new Error('there is no such drill');
    const steps = drill.steps.map((step) => ({
      ...step,
      expect: step.expect.map((one) =>
        one.reads === undefined ? one : { reads: { ...one.reads, facts: [] } },
      ),
    }));
    const played = await play({ ...drill, steps }, modelAt(endpoint));
    expect(missedIn([played]).map(({ found }) => found)).toEqual([
      'actual_finish rollback-validation Sat 23:58',
    ]);
    expect(played.scores).toMatchObject({ readable: 0, readRightly: 0, readWrongly: 1 });
  });
});
