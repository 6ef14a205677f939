import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeFolder } from './makeFolder.ts';
import { openCheckpoints } from './checkpoints.ts';
import { openLedger } from './openLedger.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'interlock-folder-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

it('makes a folder with those above it, once or many times at once', async () => {
  const folder = join(root, 'a', 'b', 'c');
  await Promise.all(Array.from({ length: 8 }, () => makeFolder(folder)));
  await makeFolder(folder);
  expect((await stat(folder)).isDirectory()).toBe(true);
});

it('says what cannot be made, and ends, where nothing can be', async () => {
  await writeFile(join(root, 'file'), '');
  await expect(makeFolder(join(root, 'file', 'a', 'b'))).rejects.toMatchObject({ code: 'ENOTDIR' });
  await expect(makeFolder(join(root, 'file'))).rejects.toMatchObject({ code: 'EEXIST' });
  // A parent that is there and takes no folder: Node's recursive mkdir goes round for ever.
  const nowhere = '/proc/interlock/ledger.db';
  await expect(makeFolder('/proc/interlock/a')).rejects.toMatchObject({ code: 'ENOENT' });
  const trouble = { name: 'StoreTrouble', message: expect.stringContaining('/proc/interlock') };
  await expect(openLedger({ ledger: nowhere })).rejects.toMatchObject(trouble);
  await expect(openCheckpoints(nowhere)).rejects.toMatchObject(trouble);
});
