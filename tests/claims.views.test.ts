/** The views with the real rule book: a packet is fresh when adopted, stale when facts moved, fresh again after. */
import { describe, expect, it } from 'vitest';
import { judge } from '../constraints/judge.ts';
import { currentView, pendingView } from '../ledger/views.ts';
import { minute } from './support/build.ts';
import type { Loop } from './support/loop.ts';
import { forecast, lateNight } from './support/lateNight.ts';

const seen = async (loop: Loop) => {
  const state = await loop.state();
  const at = { judge, now: loop.clock.at };
  return { current: currentView(state, at), pending: pendingView(state, at) };
};

describe('a night with the real rule book', () => {
  it('packet 1 is fresh, stale with the news, and packet 2 is fresh from its adoption on', async () => {
    const loop = await lateNight();
    const news = await seen(loop);
    expect(news.current).toMatchObject({ stale: true, banner: { basisMoved: true } });
    expect(news.current?.banner.waiting).toHaveLength(2);
    await loop.run();
    const proposed = await seen(loop);
    expect(proposed.current?.record.packet.version).toBe(1);
    expect(proposed.current?.banner.accepted.map((fact) => fact.subject)).toEqual([
      'start:rollback',
      'finish:rollback',
    ]);
    expect(proposed.pending).toMatchObject({ trouble: null });
    await loop.adopt();
    expect((await seen(loop)).current).toMatchObject({
      stale: false,
      record: { packet: { version: 2 } },
      banner: { basisMoved: false, accepted: [], waiting: [], slips: [] },
    });
    loop.clock.at = minute(12);
    await loop.report([forecast('rollback', minute(90))]);
    expect((await seen(loop)).current).toMatchObject({ stale: true });
  });

  it('words in a chat leave it fresh', async () => {
    const loop = await lateNight();
    await loop.run();
    await loop.adopt();
    await loop.report([{ kind: 'statement', text: 'all quiet here' }]);
    await loop.run();
    expect((await seen(loop)).current).toMatchObject({ stale: false });
  });
});
