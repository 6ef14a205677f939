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
let built: string;
beforeAll(async () => {
  built = await builtFolder();
});

/** When a writer is killed: some milliseconds after it is ready, or after it has first acknowledged something. */
type Kill = { readonly after: 'ready' | 'ack'; readonly ms: number };

/** Runs a writer to its end, or kills it; what it acknowledged either way. */
async function write(place: Place, job: Job, kill: Kill | null = null): Promise<Ack[]> {
  const { prefix, first, count } = job;
  const child = spawn(process.execPath, [
    program,
    built,
    place.address,
    prefix,
    String(first),
    String(count),
  ]);
  const acks: Ack[] = [];
  let trouble = '';
  let doomed = false;
  child.stderr.on('data', (part: Buffer) => (trouble += part.toString()));
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    const [word, id, version, repeated] = line.split(' ');
    if (kill !== null && word === kill.after && !doomed) {
      doomed = true;
      void pause(kill.ms).then(() => child.kill('SIGKILL'));
    }
    if (word === 'ack' && id !== undefined) {
      acks.push({ id, version: Number(version), repeated: repeated === 'true' });
    }
  });
  const [[code]] = await Promise.all([once(child, 'exit'), once(lines, 'close')]);
  if (kill === null && code !== 0) throw new Error(`the writer failed: ${trouble}`);
  if (trouble !== '') throw new Error(trouble);
  return acks;
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
      ['a', 'b'].map((prefix) => write(place, { prefix, first: 1, count })),
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
      [1, 2].map(() => write(place, { prefix: 'same', first: 1, count: 40 })),
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
    for (let round = 0; round < 30; round += 1) {
      const job = { prefix: 'k', first, count: 100_000 };
      const ms = (round * 37) % 53;
      const acks = await write(place, job, { after: round % 6 === 0 ? 'ready' : 'ack', ms });
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
    expect(acknowledged.size).toBeGreaterThan(30);
    expect(unanswered).toBeLessThanOrEqual(30);
    expect(await verify(store)).toMatchObject({ ok: true, events: found.size + 1 });
  }, 240_000);
});
