/**
 * C13, the kill matrix: servers and workers of the real program on PostgreSQL and Redis, and one of them kills itself at
 * each registered point; in half of the cases the one that takes over dies at another point as well, and only then the
 * others go on. Reports and decisions come over HTTP, notices go to a real receiver. Nothing acknowledged may be lost,
 * nothing told twice, nothing stuck. `npm run deep:fleet` walks each point 20 times on both databases; with
 * FLEET_SEEDS=4-7 it walks four of those twenty.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { load } from '../ledger/load.ts';
import { isWaiting } from '../ledger/outbox.ts';
import { verify } from '../ledger/verify.ts';
import { openingCrashPoints, serveCrashPoints, workCrashPoints } from '../service/crashPoint.ts';
import {
  beginEvening,
  declareTonight,
  eventually,
  type Half,
  ledgerOn,
  startHalf,
} from './support/fleet.ts';
import { type KillFleet, killFleet } from './support/killFleet.ts';
import { killPlan, nightFaults, type Promised, walkNight } from './support/killNight.ts';
import { isDeep, takeYourTime } from './support/scale.ts';
import { kinds } from './support/stores.ts';
import { builtFolder, freshDatabase } from './support/supplied.ts';

takeYourTime();

/** No work waits longer for somebody to take it up and bring it to an end; more on a machine that may be busy. */
const stuckLimitMs = isDeep() ? 30_000 : 110_000;
const [firstSeed = 0, lastSeed = isDeep() ? 19 : 0] = (process.env['FLEET_SEEDS'] ?? '')
  .split('-')
  .filter((text) => text !== '')
  .map(Number);
const seeds = Array.from({ length: lastSeed - firstSeed + 1 }, (_, index) => firstSeed + index);
const places = kinds
  .filter(({ name }) => isDeep() || name === 'PostgreSQL')
  .flatMap((kind) => seeds.map((seed) => ({ name: kind.name, kind, seed })));

type Case = { readonly point: string; readonly nth: number; readonly second: string | null };

/** One case for each point: which pass of the point, and where the one that takes over dies. */
const casesOf = (seed: number, points: readonly string[], passes: number): Case[] =>
  points.map((point, index) => ({
    point,
    nth: 1 + ((seed + index) % passes),
    second: (seed + index) % 2 === 0 ? null : `${points[(index + 3 + 5 * seed) % points.length]}:1`,
  }));

/** What a run of the matrix came to, told at its end. */
class Tally {
  readonly #nights = new Map<string, number>();
  secondKills = 0;
  #longest = { what: 'nothing', ms: 0 };

