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
import { kinds, type Place } from './support/stores.ts';
import { builtFolder } from './support/supplied.ts';

type Ack = { readonly id: string; readonly version: number; readonly repeated: boolean };
type Job = { readonly prefix: string; readonly first: number; readonly count: number };

const program = fileURLToPath(new URL('support/writer.mjs', import.meta.url));
const rounds = 30;
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
    const [word, id, version, repeated] = line.split(' ');
    if (word === 'ready') ready();
    if (word !== 'ack' || id === undefined) return;
    acks.push({ id, version: Number(version), repeated: repeated === 'true' });
    first();
  });
  return async ({ prefix, first: from, count }, kill) => {
    await Promise.race([isReady, ended]);
    child.stdin.write(`${prefix} ${from} ${count}\n`);
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
  const versionOfEach = async (): Promise<ReadonlyMap<string, number[]>> => {
    const found = new Map<string, number[]>();
    for (const { version, body } of await store.read('payments', { after: 0 })) {
      if (body.type !== 'ReportReceived') continue;
      const id = body.report.sourceEventId;
      found.set(id, [...(found.get(id) ?? []), version]);
    }
    return found;
  };

  it('two writing at once lose nothing, repeat nothing and leave no gap', async () => {
    const count = 100;
    const acks = await Promise.all(
      ['a', 'b'].map((prefix) => writerOn(place)({ prefix, first: 1, count })),
    );
    for (const own of acks) {
      expect(own).toHaveLength(count);
      const versions = own.map((ack) => ack.version);
      expect(versions).toEqual([...versions].sort((left, right) => left - right));
    }
    const versions = acks.flat().map((ack) => ack.version);
    expect(versions.sort((left, right) => left - right)).toEqual(
      Array.from({ length: 2 * count }, (_, index) => index + 2),
    );
    expect(await verify(store)).toEqual({ ok: true, firstBroken: null, events: 2 * count + 1 });
    expect((await load(store, 'payments'))?.version).toBe(2 * count + 1);
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

  it('keeps every acknowledged event of a writer that is killed, 30 times', async () => {
    const acknowledged = new Map<string, number>();
    let first = 1;
    let unanswered = 0;
    let next = writerOn(place);
    for (let round = 0; round < rounds; round += 1) {
      const writer = next;
      if (round + 1 < rounds) next = writerOn(place);
      const kill: Kill = { after: round % 6 === 0 ? 'order' : 'ack', ms: (round * 37) % 53 };
      const acks = await writer({ prefix: 'k', first, count: 100_000 }, kill);
      for (const ack of acks) {
        expect(acknowledged.has(ack.id)).toBe(false);
        acknowledged.set(ack.id, ack.version);
        if (ack.repeated) unanswered += 1;
      }
      first += acks.length;
    }
    const found = await versionOfEach();
    for (const [id, version] of acknowledged) expect(found.get(id)).toEqual([version]);
    // What was stored and not acknowledged is at most the last write of the last round.
    expect(found.size - acknowledged.size).toBeLessThanOrEqual(1);
    expect(acknowledged.size).toBeGreaterThan(rounds / 2);
    expect(unanswered).toBeLessThanOrEqual(rounds);
    expect(await verify(store)).toMatchObject({ ok: true, events: found.size + 1 });
  }, 600_000);
});
