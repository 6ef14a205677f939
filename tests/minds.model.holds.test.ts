/**
 * The holds mind with a model, through the real client, endpoint, gate and ledger: it picks a class, causes and a release
 * from closed lists; what the tables do not bear out is refused, told back as data, and in the end not taken.
 */
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HoldClass } from '../ledger/codes.ts';
import type { Hold } from '../ledger/holds.ts';
import { type Endpoint, openEndpoint } from './support/endpoint.ts';
import { type Json, obedient, wrongInOnePlace, wrongOnce } from './support/endpointPolicy.ts';
import type { Policy } from './support/endpointTalk.ts';
import {
  askedFor,
  bodiesOf,
  declaredNight,
  heldPlan,
  lateAndStopped,
  mindsFor,
  mindsOn,
  refusalsOf,
} from './support/modelNight.ts';

let endpoint: Endpoint;
beforeEach(async () => {
  endpoint = await openEndpoint(obedient);
});
afterEach(() => endpoint.close());

/** The night after its changes, with a model that answers by `policy`. */
async function nightWith(policy: Policy) {
  endpoint.say(policy);
  const loop = (await declaredNight(heldPlan(true))).with({ agents: mindsOn(endpoint) });
  await lateAndStopped(loop);
  await loop.run();
  const packet = (await loop.state()).pending?.record.packet;
  return { loop, packet, events: await loop.events() };
}

/** What the same night comes to without a model: with the first reasons as it is prepared, with the smallest once explained. */
let firstHolds: readonly Hold[] | undefined;
let explainedHolds: readonly Hold[] | undefined;
beforeAll(async () => {
  const loop = await declaredNight(heldPlan(true));
  await lateAndStopped(loop);
  await loop.run();
  const record = (await loop.state()).pending?.record;
  firstHolds = record?.packet.holds;
  explainedHolds = record?.explained;
  expect([firstHolds?.length, explainedHolds?.length]).toEqual([3, 3]);
  expect(explainedHolds).not.toEqual(firstHolds);
});

/** The right answer with one hold's entry changed. */
const wrongHold = (hold: string, change: (entry: Json) => Json) =>
  wrongInOnePlace('holds', (right) => ({
    ...right,
    holds: (right['holds'] as Json[]).map((entry) =>
      entry['hold'] === hold ? change(entry) : entry,
    ),
  }));

describe('what the holds mind is offered', () => {
  it('is every hold with causes and releases of the ledger alone, under ids that say nothing', async () => {
    const { packet } = await nightWith(obedient);
    const [asked] = askedFor(endpoint, 'holds');
    const offered = asked?.given['holds'] as Json[];
    expect(asked?.given['classes']).toEqual(HoldClass.options);
    expect(offered.map(({ hold, checkpoint }) => [hold, checkpoint])).toEqual([
      ['h1', 'traffic'],
      ['h2', 'notice'],
      ['h3', 'audit'],
    ]);
    const causes = offered.map((hold) => (hold['causes'] as Json[]).map(({ rule }) => rule));
    expect(causes).toEqual([
      ['late_finish', 'gap_too_short', 'outside_boundary'],
      ['predecessor_held'],
      ['hold_in_force'],
    ]);
    // A release is a choice where the causes lead to more than one.
    const [traffic] = offered;
    const releases = ((traffic ?? {})['releases'] as Json[]).map(({ kind }) => kind);
    expect(releases).toEqual(['boundary_changed', 'plan_changed']);
    expect(packet?.holds.map(({ checkpoint }) => checkpoint)).toEqual([
      'traffic',
      'notice',
      'audit',
    ]);
  });
});

describe('a right answer of the holds mind', () => {
  it('is the register of the packet, is marked with the model, and is what the tables say', async () => {
    const { packet, events } = await nightWith(obedient);
    expect(packet?.holds).toEqual(explainedHolds);
    expect(mindsFor(events, 'holds').at(-1)).toMatchObject({ kind: 'model', model: 'test-model' });
    expect(refusalsOf(events, 'holds')).toEqual([]);
    expect(askedFor(endpoint, 'holds')).toHaveLength(1);
    const answers = bodiesOf(events, 'ModelAnswered');
    expect(answers.map(({ rationale }) => rationale)).toContainEqual(['blocks_most']);
  });

  it('may say a reason once where two causes rest on the same fact', async () => {
    const { packet, events } = await nightWith(
      wrongHold('h1', (entry) => ({ ...entry, causes: ['c2', 'c3'] })),
    );
    expect(refusalsOf(events, 'holds')).toEqual([]);
    const [traffic] = packet?.holds ?? [];
    expect(traffic?.causes.map(({ rule }) => rule)).toEqual(['gap_too_short', 'outside_boundary']);
    expect({ ...traffic, causes: [] }).toEqual({ ...explainedHolds?.[0], causes: [] });
    expect(mindsFor(events, 'holds').at(-1)).toMatchObject({ kind: 'model' });
  });

  it('may come at the second try, once the gate has said what was wrong', async () => {
    const { packet, events } = await nightWith(
      wrongOnce(wrongHold('h1', (entry) => ({ ...entry, holdClass: 'order_conflict' }))),
    );
    expect(refusalsOf(events, 'holds')).toEqual([['hold_class_wrong']]);
    const [, second] = askedFor(endpoint, 'holds');
    expect(second?.refused).toMatchObject([{ code: 'hold_class_wrong', checkpoint: 'traffic' }]);
    expect(packet?.holds).toEqual(explainedHolds);
    expect(mindsFor(events, 'holds').at(-1)).toMatchObject({ kind: 'model' });
  });
});

