/**
 * C38: what asking a model costs. A storm of a thousand reports stays within the caps of each change, each cutover and the
 * day, across cutovers and restarts, then goes on by hand-made rules alone and says so; an ordinary change takes at most
 * four calls, and nothing takes none. The figures are printed.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LedgerEvent } from '../ledger/events.ts';
import type { Assertion } from '../ledger/facts.ts';
import { lineage } from '../ledger/lineage.ts';
import { noUse, type Use } from '../ledger/modelCost.ts';
import { plus } from '../ledger/modelUse.ts';
import { openSqliteStore } from '../ledger/stores/sqlite.ts';
import { minute, reading } from './support/build.ts';
import { type Endpoint, openEndpoint } from './support/endpoint.ts';
import { obedient } from './support/endpointPolicy.ts';
import { type Loop, loopOn } from './support/loop.ts';
import { bodiesOf, declaredNight, heldPlan, mindsOn } from './support/modelNight.ts';
import { scaled, takeYourTime } from './support/scale.ts';

takeYourTime();
let endpoint: Endpoint;
beforeEach(async () => {
  endpoint = await openEndpoint(obedient);
});
afterEach(() => endpoint.close());

const started = (): Assertion => ({
  kind: 'actual_start',
  checkpoint: 'replication',
  owner: null,
  at: reading(minute(5)),
});
const late = (at: number): Assertion => ({
  kind: 'forecast_finish',
  checkpoint: 'replication',
  at: reading(minute(at)),
});
const words = (text: string): Assertion => ({ kind: 'statement', text });

/** What every run of these events cost, with the number of its proposals. */
function usedByRun(events: readonly LedgerEvent[]): Map<string, Use> {
  const answers = new Map(bodiesOf(events, 'ModelAnswered').map((body) => [body.askId, body.used]));
  const runs = new Map<string, Use>();
  for (const { runId, askId } of bodiesOf(events, 'ModelAsked')) {
    runs.set(runId, plus(runs.get(runId) ?? noUse, answers.get(askId) ?? noUse));
  }
  return runs;
}
const total = (events: readonly LedgerEvent[]): Use =>
  [...usedByRun(events).values()].reduce(plus, noUse);

const within = (used: Use, cap: { calls: number; tokens: number; milliseconds: number }): void => {
  expect(used.calls).toBeLessThanOrEqual(cap.calls);
  expect(used.tokens).toBeLessThanOrEqual(cap.tokens);
  expect(used.milliseconds).toBeLessThanOrEqual(cap.milliseconds);
};

const cap = (calls: number, tokens: number) => ({
  calls,
  tokens,
  milliseconds: 600_000,
  microCost: null,
});
const caps = {
  change: cap(3, 90_000),
  cutover: cap(14, 400_000),
  day: cap(20, 600_000),
};

/** `reports` reports in bursts of `burst`: the work of each burst is one run, as a worker that is behind would do it. */
async function storm(loop: Loop, { reports, burst }: { reports: number; burst: number }) {
  for (let index = 0; index < reports; index += 1) {
    loop.clock.at += 1_000;
    const told = [
      late(100 + (index % 200)),
      words(`ETA for database replication 23:${10 + (index % 50)}.`),
    ];
    const { rejection } = await loop.report(told, { sourceEventId: `storm-${index}` });
    expect(rejection).toBeNull();
    if (index % burst === burst - 1) await loop.run();
  }
}

async function stormyNight(store: Loop['deps']['ledger']['store'], cutoverId: string) {
  const declared = await loopOn(heldPlan(false, { cutoverId, boundaries: [] }), { store });
  await declared.run();
  declared.clock.at = minute(30);
  await declared.report([started()]);
  return declared;
}

