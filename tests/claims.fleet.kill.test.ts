/**
 * C13, the kill matrix: two servers and two workers of the real program on PostgreSQL and Redis, and one of them kills
 * itself at each registered point; in half of the cases one of those that take over dies as well. Reports and decisions
 * come over HTTP, notices go to a real receiver. Nothing acknowledged may be lost, nothing told twice, nothing stuck.
 * `npm run deep:fleet` walks each point 20 times, on SQLite too.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { verify } from '../ledger/verify.ts';
import { openingCrashPoints, serveCrashPoints, workCrashPoints } from '../service/crashPoint.ts';
import { declareTonight, type Half, ledgerOn, startHalf } from './support/fleet.ts';
import { type KillFleet, killFleet } from './support/killFleet.ts';
import { killPlan, nightFaults, type Promised, walkNight } from './support/killNight.ts';
import { scaled, takeYourTime } from './support/scale.ts';
import { kinds } from './support/stores.ts';
import { builtFolder, freshDatabase } from './support/supplied.ts';

takeYourTime();

const isDeep = scaled(1) > 1;
/** Work is taken up and brought to an end within so long after the dead were replaced. */
const stuckLimitMs = 30_000;
const seeds = isDeep ? 20 : 1;
const stores = kinds.filter(({ name }) => isDeep || name === 'PostgreSQL');

type Case = { readonly point: string; readonly nth: number; readonly second: string | null };

/** One case for each point and seed: which pass of the point, and where one of the successors dies. */
const casesOf = (points: readonly string[], passes: number): Case[] =>
  Array.from({ length: seeds }, (_, seed) =>
    points.map((point, index) => ({
      point,
      nth: 1 + ((seed + index) % passes),
      second:
        (seed + index) % 2 === 0 ? null : `${points[(index + 3 + 5 * seed) % points.length]}:1`,
    })),
  ).flat();

describe.each(stores)('C13 on $name and Redis', (kind) => {
  let built: string;
  let fleet: KillFleet;
  let nights = 0;
  let secondKills = 0;
  let longestMs = 0;
  beforeAll(async () => {
    built = await builtFolder();
    fleet = await killFleet(kind, built);
  });
  afterAll(async () => {
    // What no run can promise is told: how many successors came to their point, and how long the longest took.
    process.stdout.write(
      `C13 ${kind.name}: ${nights} nights, ${secondKills} second kills, at rest within ${longestMs} ms\n`,
    );
    await fleet?.close();
  });

  const urlsOf = async (halves: readonly Half[]): Promise<readonly string[]> =>
    Promise.all(halves.map((half) => half.url));

  /** Walks a night while `victim` lives until its point; `replace` starts those that come after it. */
  async function walkWhileDying(
    victim: Half,
    { servers, replace }: { servers: () => readonly string[]; replace: () => readonly Half[] },
  ): Promise<void> {
    const cutoverId = `night-${(nights += 1)}`;
    await declareTonight(ledgerOn(fleet.store), killPlan(cutoverId, fleet.receiver));
    const walker = await fleet.walker(servers);
    let replacedAt = Infinity;
    const replaced = victim.ended.then(async () => {
      const successors = replace();
      for (const half of successors) {
        void half.ended.then((how) => {
          if (how === 'SIGKILL' && half.child.signalCode === 'SIGKILL') onSecondDeath(half);
        });
      }
      await urlsOf(successors);
      replacedAt = Date.now();
    });
    const promised: Promised = await walkNight(walker, cutoverId);
    expect(victim.child.signalCode, victim.said()).toBe('SIGKILL');
    await replaced;
    const tookMs = Date.now() - replacedAt;
    longestMs = Math.max(longestMs, tookMs);
    expect(tookMs).toBeLessThan(stuckLimitMs);
    const { receiver } = fleet;
    expect(await nightFaults(walker, cutoverId, { promised, receiver })).toEqual([]);
  }
  let onSecondDeath: (half: Half) => void = () => undefined;

  describe('a worker', () => {
    let servers: readonly string[] = [];
    beforeAll(async () => {
      servers = await urlsOf([fleet.start('serve'), fleet.start('serve')]);
    });
    afterEach(async () => {
      onSecondDeath = () => undefined;
      await fleet.killAll('work');
    });
    afterAll(() => fleet.killAll('serve'));

    it.each(casesOf(workCrashPoints, 2))(
      'killed at $point, pass $nth, and then $second',
      async ({ point, nth, second }) => {
        onSecondDeath = () => {
          secondKills += 1;
          fleet.start('work');
        };
        await walkWhileDying(fleet.start('work', `${point}:${nth}`), {
          servers: () => servers,
          replace: () => [fleet.start('work', second), fleet.start('work')],
        });
      },
    );
  });

  describe('a server', () => {
    let survivor = '';
    beforeAll(async () => {
      await urlsOf([fleet.start('work'), fleet.start('work')]);
    });
    afterEach(async () => {
      onSecondDeath = () => undefined;
      await fleet.killAll('serve');
    });
    afterAll(() => fleet.killAll('work'));

    it.each(casesOf(serveCrashPoints, 1))(
      'killed at $point, pass $nth, and then $second',
      async ({ point, nth, second }) => {
        const [victim, other] = [fleet.start('serve', `${point}:${nth}`), fleet.start('serve')];
        const [first = '', spare = ''] = await urlsOf([victim, other]);
        survivor = spare;
        let successor = '';
        onSecondDeath = () => {
          secondKills += 1;
          successor = '';
        };
        await walkWhileDying(victim, {
          servers: () =>
            victim.child.signalCode === null
              ? [first, survivor]
              : [successor, survivor].filter((url) => url !== ''),
          replace: () => {
            const half = fleet.start('serve', second);
            void half.url.then((url) => (successor = url));
            return [half];
          },
        });
      },
    );
  });

  it('and the chain of every night still verifies', async () => {
    expect(await verify(fleet.store)).toMatchObject({ ok: true });
  });
});

/** Migrations are killed at points of their own where they are tested. */
describe('C13: opening the ledger', () => {
  it.each(openingCrashPoints)('killed at %s, the next one serves', async (point) => {
    const environment = { INTERLOCK_LEDGER: await freshDatabase() };
    const built = await builtFolder();
    const crash = { ...environment, INTERLOCK_CRASH: `${point}:1` };
    const victim = startHalf(built, 'serve', crash);
    expect(await victim.ended).toBe('SIGKILL');
    const next = startHalf(built, 'serve', environment);
    try {
      expect((await fetch(`${await next.url}/readyz`)).status).toBe(200);
      expect(await next.stop()).toBe(0);
    } finally {
      next.signal('SIGKILL');
    }
  });
});
