/** The views with the real rule book: a packet is fresh when adopted, stale when facts moved, fresh again after. */
import { describe, expect, it } from 'vitest';
import { judge } from '../constraints/judge.ts';
import { currentView, pendingView } from '../ledger/views.ts';
import { aheadLines } from '../service/cli/statusText.ts';
import { namesOf } from '../service/words/names.ts';
import { minute } from './support/build.ts';
import { type Loop, loopOn } from './support/loop.ts';
import { finished, forecast, lateNight, night, started } from './support/lateNight.ts';

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

  it('says of a forecast that comes before its start that it moves nothing yet, until it does', async () => {
    const loop = await loopOn(night);
    await loop.run();
    loop.clock.at = minute(0);
    await loop.report([forecast('replicate', minute(90))]);
    expect((await loop.run()).outcome).toBe('no_change');
    const ahead = { checkpoint: 'replicate', finishAt: minute(90), orderedEndAt: minute(60) };
    const told = await seen(loop);
    expect(told.current).toMatchObject({ stale: true, forecastsAhead: [ahead] });
    expect(aheadLines(told.current, namesOf(night))).toEqual([
      expect.stringContaining('replicate is to end Sat 23:30, 30 min after its orders'),
    ]);
    loop.clock.at = minute(31);
    await loop.report([
      started('rollback', minute(0)),
      finished('rollback', minute(30)),
      started('replicate', minute(30)),
    ]);
    await loop.run();
    const { current, pending } = await seen(loop);
    expect(current?.forecastsAhead).toEqual([]);
    const shift = pending?.record.packet.lines.find(({ checkpoint }) => checkpoint === 'shift');
    expect(shift?.startAt).toBe(minute(90));
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