describe('C38: a storm of changes', () => {
  it('C38: stays within the caps of each change, each cutover and the day, then goes on by rules alone', async () => {
    const store = await openSqliteStore(':memory:');
    const each = { reports: scaled(500), burst: 25 };
    const loops: Loop[] = [];
    for (const cutoverId of ['payments', 'ledgers']) {
      // New minds, as after a restart: what was spent is in the ledger.
      const declared = await stormyNight(store, cutoverId);
      const loop = declared.with({ agents: mindsOn(endpoint), caps });
      loops.push(loop);
      await storm(loop, each);
    }
    const all = await Promise.all(loops.map((loop) => loop.events()));
    const spent = all.map(total).reduce(plus, noUse);
    expect(endpoint.asked.length).toBe(caps.day.calls);
    expect(spent.calls).toBe(caps.day.calls);
    within(spent, caps.day);
    for (const events of all) {
      within(total(events), caps.cutover);
      for (const used of usedByRun(events).values()) within(used, caps.change);
    }
    process.stdout.write(
      `C38: ${2 * each.reports} reports, ${all.flat().filter(({ body }) => body.type === 'RunStarted').length} runs: ` +
        `${spent.calls} calls, ${spent.tokens} tokens, ${(spent.milliseconds / 1_000).toFixed(1)} s of a model ` +
        `(caps of the day ${caps.day.calls}, ${caps.day.tokens}, ${caps.day.milliseconds / 1_000} s)\n`,
    );
  });

  it('C38: says in the packet and in the lineage who proposed, and proposes what no model would change', async () => {
    const night = async (agents: 'with a model' | 'without') => {
      const store = await openSqliteStore(':memory:');
      const declared = await stormyNight(store, 'payments');
      const parts = agents === 'without' ? {} : { agents: mindsOn(endpoint), caps };
      const loop = declared.with(parts);
      await storm(loop, { reports: 48, burst: 4 });
      const { pending } = await loop.state();
      return { packet: pending?.record.packet, events: await loop.events(), loop };
    };
    const modelled = await night('with a model');
    const plain = await night('without');
    expect(modelled.packet?.minds).toContainEqual({
      agent: 'resequencing',
      mind: { kind: 'deterministic', reason: 'model_failed' },
    });
    const minds = bodiesOf(modelled.events, 'ProposalMade').map(({ proposal }) => proposal.mind);
    const kinds = minds.map((mind) => (mind.kind === 'model' ? 'model' : mind.reason));
    // First a model, and from the cap on never again.
    expect(kinds).toContain('model');
    const lastModel = kinds.lastIndexOf('model');
    expect(kinds.slice(lastModel + 1)).toContain('model_failed');
    expect(kinds.length - lastModel).toBeGreaterThan(10);
    const said = lineage(modelled.events, null).known.flatMap(({ item }) =>
      item.kind === 'proposal' ? [item.mind] : [],
    );
    expect(said).toEqual(kinds.map((kind) => (kind === 'default' ? 'deterministic' : kind)));
    expect(modelled.packet?.lines).toEqual(plain.packet?.lines);
    expect(modelled.packet?.holds).toEqual(plain.packet?.holds);
  });
});

/** Ordinary changes, one after another on one night. */
const changes: readonly (readonly [string, readonly Assertion[]])[] = [
  ['a start', [started()]],
  ['a late finish', [late(70)]],
  ['a late finish in words', [words('ETA for database replication 23:20.')]],
  ['a hold', [{ kind: 'hold_placed', hold: 'stop', checkpoint: 'audit', reason: 'wait' }]],
  ['a cluster', [late(95), words('ETA for database replication 23:35.')]],
  ['a held boundary', [late(100)]],
  ['a hold lifted', [{ kind: 'hold_lifted', hold: 'stop' }]],
  ['small talk', [words('The bridge is calm.')]],
];

const isHold = ({ kind }: Assertion): boolean => kind === 'hold_placed' || kind === 'hold_lifted';

describe('C38: an ordinary change', () => {
  it('C38: takes at most four calls, one of each agent, and nothing new takes none', async () => {
    const loop = (await declaredNight(heldPlan(true))).with({ agents: mindsOn(endpoint) });
    const table: string[] = [];
    const counts: number[] = [];
    for (const [name, assertions] of changes) {
      loop.clock.at += 60_000;
      await loop.report(assertions, { reporter: assertions.some(isHold) ? 'lead' : 'operator' });
      const before = endpoint.asked.length;
      const spentBefore = total(await loop.events());
      await loop.run();
      const calls = endpoint.asked.length - before;
      const tokens = total(await loop.events()).tokens - spentBefore.tokens;
      counts.push(calls);
      table.push(`${name} ${calls} (${tokens})`);
      expect(calls).toBeLessThanOrEqual(4);
      // Nobody said anything since: nobody is asked anything.
      await loop.run();
      await loop.run();
      expect(endpoint.asked.length).toBe(before + calls);
      if ((await loop.state()).pending !== null) await loop.resume(await loop.adopt());
    }
    expect(Math.max(...counts)).toBeGreaterThan(1);
    // A start in time leaves the order in force as it is: there is nothing to choose.
    expect(counts[0]).toBe(0);
    process.stdout.write(`C38: calls (tokens) of a change: ${table.join('; ')}\n`);
  });
});