  add(point: string, second: boolean, longestWait: Promised['longestWait']): void {
    this.#nights.set(point, (this.#nights.get(point) ?? 0) + 1);
    this.secondKills += second ? 1 : 0;
    if (longestWait.ms > this.#longest.ms) this.#longest = longestWait;
  }
  toString(): string {
    const each = [...this.#nights.values()];
    const nights = each.reduce((sum, count) => sum + count, 0);
    if (nights === 0) return 'no night';
    return `${nights} nights, ${each.length} points each killed ${Math.min(...each)} to ${Math.max(...each)} times, ${this.secondKills} second kills, the longest wait ${this.#longest.ms} ms for ${this.#longest.what}`;
  }
}

const tallies = new Map(kinds.map(({ name }) => [name, new Tally()]));
afterAll(() => {
  for (const [name, tally] of tallies) process.stdout.write(`C13 ${name}: ${String(tally)}\n`);
});

/** Each seed has a ledger and processes of its own: nights of hours ago would want to be looked at again. */
describe.each(places)('C13 on $name and Redis, seed $seed', ({ name, kind, seed }) => {
  const tally = tallies.get(name) ?? new Tally();
  let built: string;
  let fleet: KillFleet;
  let nights = 0;
  beforeAll(async () => {
    built = await builtFolder();
    fleet = await killFleet(kind, built);
  });
  afterAll(() => fleet?.close());

  /** Those that stand by: stopped while a victim works, they wake when it is dead. */
  const stop = (halves: readonly Half[]): void => halves.forEach((half) => half.signal('SIGSTOP'));
  const wake = (halves: readonly Half[]): void => halves.forEach((half) => half.signal('SIGCONT'));
  const up = async (...halves: readonly Half[]): Promise<readonly Half[]> => {
    for (const half of halves) expect(await half.url, half.said()).not.toBe('');
    return halves;
  };
  /** How long in this night nobody was up to do the work: the one that takes over was still starting. */
  let downMs = 0;
  const isDead = (half: Half): boolean => half.child.signalCode === 'SIGKILL';

  /** Walks a night until everyone in `dying` has died at its point, and longer; what does not hold fails the test. */
  async function walkUntilDead(
    { point }: Case,
    dying: readonly (() => Half | null)[],
    servers: () => readonly string[],
  ): Promise<void> {
    const cutoverId = `night-${(nights += 1)}`;
    downMs = 0;
    beginEvening();
    await declareTonight(ledgerOn(fleet.store), killPlan(cutoverId, fleet.receiver));
    const walker = await fleet.walker(servers);
    const someLive = async (): Promise<boolean> => {
      const halves = dying.map((one) => one());
      // Whoever is still on its way up has nothing to die of yet.
      for (const half of halves) await half?.url;
      return halves.some((half) => half === null || !isDead(half));
    };
    const promised = await walkNight(walker, cutoverId, someLive);
    for (const one of dying) {
      const half = one();
      expect(half?.child.signalCode, half?.said() ?? 'it was never started').toBe('SIGKILL');
    }
    const { receiver } = fleet;
    expect(await nightFaults(walker, cutoverId, { promised, receiver })).toEqual([]);
    const { what, ms } = promised.longestWait;
    const longestWait = { what, ms: Math.max(0, ms - downMs) };
    expect(longestWait.ms, what).toBeLessThan(stuckLimitMs);
    tally.add(point, dying.length > 1, longestWait);
  }

  describe('a worker', () => {
    let servers: readonly string[] = [];
    let others: readonly Half[] = [];
    const mortal: Half[] = [];
    beforeAll(async () => {
      const both = await up(fleet.start('serve'), fleet.start('serve'));
      servers = await Promise.all(both.map(({ url }) => url));
      others = await up(fleet.start('work'), fleet.start('work'));
      stop(others);
    });
    afterEach(async ({ task }) => {
      await fleet.kill(mortal.splice(0));
      if (task.result?.state !== 'fail') return stop(others);
      await fleet.kill(others);
      others = await up(fleet.start('work'), fleet.start('work'));
      stop(others);
    });

    it.each(casesOf(seed, workCrashPoints, 2))(
      'killed at $point, pass $nth, and then $second',
      async (given) => {
        const { point, nth, second } = given;
        const victim = fleet.start('work', `${point}:${nth}`);
        let successor: Half | null = null;
        mortal.push(victim);
        await up(victim);
        void victim.ended.then(() => {
          if (second === null || !isDead(victim)) return wake(others);
          const diedAt = performance.now();
          successor = fleet.start('work', second);
          mortal.push(successor);
          void successor.url.then(() => (downMs = Math.round(performance.now() - diedAt)));
          void successor.ended.then(() => wake(others));
        });
        const dying = second === null ? [() => victim] : [() => victim, () => successor];
        await walkUntilDead(given, dying, () => servers);
      },
    );
  });

  describe('a server', () => {
    let survivor = '';
    const mortal: Half[] = [];
    beforeAll(async () => {
      await up(fleet.start('work'), fleet.start('work'));
      const [server] = await up(fleet.start('serve'));
      survivor = (await server?.url) ?? '';
    });
    afterEach(() => fleet.kill(mortal.splice(0)));

    it.each(casesOf(seed, serveCrashPoints, 1))(
      'killed at $point, pass $nth, and then $second',
      async (given) => {
        const { point, nth, second } = given;
        const victim = fleet.start('serve', `${point}:${nth}`);
        mortal.push(victim);
        await up(victim);
        let first = await victim.url;
        let successor: Half | null = null;
        void victim.ended.then(async () => {
          first = '';
          if (second === null || !isDead(victim)) return;
          successor = fleet.start('serve', second);
          mortal.push(successor);
          void successor.ended.then(() => (first = ''));
          first = await successor.url;
        });
        const dying = second === null ? [() => victim] : [() => victim, () => successor];
        const servers = (): string[] => [first, survivor].filter((url) => url !== '');
        await walkUntilDead(given, dying, servers);
      },
    );
  });

  it('and the chain of every night still verifies', async () => {
    expect(await verify(fleet.store)).toMatchObject({ ok: true });
  });
});

/** As they ship, and not as quick as the other nights have them. */
const shipped = {
  INTERLOCK_SWEEP_MS: '2000',
  INTERLOCK_LEASE_MS: '15000',
  INTERLOCK_QUIET_MS: '700',
  INTERLOCK_NOTICE_CLAIM_SECONDS: '24',
  INTERLOCK_NOTICE_WINDOW_SECONDS: '60',
};
const holdingPoints = ['lease.taken', 'node.gate', 'notice.claimed', 'committed.NoticeAttempted'];

/** A death that leaves a lease or a claim behind, which has to run out before another goes on. Slow: deep runs only. */
describe.each(isDeep() ? holdingPoints : [])('C13 with the settings as shipped', (point) => {
  it(`killed at ${point}, the other goes on within 30 s`, async () => {
    const [, postgres] = kinds;
    if (postgres === undefined) throw new Error('no PostgreSQL among the stores');
    const fleet = await killFleet(postgres, await builtFolder());
    try {
      const server = await fleet.start('serve', null, shipped).url;
      const other = fleet.start('work', null, shipped);
      await other.url;
      other.signal('SIGSTOP');
      const victim = fleet.start('work', `${point}:1`, shipped);
      let diedAt = 0;
      void victim.ended.then(() => {
        diedAt = performance.now();
        other.signal('SIGCONT');
      });
      const cutoverId = 'shipped';
      beginEvening();
      await declareTonight(ledgerOn(fleet.store), killPlan(cutoverId, fleet.receiver));
      await eventually('a packet of which everybody was told', async () => {
        const state = await load(fleet.store, cutoverId);
        const outboxes = Object.values(state?.outbox ?? {});
        return diedAt > 0 && outboxes.length > 0 && !outboxes.some(isWaiting);
      });
      const ms = Math.round(performance.now() - diedAt);
      process.stdout.write(`C13 as shipped, killed at ${point}: everybody told after ${ms} ms\n`);
      expect(ms).toBeLessThan(stuckLimitMs);
      const walker = await fleet.walker(() => [server]);
      const promised = await walkNight(walker, cutoverId);
      const { receiver } = fleet;
      expect(await nightFaults(walker, cutoverId, { promised, receiver })).toEqual([]);
    } finally {
      await fleet.close();
    }
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
      const url = await next.url;
      await expect.poll(async () => (await fetch(`${url}/readyz`)).status).toBe(200);
      expect(await next.stop()).toBe(0);
    } finally {
      next.signal('SIGKILL');
    }
  });
});
