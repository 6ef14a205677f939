import { describe, expect, it } from 'vitest';
import { openInterlock } from './interlock.ts';

const nowhere = { ledger: ':memory:', checkpoints: ':memory:' } as const;

describe('opening Interlock', () => {
  it('solves once before the first change when the process will live long', async () => {
    const interlock = await openInterlock({ ...nowhere, longLived: true });
    expect(interlock.warm).toBe(true);
    await interlock.close();
  });

  it('lets other work in where the graph pauses in a long search', async () => {
    const interlock = await openInterlock(nowhere);
    let isLetIn = false;
    setImmediate(() => (isLetIn = true));
    await interlock.graph.pause?.();
    expect(isLetIn).toBe(true);
    await interlock.close();
  });

  it('lets a single command start without that', async () => {
    const interlock = await openInterlock(nowhere);
    expect(interlock.warm).toBe(false);
    await interlock.close();
  });
});