describe('a wrong answer of the holds mind that is in the lists', () => {
  it.each<[string, string, (entry: Json) => Json, string]>([
    [
      'a class that its causes do not lead to',
      'h1',
      (entry) => ({ ...entry, holdClass: 'freeze_conflict' }),
      'hold_class_wrong',
    ],
    [
      'a protected hold called merely a wait for another',
      'h1',
      (entry) => ({ ...entry, holdClass: 'behind_hold' }),
      'hold_class_wrong',
    ],
    [
      'the easier of two releases',
      'h1',
      (entry) => ({ ...entry, release: 'r2' }),
      'hold_release_wrong',
    ],
    [
      'a human hold called anything else',
      'h3',
      (entry) => ({ ...entry, holdClass: 'condition_open' }),
      'hold_class_wrong',
    ],
  ])('is refused three times and not taken: %s', async (_, hold, change, code) => {
    const { packet, events } = await nightWith(wrongHold(hold, change));
    const refused = refusalsOf(events, 'holds');
    expect(refused).toHaveLength(3);
    expect(refused).toEqual(refused.map(() => expect.arrayContaining([code])));
    expect(askedFor(endpoint, 'holds').map((given) => given.refused.length > 0)).toEqual([
      false,
      true,
      true,
    ]);
    expect(mindsFor(events, 'holds').at(-1)).toEqual({
      kind: 'deterministic',
      reason: 'model_failed',
    });
    expect(packet?.holds).toEqual(firstHolds);
  });
});

describe('an answer of the holds mind that is outside the lists', () => {
  const all = (change: (right: Json) => unknown) => wrongInOnePlace('holds', change);
  const first = (change: Json) => wrongHold('h1', (entry) => ({ ...entry, ...change }));
  it.each<[string, Policy, string]>([
    ['a cause that was not offered', first({ causes: ['c1', 'c2', 'c3', 'c4'] }), 'declined'],
    ['the same cause twice', first({ causes: ['c1', 'c1', 'c2', 'c3'] }), 'declined'],
    ['no cause', first({ causes: [] }), 'declined'],
    ['the boundary left out', first({ causes: ['c1', 'c2'], release: 'r2' }), 'declined'],
    ['the late fact left out', first({ causes: ['c3'] }), 'declined'],
    ['a release that was not offered', first({ release: 'r9' }), 'declined'],
    ['a release in words', first({ release: 'when the lead says go' }), 'declined'],
    ['a class that nobody knows', first({ holdClass: 'cleared' }), 'malformed'],
    ['a reason in words', first({ reason: 'safe to proceed' }), 'malformed'],
    ['a hold that is not there', all((right) => withOne(right, 'h4')), 'declined'],
    ['a hold twice', all((right) => withOne(right, 'h1')), 'declined'],
    ['a hold left out', all((right) => without(right, 'h3')), 'declined'],
    ['no hold at all', all((right) => ({ ...right, holds: [] })), 'declined'],
    ['a rationale in words', all((right) => ({ ...right, rationale: ['go'] })), 'malformed'],
  ])('costs one call and changes nothing: %s', async (_, policy, outcome) => {
    const { packet, events } = await nightWith(policy);
    expect(packet?.holds).toEqual(firstHolds);
    expect(refusalsOf(events, 'holds')).toEqual([]);
    expect(askedFor(endpoint, 'holds')).toHaveLength(1);
    const asks = new Map(bodiesOf(events, 'ModelAsked').map((ask) => [ask.askId, ask.agent]));
    const answers = bodiesOf(events, 'ModelAnswered').filter(
      ({ askId }) => asks.get(askId) === 'holds',
    );
    expect(answers.map((answer) => answer.outcome)).toEqual([outcome]);
    expect(packet?.minds).toContainEqual({
      agent: 'holds',
      mind: { kind: 'deterministic', reason: 'model_failed' },
    });
  });
});

const entriesOf = (right: Json): Json[] => right['holds'] as Json[];
const withOne = (right: Json, hold: string): Json => ({
  ...right,
  holds: [...entriesOf(right), { ...entriesOf(right)[0], hold }],
});
const without = (right: Json, hold: string): Json => ({
  ...right,
  holds: entriesOf(right).filter((entry) => entry['hold'] !== hold),
});
