/** The write path over a real store in memory: what is appended, what is not, and what the caller is told. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { minute } from '../tests/support/build.ts';
import { declare, depsOn, report } from '../tests/support/ledger.ts';
import {
  attemptsPerCommand,
  handle,
  handleAhead,
  handleAll,
  handleOnce,
  type LedgerDeps,
  type Outcome,
} from './handle.ts';
import { takeLease } from './lease.ts';
import { load } from './load.ts';
import { Fenced, type Store, VersionMoved } from './store.ts';
import { openSqliteStore } from './stores/sqlite.ts';
import { verify } from './verify.ts';

let store: Store;
let deps: LedgerDeps;
beforeEach(async () => {
  store = await openSqliteStore(':memory:');
  deps = depsOn(store);
});
afterEach(() => store.close());

const send = (command: Parameters<typeof handle>[2]) => handle(deps, 'payments', command);

describe('handle', () => {
  it('appends what decide answers and returns the state that load then finds', async () => {
    await send(declare());
    const { state, events, rejection } = await send(report('r-1'));
    expect(rejection).toBeNull();
    expect(events.map((event) => [event.version, event.body.type])).toEqual([
      [2, 'ReportReceived'],
    ]);
    expect(await load(store, 'payments')).toEqual(state);
  });

  it('appends nothing for a refusal that leaves no record', async () => {
    const { state, events, rejection } = await send(report('r-1'));
    expect([state, events, rejection?.code]).toEqual([null, [], 'cutover_unknown']);
    expect(await store.head('payments')).toBeNull();
  });

  it('answers a repeated report with the first one and appends nothing', async () => {
    await send(declare());
    const first = await send(report('r-1'));
    await send(report('r-2'));
    const again = await send(report('r-1'));
    expect(again.events).toEqual(first.events);
    expect([first.repeated, again.repeated]).toEqual([false, true]);
    expect((await store.head('payments'))?.version).toBe(3);
  });

  it('refuses and records the same source event id with another body, every time', async () => {
    await send(declare());
    await send(report('r-1'));
    for (const version of [3, 4]) {
      const other = await send(report('r-1', { text: 'another' }));
      expect(other.rejection?.code).toBe('source_event_reused');
      expect(other.events.map((event) => [event.version, event.body.type])).toEqual([
        [version, 'ReportRefused'],
      ]);
    }
    const first = await send(report('r-1'));
    expect(first.repeated).toBe(true);
  });

  it('keeps the same event id of two sources apart', async () => {
    await send(declare());
    await send(report('r-1'));
    const other = await send(report('r-1', { source: 'bridge' }));
    expect(other.repeated).toBe(false);
  });

  it('knows a source event id with a zero byte, quotes and other scripts again', async () => {
    await send(declare());
    for (const id of ['a\u0000b', 'a\\u0000b', '"', '\\"', 'Ünïcode ✓', 'line\nbreak']) {
      expect((await send(report(id))).repeated).toBe(false);
      expect((await send(report(id))).repeated).toBe(true);
    }
  });

  it('never lets recorded time run backwards', async () => {
    await send(declare());
    await send(report('r-1'));
    const late = { ...deps, now: () => minute(-600) };
    await handle(late, 'payments', report('r-2'));
    await handle(late, 'payments', report('r-3'));
    const times = (await store.read('payments', { after: 0 })).map((event) => event.recordedAt);
    expect(times).toEqual([...times].sort((left, right) => left - right));
  });

  it('refuses a plan that is for another cutover', async () => {
    await expect(handle(deps, 'other', declare('payments'))).rejects.toThrow(/not for other/);
  });

  it('decides anew when another writer was first, a stated number of times', async () => {
    await send(declare());
    let refused = 0;
    const contended = (times: number): Store => ({
      ...store,
      transact: (cutoverId, work) =>
        refused < times
          ? Promise.reject(new VersionMoved(`refused ${(refused += 1)}`))
          : store.transact(cutoverId, work),
    });
    const won = await handle(
      { ...deps, store: contended(attemptsPerCommand - 1) },
      'payments',
      report('r-1'),
    );
    expect(won.events).toHaveLength(1);
    refused = 0;
    const lost = handle(
      { ...deps, store: contended(attemptsPerCommand) },
      'payments',
      report('r-2'),
    );
    await expect(lost).rejects.toThrow(VersionMoved);
    expect(refused).toBe(attemptsPerCommand);
  });

  it('does not fail a committed command because its snapshot could not be saved', async () => {
    const full: Store = { ...store, saveSnapshot: () => Promise.reject(new Error('disk full')) };
    const told = { ...deps, store: full };
    await handle(told, 'payments', declare());
    for (let index = 1; index < 130; index += 1) {
      expect((await handle(told, 'payments', report(`r-${index}`))).rejection).toBeNull();
    }
    expect(await store.snapshot('payments')).toBeNull();
  });
});

describe('handleAll', () => {
  const start = { type: 'StartRun', runId: 'run-1', graphVersion: 'loop-1' } as const;
  const end = { type: 'EndRun', runId: 'run-1', outcome: 'no_change' } as const;

  it('decides each command on the state after the one before, in one transaction', async () => {
    let transactions = 0;
    const counted: Store = {
      ...store,
      transact: (cutoverId, work) => {
        transactions += 1;
        return store.transact(cutoverId, work);
      },
    };
    const commands = [declare(), report('r-1'), report('r-1'), start, end];
    const outcomes = await handleAll({ ...deps, store: counted }, 'payments', commands);
    expect(transactions).toBe(1);
    expect(outcomes.map(({ rejection }) => rejection)).toEqual([null, null, null, null, null]);
    expect(outcomes.map(({ repeated }) => repeated)).toEqual([false, false, true, false, false]);
    const events = await store.read('payments', { after: 0 });
    expect(events.map(({ body }) => body.type)).toEqual([
      'CutoverDeclared',
      'ReportReceived',
      'RunStarted',
      'RunEnded',
    ]);
    expect(await load(store, 'payments')).toEqual(outcomes.at(-1)?.state);
  });

  it('stops at the first refusal and keeps what was decided before it', async () => {
    const outcomes = await handleAll(deps, 'payments', [declare(), end, report('r-1')]);
    expect(outcomes.map(({ rejection }) => rejection?.code ?? null)).toEqual([null, 'run_unknown']);
    expect((await store.head('payments'))?.version).toBe(1);
  });

  it('keeps nothing when one of its appends fails', async () => {
    await send(declare());
    const failing: Store = {
      ...store,
      transact: (cutoverId, work) =>
        store.transact(cutoverId, (transaction) => {
          let appends = 0;
          return work({
            ...transaction,
            append: async (...given) => {
              appends += 1;
              if (appends === 2) throw new Error('power cut');
              await transaction.append(...given);
            },
          });
        }),
    };
    const both = handleAll({ ...deps, store: failing }, 'payments', [report('r-1'), report('r-2')]);
    await expect(both).rejects.toThrow('power cut');
    expect((await store.head('payments'))?.version).toBe(1);
    expect((await send(report('r-1'))).repeated).toBe(false);
  });
});

describe('handleOnce', () => {
  const request = { caller: 'token:t', key: 'k-1', digest: 'a'.repeat(64) };
  const told = async (outcomes: readonly Outcome[]) => ({
    status: 200,
    headers: '[]',
    body: outcomes.map(({ rejection }) => rejection?.code ?? 'done').join(' '),
  });
  const once = (ids: readonly string[], answer = told) =>
    handleOnce(
      deps,
      {
        cutoverId: 'payments',
        commands: ids.map((id) => report(id, { text: `as ${ids.length}` })),
      },
      { request, answer },
    );

  it('decides each command for itself, and keeps one answer with what they led to', async () => {
    await send(declare());
    await send(report('r-2'));
    const answer = await once(['r-1', 'r-2', 'r-3']);
    expect(answer?.body).toBe('done source_event_reused done');
    expect(await store.answered(request)).toMatchObject({ body: answer?.body });
    expect((await store.head('payments'))?.version).toBe(5);
  });

  it('does nothing when the request was answered', async () => {
    await send(declare());
    await once(['r-1']);
    expect(await once(['r-9'])).toBeNull();
    expect((await store.head('payments'))?.version).toBe(2);
  });

  it('writes nothing when there is nothing to answer with', async () => {
    await send(declare());
    const failing = once(['r-1'], () => Promise.reject(new Error('no words')));
    await expect(failing).rejects.toThrow('no words');
    expect((await store.head('payments'))?.version).toBe(1);
    expect((await once(['r-1']))?.body).toBe('done');
  });

  it('has one effect when it is asked many times at once', async () => {
    await send(declare());
    const answers = await Promise.all(Array.from({ length: 8 }, () => once(['r-1'])));
    expect(answers.filter((answer) => answer !== null)).toHaveLength(1);
    expect((await store.head('payments'))?.version).toBe(2);
  });
});

describe('what could never be read again', () => {
  it.each([0, 946_684_799_999, 4_102_444_800_001, Number.NaN])(
    'C7: is not written by a clock that stands at %d',
    async (at) => {
      const wrong = { ...deps, now: () => at };
      const away = { name: 'StoreTrouble', message: expect.stringContaining('clock') };
      await expect(handle(wrong, 'payments', declare())).rejects.toMatchObject(away);
      expect(await store.head('payments')).toBeNull();
      await send(declare());
      expect(await verify(store)).toMatchObject({ ok: true });
    },
  );

  it('goes on with the time that the ledger has where a clock went back to the beginning', async () => {
    const { state } = await send(declare());
    const back = { ...deps, now: () => 0 };
    const { events } = await handle(back, 'payments', report('r-1'));
    expect(events.map(({ recordedAt }) => recordedAt)).toEqual([state?.recordedAt]);
  });

  it('is not written by a slip of ours either, under the lock or ahead of it', async () => {
    await send(declare());
    const slip = { ...deps, newId: () => 'No Id' };
    for (const way of [handleAll, handleAhead]) {
      await expect(way(slip, 'payments', [report('r-1')])).rejects.toThrow(
        /event 2 \(ReportReceived\) could not be read again, nothing was written/,
      );
    }
    expect((await store.head('payments'))?.version).toBe(1);
  });
});

describe('a lease', () => {
  it('C7: of a clock that was far ahead keeps nobody away', async () => {
    const ms = 15_000;
    const day = 86_400_000;
    expect(await takeLease(store, 'payments', { holder: 'ahead', now: day, ms })).toEqual({
      epoch: 1,
    });
    expect(await takeLease(store, 'payments', { holder: 'right', now: 0, ms })).toEqual({
      epoch: 2,
    });
    expect(await takeLease(store, 'payments', { holder: 'other', now: 0, ms })).toBeNull();
    // Clocks of hosts may differ by minutes all the same.
    expect(await takeLease(store, 'payments', { holder: 'behind', now: -600_000, ms })).toBeNull();
  });
});

describe('deciding ahead of the lock', () => {
  /** What happens in its order, and something that happens once between deciding and the lock. */
  function watched(between: () => Promise<unknown> = async () => undefined) {
    const seen: string[] = [];
    let isFirst = true;
    const slow: Store = {
      ...store,
      transact: async (cutoverId, work) => {
        if (isFirst) await between();
        isFirst = false;
        return store.transact(cutoverId, (transaction) => {
          seen.push('locked');
          return work(transaction);
        });
      },
    };
    const newId = (kind: string): string => {
      if (kind === 'report') seen.push('decided');
      return deps.newId(kind);
    };
    return { seen, deps: { ...deps, store: slow, newId } };
  }
  const ahead = async (on: LedgerDeps): Promise<Outcome | undefined> =>
    (await handleAhead(on, 'payments', [report('mine')])).at(-1);
  const idsOf = async () =>
    (await store.read('payments', { after: 1 })).flatMap(({ body }) =>
      body.type === 'ReportReceived' ? [body.report.sourceEventId] : [],
    );
  beforeEach(() => send(declare()));

  it('decides once, before the lock, and appends what a decision under it would have', async () => {
    const { seen, deps: on } = watched();
    const outcome = await ahead(on);
    expect(seen).toEqual(['decided', 'locked']);
    expect(outcome?.events.map(({ version }) => version)).toEqual([2]);
    expect(await load(store, 'payments')).toEqual(outcome?.state);
    expect(await verify(store)).toMatchObject({ ok: true });
  });

  it('decides again under the lock when another writer was first', async () => {
    const { seen, deps: on } = watched(() => send(report('theirs')));
    const outcome = await ahead(on);
    expect(seen).toEqual(['decided', 'locked', 'decided']);
    expect(outcome?.events.map(({ version }) => version)).toEqual([3]);
    expect(await idsOf()).toEqual(['theirs', 'mine']);
    expect(await load(store, 'payments')).toEqual(outcome?.state);
    expect(await verify(store)).toMatchObject({ ok: true });
  });

  it('decides again under the lock when what was decided is ten seconds old', async () => {
    const { seen, deps: on } = watched(async () => {
      for (let second = 0; second < 10; second += 1) deps.now();
    });
    const outcome = await ahead(on);
    expect(seen).toEqual(['decided', 'locked', 'decided']);
    expect(outcome?.events[0]?.recordedAt).toBeGreaterThan(deps.now() - 5_000);
    expect(await idsOf()).toEqual(['mine']);
  });

  it('appends nothing once the lease has passed to another', async () => {
    const term = { now: 0, ms: 10 };
    const fence = await takeLease(store, 'payments', { holder: 'one', ...term });
    if (fence === null) throw new Error('no lease');
    const { deps: on } = watched(() =>
      takeLease(store, 'payments', { holder: 'two', now: 11, ms: 10 }),
    );
    await expect(ahead({ ...on, fence })).rejects.toThrow(Fenced);
    expect(await idsOf()).toEqual([]);
  });
});
