/**
 * C22: an approval binds facts, with no gap between check and use. C24: of two decisions one takes effect, and both
 * callers are told the truth. In one process in every order of every port call, on a store without a lock; and in
 * two processes, on a real SQLite file and a real PostgreSQL.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { judge as realJudge } from '../constraints/judge.ts';
import type { LedgerCommand } from '../ledger/commands.ts';
import type { LedgerEvent } from '../ledger/events.ts';
import { handle, type Outcome } from '../ledger/handle.ts';
import type { Store } from '../ledger/store.ts';
import { decisionFaults, refusalsOnRecord } from './support/audit.ts';
import { actor, checkpoint, minute, plan, reading } from './support/build.ts';
import { compileHouse } from './support/compiled.ts';
import { everyInterleaving, type Turn } from './support/interleavings.ts';
import { testJudge } from './support/judge.ts';
import { loopOn } from './support/loop.ts';
import { optimisticStore } from './support/optimistic.ts';
import { bench, type Bench, reportBody } from './support/packets.ts';
import { twoRacers, type Racers } from './support/racers.ts';
import { scaled, takeYourTime } from './support/scale.ts';
import { kinds, type Place } from './support/stores.ts';

const judge = testJudge();

takeYourTime();

let house: ReturnType<typeof compileHouse>;
beforeAll(() => {
  house = compileHouse();
});
afterAll(() => house?.remove());

/** Packet 1 stands and packet 2 waits, in a cutover of this name. */
function waiting(cutoverId: string): Bench {
  const night = plan([checkpoint('cut', { approvedStartAt: minute(120) })], { cutoverId });
  const ledger = bench(night, judge);
  ledger.prepare();
  ledger.report([{ kind: 'revised_start', checkpoint: 'cut', at: reading(minute(150)) }]);
  ledger.prepare();
  return ledger;
}

const adopt = (ledger: Bench): LedgerCommand => ({
  type: 'AdoptPacket',
  binding: ledger.binding(),
  actor: actor(),
});
const decline = (ledger: Bench): LedgerCommand => ({
  type: 'DeclinePacket',
  binding: ledger.binding(),
  actor: actor(),
  reason: 'wait',
});
const news: LedgerCommand = {
  type: 'ReceiveReport',
  body: reportBody([{ kind: 'revised_start', checkpoint: 'cut', at: reading(minute(170)) }], {
    sourceEventId: 'news',
  }),
};
const talk: LedgerCommand = {
  type: 'ReceiveReport',
  body: reportBody([{ kind: 'statement', text: 'all quiet' }], { sourceEventId: 'talk' }),
};

const typesAfter = (events: readonly LedgerEvent[], version: number): string[] =>
  events.slice(version).map((event) => event.body.type);

describe('in one process, in every order of every port call, without a lock', () => {
  type Seen = { history: LedgerEvent[]; outcomes: Outcome[]; from: number };

  async function inEveryOrder(commands: (ledger: Bench) => readonly LedgerCommand[]) {
    const ledger = waiting('payments');
    const given = commands(ledger);
    const orders = new Map<string, number>();
    const count = await everyInterleaving<Seen>(
      given.length,
      (turns: readonly Turn[]) => {
        const history = [...ledger.events()];
        const seen: Seen = { history, outcomes: [], from: history.length };
        const over = given.map(async (command, index) => {
          const turn = turns[index];
          if (turn === undefined) throw new Error('a task without turns');
          let ids = 0;
          const deps = {
            store: optimisticStore(history, turn),
            judge,
            now: () => ledger.now(),
            newId: (kind: string) => `${kind}-${index}-${(ids += 1)}`,
          };
          seen.outcomes[index] = await handle(deps, 'payments', command);
        });
        return { over, seen };
      },
      ({ history, outcomes, from }) => {
        expect(decisionFaults(history, judge)).toEqual([]);
        const refused = outcomes.filter((outcome) => outcome.rejection !== null).length;
        expect(refusalsOnRecord(history.slice(from))).toBe(refused);
        const story = typesAfter(history, from).join(' ');
        orders.set(story, (orders.get(story) ?? 0) + 1);
      },
    );
    return { count, stories: [...orders.keys()].toSorted() };
  }

  it('C22: an approval and a fact that moves its basis: the approval is first, or refused', async () => {
    const { count, stories } = await inEveryOrder((ledger) => [adopt(ledger), news]);
    expect(count).toBeGreaterThanOrEqual(35);
    expect(stories).toEqual([
      'PacketAdopted PacketSuperseded RunEnded ReportReceived',
      'ReportReceived DecisionRefused',
    ]);
  });

  it('C23: an approval and a fact outside its basis: both, in either order', async () => {
    const { stories } = await inEveryOrder((ledger) => [adopt(ledger), talk]);
    expect(stories).toEqual([
      'PacketAdopted PacketSuperseded RunEnded ReportReceived',
      'ReportReceived PacketAdopted PacketSuperseded RunEnded',
    ]);
  });

  it('C24: adopting and declining: one takes effect, the other is told so', async () => {
    const { stories } = await inEveryOrder((ledger) => [adopt(ledger), decline(ledger)]);
    expect(stories).toEqual([
      'PacketAdopted PacketSuperseded RunEnded DecisionRefused',
      'PacketDeclined RunEnded DecisionRefused',
    ]);
  });

  it('C24: adopting twice takes effect once', async () => {
    const { stories } = await inEveryOrder((ledger) => [adopt(ledger), adopt(ledger)]);
    expect(stories).toEqual(['PacketAdopted PacketSuperseded RunEnded DecisionRefused']);
  });

  it('C5: the same report twice at once is received once', async () => {
    const { stories } = await inEveryOrder(() => [news, news]);
    expect(stories).toEqual(['ReportReceived']);
  });
});

