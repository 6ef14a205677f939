import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openCheckpointFile } from './checkpoints.ts';

const folder = mkdtempSync(join(tmpdir(), 'interlock-threads-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the checkpoint file', () => {
  it('is in WAL mode and not flushed at every step: it can be lost at no cost', async () => {
    const { saver, close } = await openCheckpointFile(join(folder, 'threads.db'));
    expect(saver.db.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(saver.db.pragma('synchronous', { simple: true })).toBe(1);
    await close();
  });

  it('that is no database any more is replaced by an empty one', async () => {
    const file = join(folder, 'broken.db');
    writeFileSync(file, 'this was a checkpoint file once'.repeat(400));
    const { saver, close } = await openCheckpointFile(file);
    expect(await saver.getTuple({ configurable: { thread_id: 'any' } })).toBeUndefined();
    await close();
  });

  it('forgets a thread before it has kept any', async () => {
    const { saver, close } = await openCheckpointFile(':memory:');
    await expect(saver.deleteThread('none')).resolves.toBeUndefined();
    await close();
  });

  it('that cannot be opened at all is said so', async () => {
    await expect(openCheckpointFile(join(folder, 'nowhere', 'threads.db'))).rejects.toThrow();
  });
});
