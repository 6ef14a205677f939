/**
 * C22 and C24 as callers meet them: two servers of the real program on PostgreSQL, asked at the same moment to adopt and
 * to take a report, or to adopt and to decline. The ledger is right whatever the order, and each caller is told the truth.
 * The same races on the ledger itself, in greater numbers, are in claims.races.test.ts.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { judge } from '../constraints/judge.ts';
import { run } from '../graph/run.ts';
import { handle } from '../ledger/handle.ts';
import { load } from '../ledger/load.ts';
import { type Interlock, openInterlock } from '../service/interlock.ts';
import { decisionFaults } from './support/audit.ts';
import { declareTonight, eventsOf, fleetPlan, lateBy, typesOf } from './support/fleet.ts';
import { type Answer, type Caller, codeOf, post, type Call } from './support/httpCallers.ts';
import { type KillFleet, killFleet } from './support/killFleet.ts';
import { decisionOn, lateReport, waitsForDecision, type Walker } from './support/killNight.ts';
import { scaled, takeYourTime } from './support/scale.ts';
import { kinds } from './support/stores.ts';
import { builtFolder } from './support/supplied.ts';

takeYourTime();

describe('two servers on PostgreSQL, asked at once', () => {
  let fleet: KillFleet;
  let interlock: Interlock;
  let servers: readonly string[];
  let walker: Walker;
  beforeAll(async () => {
    const [, postgres] = kinds;
    if (postgres === undefined) throw new Error('no PostgreSQL among the stores');
    fleet = await killFleet(postgres, await builtFolder());
    interlock = await openInterlock({ ledger: fleet.address, checkpoints: ':memory:' });
    servers = await Promise.all([fleet.start('serve').url, fleet.start('serve').url]);
  });
  afterAll(async () => {
    await interlock?.close();
    await fleet?.close();
  });

  /** Packet 1 stands and packet 2 waits, prepared by the agents; nobody else works here. */
  async function waiting(cutoverId: string) {
    const { ledger, graph } = interlock;
    await declareTonight(ledger, fleetPlan(cutoverId));
    await run(graph, cutoverId);
    await handle(ledger, cutoverId, { type: 'ReceiveReport', body: lateBy('known', 20) });
    await run(graph, cutoverId);
    const state = await load(fleet.store, cutoverId);
    const record = waitsForDecision(state);
    if (state === null || record === null) throw new Error('no packet waits');
    return { record, version: state.version };
  }

  type Side = readonly [Caller, Call];

  /** Asks both servers at the same moment, each for one thing. */
  async function race(index: number, sides: readonly [Side, Side]): Promise<readonly Answer[]> {
    const order = index % 2 === 0 ? servers : servers.toReversed();
    return Promise.all(
      sides.map(async ([caller, call], side) => {
        const key = `race-${call.path}-${side}`;
        const answer = await post(order[side] ?? '', caller, { ...call, key });
        if (answer === null) throw new Error(`no answer to ${call.path}`);
        return answer;
      }),
    );
  }

  const storyOf = async (cutoverId: string, after: number): Promise<string> =>
    typesOf(await fleet.store.read(cutoverId, { after }))
      .filter((type) => !type.startsWith('Notice'))
      .join(' ');

  it(`C22: ${scaled(20)} approvals against a report that moves their basis`, async () => {
    for (let index = 0; index < scaled(20); index += 1) {
      if (index % 20 === 0) walker = await fleet.walker(() => servers);
      const cutoverId = `http-c22-${index}`;
      const { record, version } = await waiting(cutoverId);
      const [adopted, reported] = await race(index, [
        [walker.lead, decisionOn(cutoverId, record, 'adopt')],
        [walker.board, lateReport(cutoverId, { id: 'news', minutes: 40 })],
      ]);
      expect(reported?.status).toBe(202);
      const story = await storyOf(cutoverId, version);
      expect(story).toBe(
        adopted?.status === 200
          ? 'PacketAdopted PacketSuperseded RunEnded ReportReceived'
          : 'ReportReceived DecisionRefused',
      );
      expect(decisionFaults(await eventsOf(fleet.store, cutoverId), judge)).toEqual([]);
    }
  });

  it(`C24: ${scaled(20)} times adopt against decline: one decision, both callers told the truth`, async () => {
    for (let index = 0; index < scaled(20); index += 1) {
      if (index % 20 === 0) walker = await fleet.walker(() => servers);
      const cutoverId = `http-c24-${index}`;
      const { record, version } = await waiting(cutoverId);
      const answers = await race(index, [
        [walker.lead, decisionOn(cutoverId, record, 'adopt')],
        [walker.lead, decisionOn(cutoverId, record, 'decline')],
      ]);
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 409]));
      const isAdopted = answers[0]?.status === 200;
      const refused = answers.find(({ status }) => status === 409);
      expect(refused === undefined ? null : codeOf(refused)).toBe('packet_already_decided');
      expect(JSON.stringify(refused?.body)).toContain(
        isAdopted ? 'v2 was adopted by lead' : 'v2 was declined by lead',
      );
      expect(await storyOf(cutoverId, version)).toBe(
        isAdopted
          ? 'PacketAdopted PacketSuperseded RunEnded DecisionRefused'
          : 'PacketDeclined RunEnded DecisionRefused',
      );
      expect(decisionFaults(await eventsOf(fleet.store, cutoverId), judge)).toEqual([]);
    }
  });
});
