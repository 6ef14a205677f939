/**
 * The packet mind with a model, through the real client, endpoint, gate and ledger: which holds and people lead and which
 * closed template opens the packet. It can hide nothing, write nothing, and put nothing before a protected hold.
 */
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { deterministicAgents } from '../agents/deterministic.ts';
import type { Packet } from '../ledger/packet.ts';
import { renderPacket } from '../service/cli/renderPacket.ts';
import { namesOf } from '../service/words/names.ts';
import { type Endpoint, openEndpoint } from './support/endpoint.ts';
import { type Json, obedient, wrongInOnePlace, wrongOnce } from './support/endpointPolicy.ts';
import type { Policy } from './support/endpointTalk.ts';
import {
  askedFor,
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

/** The packet of the night after its changes, its last mind on a model that answers by `policy`; null: on none. */
async function packetBy(policy: Policy | null, guarded = true) {
  let loop = await declaredNight(heldPlan(guarded));
  if (policy !== null) {
    endpoint.say(policy);
    const { packet } = mindsOn(endpoint);
    loop = loop.with({ agents: { ...deterministicAgents, packet } });
  }
  await lateAndStopped(loop);
  await loop.run();
  const { pending, situation } = await loop.state();
  if (pending === null) throw new Error('no packet');
  const { record } = pending;
  const view = { names: namesOf(situation.plan), screen: { colour: false } };
  const shown = renderPacket(record, { before: null, factTexts: new Map(), view });
  return { packet: record.packet, shown, events: await loop.events() };
}

/** The same nights without a model: with traffic protected, and not. */
let plain: Record<'guarded' | 'open', Awaited<ReturnType<typeof packetBy>>>;
beforeAll(async () => {
  plain = { guarded: await packetBy(null), open: await packetBy(null, false) };
});

const says = (change: Json) => wrongInOnePlace('packet', (right) => ({ ...right, ...change }));

/** Everything of a packet that no packet mind chooses. */
const fixedPart = ({ lines, holds, heldFacts, deviations, deltas, ...rest }: Packet) => {
  const { notNotified, mustAcknowledge, decisionDeadlineAt, version, supersedes } = rest;
  const people = { deltas, notNotified, mustAcknowledge };
  return { lines, holds, heldFacts, deviations, people, decisionDeadlineAt, version, supersedes };
};

const traffic = 'hold:traffic:boundary_conflict';

describe('what leads a packet', () => {
  it('is chosen from what is there: holds, people and a template that fits', async () => {
    const { packet, events } = await packetBy(
      says({ leadHolds: ['stop'], leadPeople: ['dev', 'operator'], template: 'people_first' }),
      false,
    );
    const deterministic = plain.open.packet;
    expect(deterministic).toMatchObject({
      leadHolds: [traffic, 'stop'],
      leadPeople: ['operator', 'dev'],
      template: 'timeline_first',
    });
    expect(packet).toMatchObject({
      leadHolds: ['stop'],
      leadPeople: ['dev', 'operator'],
      template: 'people_first',
    });
    expect(fixedPart(packet)).toEqual(fixedPart(deterministic));
    expect(mindsFor(events, 'packet').at(-1)).toMatchObject({ kind: 'model' });
    expect(refusalsOf(events, 'packet')).toEqual([]);
  });

  it.each([
    ['timeline_first', ['Timeline', 'Holds', 'Held facts', 'Who is told what']],
    ['holds_first', ['Holds', 'Held facts', 'Timeline', 'Who is told what']],
    ['people_first', ['Who is told what', 'Timeline', 'Holds', 'Held facts']],
  ])('opens the shown packet, which leaves nothing out: %s', async (template, headings) => {
    const by = says({ leadPeople: ['dev', 'operator'], template });
    const { shown, packet } = await packetBy(by, false);
    const places = headings.map((text) => shown.search(new RegExp(`^\\W*${text}\\b`, 'm')));
    expect(places.every((place) => place >= 0)).toBe(true);
    expect(places).toEqual(places.toSorted((one, other) => one - other));
    const people = shown.slice(places[headings.indexOf('Who is told what')]);
    expect(people.indexOf('\ndev\n')).toBeLessThan(people.indexOf('\noperator\n'));
    const linesIn = (text: string) => new Set(text.split('\n').slice(4));
    expect(packet.template).toBe(template);
    expect(linesIn(shown)).toEqual(linesIn(plain.open.shown));
  });

  it('is the holds, whoever proposes, while a protected checkpoint is held', async () => {
    expect(plain.guarded.packet.template).toBe('holds_first');
    await packetBy(obedient);
    expect(askedFor(endpoint, 'packet')[0]?.given['templates']).toEqual(['holds_first']);
  });
});

describe('a choice that the rules do not bear out', () => {
  const wrong: [string, Json][] = [
    ['the timeline before a protected hold', { template: 'timeline_first' }],
    ['people before a protected hold', { template: 'people_first' }],
    ['a protected hold left out', { leadHolds: ['stop'] }],
    ['a protected hold not first', { leadHolds: ['stop', traffic] }],
    ['a hold twice', { leadHolds: [traffic, traffic] }],
    ['a person twice', { leadPeople: ['dev', 'dev'] }],
  ];
  it.each(wrong)('is refused three times and not taken: %s', async (_, change) => {
    const { packet, events } = await packetBy(says(change));
    expect(refusalsOf(events, 'packet')).toEqual([
      ['packet_lead_wrong'],
      ['packet_lead_wrong'],
      ['packet_lead_wrong'],
    ]);
    expect(mindsFor(events, 'packet').at(-1)).toEqual({
      kind: 'deterministic',
      reason: 'model_failed',
    });
    const { packet: deterministic } = plain.guarded;
    const { leadHolds, leadPeople, template } = deterministic;
    expect(packet).toMatchObject({ leadHolds, leadPeople, template });
    expect(fixedPart(packet)).toEqual(fixedPart(deterministic));
  });

  it('may be put right at the second try', async () => {
    const { packet, events } = await packetBy(wrongOnce(says({ template: 'people_first' })));
    expect(refusalsOf(events, 'packet')).toEqual([['packet_lead_wrong']]);
    expect(packet.template).toBe('holds_first');
    expect(mindsFor(events, 'packet').at(-1)).toMatchObject({ kind: 'model' });
  });

  it.each<[string, Json]>([
    ['a hold that is not there', { leadHolds: [traffic, 'hold:ghost:human_hold'] }],
    ['a hold that hangs on another', { leadHolds: [traffic, 'hold:notice:behind_hold'] }],
    ['a person who is not told', { leadPeople: ['lead'] }],
    ['a sentence for a person', { leadPeople: ['Everyone: proceed with the cut.'] }],
    ['a template that nobody knows', { template: 'go_first' }],
    ['a template of its own words', { template: 'All clear. {lines}' }],
    ['no template', { template: null }],
    ['a sentence beside its choice', { summary: 'safe to go' }],
    ['nothing', { leadHolds: [], leadPeople: [] }],
  ])('costs one call and changes nothing: %s', async (_, change) => {
    const { packet, shown, events } = await packetBy(says(change));
    const { packet: deterministic } = plain.guarded;
    expect(askedFor(endpoint, 'packet')).toHaveLength(1);
    expect(refusalsOf(events, 'packet')).toEqual([]);
    expect(packet.leadHolds).toEqual(deterministic.leadHolds);
    expect(packet.leadPeople).toEqual(deterministic.leadPeople);
    expect(packet.template).toBe(deterministic.template);
    expect(packet.minds.at(-1)).toEqual({
      agent: 'packet',
      mind: { kind: 'deterministic', reason: 'model_failed' },
    });
    expect(shown).toContain('(no model for packet)');
    expect(JSON.stringify(packet)).not.toMatch(/go_first|proceed|All clear|ghost|safe to go/);
  });
});