describe.each(kinds)('in two processes on $name', (kind) => {
  let place: Place;
  let store: Store;
  let racers: Racers;
  beforeAll(async () => {
    place = await kind.fresh();
    store = await place.open();
    racers = await twoRacers(house.folder, place.address, 'test');
  });
  afterAll(async () => {
    await racers?.stop();
    await store?.close();
    await place?.remove();
  });

  async function races(
    name: string,
    size: number,
    commands: (ledger: Bench) => readonly [LedgerCommand, LedgerCommand],
  ) {
    const stories = new Map<string, number>();
    const told: (readonly [string | null, string | null])[] = [];
    // Who comes first is the machine's to say: it goes on until either did.
    const goesOn = (index: number): boolean =>
      index < size || (stories.size < 2 && index < 20 * size);
    for (let index = 0; goesOn(index); index += 1) {
      const cutoverId = `${name}-${index}`;
      const ledger = waiting(cutoverId);
      const from = ledger.events().length;
      await store.transact(cutoverId, (transaction) =>
        transaction.append(cutoverId, 0, ledger.events()),
      );
      // Odd races start together; in even ones a side has a head start, so that every order is met.
      const headStartMs = index % 2 === 1 ? 0 : index % 4 === 0 ? 4 : -4;
      const when = { now: ledger.now(), headStartMs };
      const [one, other] = await racers.race(cutoverId, commands(ledger), when);
      const events = await store.read(cutoverId, { after: 0 });
      expect(decisionFaults(events, judge)).toEqual([]);
      const refused = [one, other].filter((answer) => answer.code !== null).length;
      expect(refusalsOnRecord(events.slice(from))).toBe(refused);
      expect([...one.types, ...other.types].toSorted()).toEqual(
        typesAfter(events, from).toSorted(),
      );
      const story = typesAfter(events, from).join(' ');
      stories.set(story, (stories.get(story) ?? 0) + 1);
      told.push([one.detail, other.detail]);
    }
    return { stories: [...stories.keys()].toSorted(), told };
  }

  const c22 = scaled(kind.name === 'PostgreSQL' ? 200 : 100);
  it(`C22: ${c22} approvals against a fact that moves their basis: none is adopted on facts that moved`, async () => {
    const { stories } = await races('c22', c22, (ledger) => [adopt(ledger), news]);
    expect(stories).toEqual([
      'PacketAdopted PacketSuperseded RunEnded ReportReceived',
      'ReportReceived DecisionRefused',
    ]);
  });

  const c24 = scaled(20);
  it(`C24: ${c24} times adopt against decline: one decision, both callers told the truth`, async () => {
    const { stories, told } = await races('c24', c24, (ledger) => [adopt(ledger), decline(ledger)]);
    expect(stories).toEqual([
      'PacketAdopted PacketSuperseded RunEnded DecisionRefused',
      'PacketDeclined RunEnded DecisionRefused',
    ]);
    for (const pair of told) {
      expect([
        [null, 'v2 was adopted by lead'],
        ['v2 was declined by lead', null],
      ]).toContainEqual(pair);
    }
  });

  const c23 = scaled(20);
  it(`C23: ${c23} approvals against a fact outside their basis: every one succeeds`, async () => {
    const { told } = await races('c23', c23, (ledger) => [adopt(ledger), talk]);
    expect(told).toEqual(told.map(() => [null, null]));
  });
});

describe.each(kinds)(
  'in two processes on $name, with the real rule book and the real loop',
  (kind) => {
    it('C22 C24: approvals against news, and against declining, from packets that the agents made', async () => {
      const house = compileHouse();
      const place = await kind.fresh();
      const store = await place.open();
      const racers = await twoRacers(house.folder, place.address, 'real');
      try {
        const stories = new Set<string>();
        for (let index = 0; index < scaled(4); index += 1) {
          const cutoverId = `real-${index}`;
          const night = plan([checkpoint('cut', { approvedStartAt: minute(120) })], { cutoverId });
          const loop = await loopOn(night, { store });
          await loop.run();
          loop.clock.at = minute(5);
          await loop.report([
            { kind: 'revised_start', checkpoint: 'cut', at: reading(minute(150)) },
          ]);
          await loop.run();
          const from = (await loop.events()).length;
          const binding = await loop.binding();
          const by = actor();
          const approval = { type: 'AdoptPacket', binding, actor: by } as const;
          const against: LedgerCommand =
            index % 2 === 0
              ? {
                  type: 'ReceiveReport',
                  body: reportBody(
                    [{ kind: 'revised_start', checkpoint: 'cut', at: reading(minute(170)) }],
                    { sourceEventId: 'news', occurredAt: minute(6) },
                  ),
                }
              : { type: 'DeclinePacket', binding, actor: by, reason: 'wait' };
          const headStartMs = index % 4 < 2 ? 6 : -6;
          const when = { now: minute(6), headStartMs };
          const answers = await racers.race(cutoverId, [approval, against], when);
          const events = await loop.events();
          expect(decisionFaults(events, realJudge)).toEqual([]);
          expect(refusalsOnRecord(events.slice(from))).toBe(
            answers.filter((answer) => answer.code !== null).length,
          );
          stories.add(
            typesAfter(events, from)
              .filter((type) => type !== 'NoticeQueued')
              .join(' '),
          );
        }
        expect(stories.size).toBeGreaterThan(1);
      } finally {
        await racers.stop();
        await store.close();
        await place.remove();
        house.remove();
      }
    });
  },
);
