/**
 * kill -9 in processes of their own, on files: whatever point of a run a process dies at, another one finishes it from
 * the ledger, with or without the checkpoint file, and the ledger tells the same story as if nobody had died.
 */
import { spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSqliteStore } from '../ledger/stores/sqlite.ts';
import { compileHouse } from './support/compiled.ts';
import { storyOf } from './support/loop.ts';
import { lateNight } from './support/lateNight.ts';

let house: ReturnType<typeof compileHouse>;
let folder: string;
let undisturbed: string[];

beforeAll(async () => {
  house = compileHouse();
  folder = mkdtempSync(join(tmpdir(), 'interlock-kill-'));
  const store = await openSqliteStore(join(folder, 'template.db'));
  await lateNight({ store });
  await store.close();
  const { files } = await night('undisturbed');
  await child(files, 'never');
  undisturbed = await storyIn(files.ledger);
});
afterAll(() => {
  house.remove();
  rmSync(folder, { recursive: true, force: true });
});

type Files = { readonly ledger: string; readonly checkpoints: string };

async function night(name: string): Promise<{ files: Files }> {
  const files = {
    ledger: join(folder, `${name}.db`),
    checkpoints: join(folder, `${name}.threads.db`),
  };
  copyFileSync(join(folder, 'template.db'), files.ledger);
  return { files };
}

const loseCheckpoints = ({ checkpoints }: Files): void => {
  for (const end of ['', '-wal', '-shm']) rmSync(`${checkpoints}${end}`, { force: true });
};

async function storyIn(file: string): Promise<string[]> {
  const store = await openSqliteStore(file);
  const events = await store.read('payments', { after: 0 });
  await store.close();
  return storyOf(events);
}

type Ended = { readonly signal: NodeJS.Signals | null; readonly said: string };

/** One child; with `killAfterMs` it is killed from outside that long after it says it is ready. */
function child(files: Files, dieAt: string, killAfterMs: number | null = null): Promise<Ended> {
  const script = join(house.folder, 'tests/support/loopChild.js');
  const started = spawn(process.execPath, [script, files.ledger, files.checkpoints, dieAt], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Promise((done) => {
    let said = '';
    let timer: NodeJS.Timeout | null = null;
    started.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (killAfterMs !== null) timer ??= setTimeout(() => started.kill('SIGKILL'), killAfterMs);
    });
    started.on('close', (_, signal) => {
      if (timer !== null) clearTimeout(timer);
      done({ signal, said });
    });
  });
}

async function recovers(files: Files): Promise<void> {
  const { signal, said } = await child(files, 'never');
  expect(signal).toBeNull();
  expect(said).toContain('"outcome":"awaiting_decision","runId"');
  expect(await storyIn(files.ledger)).toEqual(undisturbed);
}

describe('kill -9', () => {
  it.each(['supervisor:1', 'gate:2', 'holds:1', 'gate:4'])(
    'at %s is finished by another process',
    async (point) => {
      const { files } = await night(point.replace(':', '-'));
      expect((await child(files, point)).signal).toBe('SIGKILL');
      await recovers(files);
    },
  );

  it('at a step, with the checkpoint file deleted as well, is finished from the ledger', async () => {
    const { files } = await night('lost');
    expect((await child(files, 'packet:1')).signal).toBe('SIGKILL');
    loseCheckpoints(files);
    await recovers(files);
  });

  it('while the packet waits: another process stops at the same packet, checkpoints or not', async () => {
    const { files } = await night('waiting');
    await recovers(files);
    loseCheckpoints(files);
    await recovers(files);
  });

  it('of one process after another, each a step further, ends in the same ledger', async () => {
    const { files } = await night('again');
    for (const point of ['resequencing:1', 'packet:1']) {
      expect((await child(files, point)).signal).toBe('SIGKILL');
    }
    await recovers(files);
  });

  it.each([5, 60])('%i ms into a run is finished by another process', async (after) => {
    const { files } = await night(`timed-${after}`);
    await child(files, 'never', after);
    await recovers(files);
  });
});
