/**
 * The storm: reports about one cutover pour in over HTTP through two servers, and two workers on PostgreSQL and Redis make
 * at most three packets of them, the last one soon after the last report. An ordinary run sends 100 reports in 6 seconds, a
 * deep one 1,000 in a minute. The deep one has the standard pace and holds to the two seconds of the claim. On a machine
 * that is busy reports may come to a stop for longer than that pace waits: here they have paused after two seconds, and
 * "soon" is half a minute, which is less than the longest wait.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { judge } from '../constraints/judge.ts';
import { run } from '../graph/run.ts';
import type { EventType } from '../ledger/events.ts';
import { handle } from '../ledger/handle.ts';
import { load } from '../ledger/load.ts';
import { attend } from '../service/worker/attend.ts';
import { leaseTerms } from '../service/worker/leaseTerms.ts';
import { standardPace } from '../service/worker/pause.ts';
import { decisionFaults } from './support/audit.ts';
import {
  declareTonight,
  eventsOf,
  eventually,
  fleetPlan,
  lateBy,
  ledgerOn,
  typesOf,
} from './support/fleet.ts';
import { postUntilAnswered } from './support/httpCallers.ts';
import { type KillFleet, killFleet } from './support/killFleet.ts';
import { lateReport, waitsForDecision } from './support/killNight.ts';
import { loopOn } from './support/loop.ts';
import { isDeep, scaled, takeYourTime } from './support/scale.ts';
import { kinds } from './support/stores.ts';
import { builtFolder } from './support/supplied.ts';

takeYourTime();

const count = scaled(100);
const spanMs = scaled(6_000);
const { soonMs, quietMs } = isDeep()
  ? { soonMs: 2_000, quietMs: standardPace.quietMs }
  : { soonMs: 30_000, quietMs: 2_000 };
const settings = {
  INTERLOCK_SWEEP_MS: '2000',
  INTERLOCK_LEASE_MS: '15000',
  INTERLOCK_QUIET_MS: String(quietMs),
};
const cutoverId = 'storm';

describe('a storm of reports', () => {
  let fleet: KillFleet;
  beforeAll(async () => {
    const [, postgres] = kinds;
    if (postgres === undefined) throw new Error('no PostgreSQL among the stores');
    fleet = await killFleet(postgres, await builtFolder());
  });
  afterAll(() => fleet?.close());

  it(`${count} in ${spanMs / 1_000} s end in at most three packets and a last one soon after`, async () => {
    const { store } = fleet;
    const start = (verb: 'serve' | 'work') => fleet.start(verb, null, settings).url;
    const servers = await Promise.all([start('serve'), start('serve')]);
    await Promise.all([start('work'), start('work')]);
    await declareTonight(ledgerOn(store), fleetPlan(cutoverId));
    await eventually('packet 1', async () => (await load(store, cutoverId))?.current);
    const walker = await fleet.walker(() => servers);
    const startedAt = performance.now();
    let putOff = 0;
    await Promise.all(
      Array.from({ length: count }, async (_, index) => {
        await pause((index * spanMs) / count);
        const said = { id: `storm-${index}`, minutes: 10 + ((index * 7) % 45) };
        const order = () => (index % 2 === 0 ? servers : servers.toReversed());
        const call = lateReport(cutoverId, said);
        // A source whose report was not acknowledged tries again in a while.
        const acknowledged = await eventually(`report ${index}`, async () => {
          const { answer } = await postUntilAnswered(order, walker.board, call);
          if (answer.status !== 503 && answer.status !== 429) return answer;
          putOff += 1;
          await pause(1_000);
          return null;
        });
        expect(acknowledged.status).toBe(202);
      }),
    );
    const sentMs = performance.now() - startedAt;
    await eventually('the last packet', async () => waitsForDecision(await load(store, cutoverId)));
    const events = await eventsOf(store, cutoverId);
    const at = (type: 'ReportReceived' | 'ApprovalRequested') =>
      events.filter(({ body }) => body.type === type).map(({ recordedAt }) => recordedAt);
    const [reported, presented] = [at('ReportReceived'), at('ApprovalRequested')];
    const afterMs = (presented.at(-1) ?? 0) - (reported.at(-1) ?? Infinity);
    process.stdout.write(
      `storm: ${count} reports in ${Math.round(sentMs)} ms, ${presented.length} packets, the last ${afterMs} ms after the last report; ${putOff} put off (503, 429)\n`,
    );
    expect(reported).toHaveLength(count);
    expect(presented.length).toBeLessThanOrEqual(3);
    expect(presented.length).toBeGreaterThan(0);
    expect(afterMs).toBeLessThanOrEqual(soonMs);
    expect(decisionFaults(events, judge)).toEqual([]);
  });
});

describe.each(kinds)('a worker that waits for reports to pause, on $name', (kind) => {
  it('rules on what waits meanwhile, so that little is left to do when they do', async () => {
    const place = await kind.fresh();
    const store = await place.open();
    const { ledger, ...graph } = (await loopOn(fleetPlan('ahead'), { store, at: Date.now() })).deps;
    const now = () => Date.now();
    const deps = { ...graph, ledger: { ...ledger, now } };
    await run(deps, 'ahead');
    let reports = 0;
    let runs = 0;
    const report = (): Promise<unknown> =>
      handle(deps.ledger, 'ahead', {
        type: 'ReceiveReport',
        body: lateBy(`report-${(reports += 1)}`, 10 + (reports % 40)),
      });
    for (let waiting = 0; waiting < 200; waiting += 1) await report();
    const attendAtPace = (quietMs: number, signal: AbortSignal): Promise<void> =>
      attend(
        {
          graph: deps,
          holder: 'one',
          terms: leaseTerms(30_000),
          pace: { quietMs, calmMs: 600_000, longestWaitMs: 1_200_000 },
          onRun: () => (runs += 1),
          traced: (_run, work) => work(),
        },
        'ahead',
        signal,
      );
    const counts = (type: EventType): Promise<number> =>
      eventsOf(store, 'ahead').then((all) => typesOf(all).filter((one) => one === type).length);
    const stop = new AbortController();
    const waiting = attendAtPace(300_000, stop.signal).catch((error: unknown) => error);
    await eventually('rulings before they pause', async () => (await counts('FactsRuled')) > 0);
    await report();
    expect((await load(store, 'ahead'))?.unruled).toHaveLength(1);
    expect(await counts('PacketPrepared')).toBe(1);
    stop.abort();
    await waiting;
    await attendAtPace(1, new AbortController().signal);
    expect(await counts('PacketPrepared')).toBe(2);
    // The report that came after its run began is no reason to look again and again while the packet waits.
    expect(runs).toBe(1);
    expect(waitsForDecision(await load(store, 'ahead'))).not.toBeNull();
    expect(decisionFaults(await eventsOf(store, 'ahead'), judge)).toEqual([]);
    await store.close();
    await place.remove();
  });
});
