/** Several processes on one ledger, and processes that die in the middle of a write (claims C1 and C4). */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { handle } from '../ledger/handle.ts';
import { load } from '../ledger/load.ts';
import type { Store } from '../ledger/store.ts';
import { verify } from '../ledger/verify.ts';
import { declare, depsOn } from './support/ledger.ts';
import { isDeep, scaled, takeYourTime } from './support/scale.ts';
import { kinds, type Place } from './support/stores.ts';
import { builtFolder } from './support/supplied.ts';

takeYourTime();

/** `asked` and `answered` are of one clock that all processes of this machine share. */
type Ack = {
  readonly id: string;
  readonly version: number;
  readonly repeated: boolean;
  readonly asked: bigint;
  readonly answered: bigint;
};
type Job = {
  readonly cutoverId?: string;
  readonly prefix: string;
  readonly first: number;
  readonly count: number;
  readonly writers?: number;
};

const program = fileURLToPath(new URL('support/writer.mjs', import.meta.url));
/** Kills on each store; a thousand on both together in a deep run. */
const rounds = isDeep() ? 500 : 30;
/** A cutover takes the reports of so many rounds: nobody rules on them, and a state that only grows slows everything. */
const roundsPerCutover = 25;
let built: string;
beforeAll(async () => {
  built = await builtFolder();
});

/** Milliseconds after its orders, or after it has first acknowledged something. */
type Kill = { readonly after: 'order' | 'ack'; readonly ms: number };
type Writer = (job: Job, kill?: Kill) => Promise<Ack[]>;

/** Starts a writer, which then waits for its orders: starting takes far longer than writing. */
function writerOn(place: Place): Writer {
  const child = spawn(process.execPath, [program, built, place.address]);
  const lines = createInterface({ input: child.stdout });
  const ended = Promise.all([once(child, 'exit'), once(lines, 'close')]);
  const acks: Ack[] = [];
  let trouble = '';
  let ready = () => {};
  const isReady = new Promise<void>((resolve) => (ready = resolve));
  let first = () => {};
  const hasWritten = new Promise<void>((resolve) => (first = resolve));
  child.stderr.on('data', (part: Buffer) => (trouble += part.toString()));
  lines.on('line', (line) => {
    const [word, id, version, repeated, asked = '', answered] = line.split(' ');
    if (word === 'ready') ready();
    if (word !== 'ack' || id === undefined || answered === undefined) return;
    acks.push({
      id,
      version: Number(version),
      repeated: repeated === 'true',
      asked: BigInt(asked),
      answered: BigInt(answered),
    });
    first();
  });
  return async ({ cutoverId = 'payments', prefix, first: from, count, writers = 1 }, kill) => {
    await Promise.race([isReady, ended]);
    child.stdin.write(`${cutoverId} ${prefix} ${from} ${count} ${writers}\n`);
    if (kill !== undefined) {
      if (kill.after === 'ack') await Promise.race([hasWritten, ended]);
      await pause(kill.ms);
      child.kill('SIGKILL');
    }
    const [[code]] = await ended;
    if (trouble !== '' || (kill === undefined && code !== 0)) throw new Error(trouble);
    return acks;
  };
}

describe.each(kinds)('processes on $name', (kind) => {
  let place: Place;
  let store: Store;
  beforeEach(async () => {
    place = await kind.fresh();
    store = await place.open();
    await handle(depsOn(store), 'payments', declare());
  });
  afterEach(async () => {
    await store.close();
    await place.remove();
  });
  const versionOfEach = async (cutoverId: string): Promise<ReadonlyMap<string, number[]>> => {
    const found = new Map<string, number[]>();
    for (const { version, body } of await store.read(cutoverId, { after: 0 })) {
      if (body.type !== 'ReportReceived') continue;
      const id = body.report.sourceEventId;
      found.set(id, [...(found.get(id) ?? []), version]);
    }
    return found;
  };

  const writers = 8;
  const each = scaled(32);
  const all = 2 * writers * each;
  it(`C4: ${all} appends of two processes at once lose nothing, leave no gap and keep the order of time`, async () => {
    const acks = await Promise.all(
      ['a', 'b'].map((prefix) => writerOn(place)({ prefix, first: 1, count: each, writers })),
    );
    const inOrder = acks.flat().toSorted((one, other) => one.version - other.version);
    expect(inOrder.map(({ version }) => version)).toEqual(
      Array.from({ length: all }, (_, index) => index + 2),
    );
    // What was answered before another was asked comes before it: no later position has an earlier answer.
    let earliest = inOrder.at(-1)?.answered ?? 0n;
    for (const { asked, answered } of inOrder.toReversed()) {
      expect(asked).toBeLessThan(earliest);
      if (answered < earliest) earliest = answered;
    }
    expect(await verify(store)).toEqual({ ok: true, firstBroken: null, events: all + 1 });
    expect((await load(store, 'payments'))?.version).toBe(all + 1);
  });

  it('one report sent by two at once has one effect', async () => {
    const acks = await Promise.all(
      [1, 2].map(() => writerOn(place)({ prefix: 'same', first: 1, count: 40 })),
    );
    const [left, right] = acks;
    expect(left?.map((ack) => ack.version)).toEqual(right?.map((ack) => ack.version));
    expect(acks.flat().filter((ack) => !ack.repeated)).toHaveLength(40);
    expect((await verify(store)).events).toBe(41);
  });

  /** Kills a writer to this cutover so many times; how many events it holds then. */
  async function killWriters(cutoverId: string, firstRound: number, size: number): Promise<number> {
    await handle(depsOn(store), cutoverId, declare(cutoverId));
    const acknowledged = new Map<string, number>();
    let first = 1;
    let unanswered = 0;
    let next = writerOn(place);
    for (let round = firstRound; round < firstRound + size; round += 1) {
      const writer = next;
      if (round + 1 < firstRound + size) next = writerOn(place);
      const kill: Kill = { after: round % 6 === 0 ? 'order' : 'ack', ms: (round * 37) % 53 };
      const acks = await writer({ cutoverId, prefix: 'k', first, count: 100_000 }, kill);
      for (const ack of acks) {
        expect(acknowledged.has(ack.id)).toBe(false);
        acknowledged.set(ack.id, ack.version);
        if (ack.repeated) unanswered += 1;
      }
      first += acks.length;
    }
    const found = await versionOfEach(cutoverId);
    for (const [id, version] of acknowledged) expect(found.get(id)).toEqual([version]);
    // What was stored and not acknowledged is at most the last write of the last round.
    expect(found.size - acknowledged.size).toBeLessThanOrEqual(1);
    expect(acknowledged.size).toBeGreaterThan(size / 2);
    expect(unanswered).toBeLessThanOrEqual(size);
    return found.size + 1;
  }

  it(`C1: keeps every acknowledged event of a writer that is killed, ${rounds} times`, async () => {
    let events = 1;
    for (let round = 0; round < rounds; round += roundsPerCutover) {
      const size = Math.min(roundsPerCutover, rounds - round);
      events += await killWriters(`killed-${round}`, round, size);
    }
    expect(await verify(store)).toMatchObject({ ok: true, events });
  });
});
