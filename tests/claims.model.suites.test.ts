/**
 * The suites of evals/ with a model that is down, that is well, and that answers plausibly and badly: whatever it does, no
 * protected checkpoint is placed that the rules hold, every packet is one the gate found clean, none comes later than its
 * deadline; with no model at all, or one that is down, the very same orders. Scores may fall, safety does not.
 * `npm run deep:claims` plays every suite.
 */
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LedgerEvent } from '../ledger/events.ts';
import { standardCaps } from '../ledger/modelCost.ts';
import type { Packet } from '../ledger/packet.ts';
import { drillFiles, type Drill, loadDrill } from '../service/drill/load.ts';
import { packetOf } from '../service/drill/observed.ts';
import { type Moment, runDrill } from '../service/drill/run.ts';
import { openInterlock } from '../service/interlock.ts';
import type { ModelConfig } from '../service/modelSettings.ts';
import { type Endpoint, openEndpoint } from './support/endpoint.ts';
import { obedient, plausiblyBad } from './support/endpointPolicy.ts';
import { bodiesOf } from './support/modelNight.ts';
import { scaled, takeYourTime } from './support/scale.ts';

takeYourTime();
let endpoint: Endpoint;
beforeEach(async () => {
  endpoint = await openEndpoint(obedient);
});
afterEach(() => endpoint.close());

const every = [
  'end-to-end',
  'holds',
  'packet',
  'readiness',
  'resequencing',
  'real-plans',
  'treasury-liquidity-bridge',
];
/** Few in an ordinary run, all in a deep one. */
const suites = scaled(1) === 1 ? ['treasury-liquidity-bridge'] : every;

async function drillsIn(suite: string): Promise<Drill[]> {
  const folder = fileURLToPath(new URL(`../evals/${suite}`, import.meta.url));
  const loaded = await Promise.all((await drillFiles(folder)).map(loadDrill));
  expect(loaded.flatMap(({ problems }) => problems)).toEqual([]);
  return loaded.flatMap(({ drill }) => (drill === null ? [] : [drill]));
}
const drills = async (): Promise<Drill[]> => (await Promise.all(suites.map(drillsIn))).flat();

type Played = {
  readonly met: number;
  readonly expected: number;
  readonly events: readonly LedgerEvent[];
  readonly packets: readonly Packet[];
  /** Protected conflicts that the drills state, and which of them were given a time. */
  readonly conflicts: number;
  readonly flattened: readonly string[];
  /** The slowest change, in milliseconds of real time. */
  readonly slowestMs: number;
};

async function play(drill: Drill, model: ModelConfig | null): Promise<Played> {
  const moments: Moment[] = [];
  const { met, expected } = await runDrill(drill, {
    open: (clock) => openInterlock({ ledger: ':memory:', checkpoints: ':memory:', model }, clock),
    watch: async (moment) => void moments.push(moment),
  });
  const events = moments.at(-1)?.seen.events ?? [];
  const packets = bodiesOf(events, 'PacketPrepared').map(({ packet }) => packet);
  const found = moments.map(conflictsIn);
  return {
    met,
    expected,
    events,
    packets,
    conflicts: found.reduce((sum, { all }) => sum + all, 0),
    flattened: found.flatMap(({ flattened }) => flattened),
    slowestMs: Math.max(...moments.map(({ workedMs }) => workedMs)),
  };
}

/**
 * What a packet orders and holds, without who proposed it and where in the chain it stands. Reasons are left out: under a
 * model's mind the smallest ones come with the packet, with no model they follow as an event.
 */
const ordersOf = ({ lines, holds, heldFacts, deltas, decisionDeadlineAt, ...rest }: Packet) => ({
  lines,
  holds: holds.map(({ checkpoint, behind, blocks }) => ({ checkpoint, behind, blocks })),
  heldFacts,
  deltas,
  decisionDeadlineAt,
  people: [rest.mustAcknowledge, rest.notNotified, rest.leadPeople],
});

/** Protected checkpoints that the drill's truth holds after a step, and those of them that have a time in the packet. */
function conflictsIn({ step, seen }: Moment): {
  readonly all: number;
  readonly flattened: string[];
} {
  const truth = step.expect.findLast((one) => one.protected_holds !== undefined)?.protected_holds;
  const packet = packetOf(seen);
  const flattened = (truth ?? []).filter((id) =>
    packet?.lines.some((line) => line.checkpoint === id && line.state === 'planned'),
  );
  return { all: truth?.length ?? 0, flattened };
}

/** Of every packet: the verdict on each of its proposals was clean, and it was prepared before its own deadline. */
function expectSafe({ events, packets }: Played): void {
  const clean = new Set(
    bodiesOf(events, 'VerdictGiven').flatMap((body) => (body.clean ? [body.proposalId] : [])),
  );
  for (const { proposalIds } of bodiesOf(events, 'PacketPrepared')) {
    expect(proposalIds.filter((id) => !clean.has(id))).toEqual([]);
  }
  for (const { preparedAt, decisionDeadlineAt } of packets) {
    expect(preparedAt).toBeLessThanOrEqual(decisionDeadlineAt ?? Infinity);
  }
}

const modelAt = ({ baseUrl }: Endpoint): ModelConfig => ({
  baseUrl,
  apiKey: 'test-key',
  model: 'test-model',
  caps: standardCaps,
  price: { input: 0, output: 0 },
});

const total = (all: readonly Played[], part: 'met' | 'expected' | 'conflicts'): number =>
  all.reduce((sum, one) => sum + one[part], 0);
const slowest = (all: readonly Played[]): number => Math.max(...all.map((one) => one.slowestMs));
const say = (name: string, all: readonly Played[]): void =>
  void process.stdout.write(
    `suites, ${name}: ${all.length} drills, ${all.flatMap(({ packets }) => packets).length} packets, ` +
      `expectations ${total(all, 'met')} of ${total(all, 'expected')}, protected conflicts ` +
      `${all.flatMap(({ flattened }) => flattened).length} of ${total(all, 'conflicts')} flattened, ` +
      `slowest change ${Math.round(slowest(all))} ms\n`,
  );

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
  expect(total(plain, 'conflicts')).toBeGreaterThan(0);
});

describe('C17: the suites with the model endpoint down', () => {
  it('C17: make the very same orders as with no model, none of them late', async () => {
    await endpoint.close();
    const down = await playAll(modelAt(endpoint));
    say('endpoint down', down);
    const orders = (all: readonly Played[]) => all.map(({ packets }) => packets.map(ordersOf));
    expect(orders(down)).toEqual(orders(plain));
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
    expect(total(poor, 'met')).toBeLessThan(total(plain, 'met'));
    expect(endpoint.asked.length).toBeGreaterThan(poor.length);
  });

  it('rightly: hardly an expectation is lost to it', async () => {
    const good = await playAll(modelAt(endpoint));
    say('a good model', good);
    // Some drills say that a report waits for a person, which a model may read.
    expect(total(good, 'met')).toBeGreaterThanOrEqual(0.9 * total(plain, 'met'));
  });
});
