/**
 * C5: duplicates have one effect, across restarts. C6: the order of arrival does not matter: the same facts, or an
 * explicit conflict for a human. C7: clocks do not decide: a source's own sequence and the store's clock do. All with
 * the real rule book.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judge } from '../constraints/judge.ts';
import { ruleFacts } from '../constraints/readiness.ts';
import type { ReadinessCode } from '../ledger/codes.ts';
import type { Assertion, ReportBody } from '../ledger/facts.ts';
import { handle } from '../ledger/handle.ts';
import { subjectOf } from '../ledger/subjects.ts';
import { decisionFaults } from './support/audit.ts';
import { actor, authority, checkpoint, minute, person, plan, reading } from './support/build.ts';
import { bench, type Bench, reportBody } from './support/packets.ts';
import { scaled, takeYourTime } from './support/scale.ts';
import { kinds } from './support/stores.ts';

takeYourTime();

const night = plan(
  [
    checkpoint('cut', { approvedStartAt: minute(120) }),
    checkpoint('check', { approvedStartAt: minute(180) }),
  ],
  {
    people: [person('lead'), person('operator'), person('dev')],
    authority: [
      authority('lead-authority', {
        role: 'release-lead',
        holders: [{ person: 'lead', opensAt: minute(-600), closesAt: minute(1200) }],
      }),
      authority('ops-authority'),
    ],
    sources: [
      { id: 'board', name: 'Board', rank: 1, facts: ['all'], reporters: 'any_mapped' },
      { id: 'rail', name: 'Rail', rank: 2, facts: ['all'], reporters: 'any_mapped' },
    ],
  },
);

/** A run is open at minute 100 and everything told happened before. */
const opened = (() => {
  const ledger = bench(night, judge);
  ledger.at(minute(100));
  ledger.run();
  return ledger;
})();

const rule = (ledger: Bench): void => {
  const rulings = ruleFacts(ledger.state());
  const { events } = ledger.gate(ledger.propose({ agent: 'readiness', rulings }));
  expect(events[0]).toMatchObject({ type: 'VerdictGiven', clean: true });
};

const assertion: fc.Arbitrary<Assertion> = fc
  .record({
    kind: fc.constantFrom('actual_start', 'actual_finish', 'forecast_finish', 'revised_start'),
    of: fc.constantFrom('cut', 'check'),
    at: fc.integer({ min: 10, max: 60 }),
  })
  .map(({ kind, of, at }): Assertion => {
    switch (kind) {
      case 'actual_start':
        return { kind, checkpoint: of, at: reading(minute(at)), owner: null };
      case 'actual_finish':
        return { kind, checkpoint: of, at: reading(minute(at + 20)) };
      case 'forecast_finish':
        return { kind, checkpoint: of, at: reading(minute(at + 150)) };
      case 'revised_start':
        return { kind, checkpoint: of, at: reading(minute(at + 150)) };
    }
  });

/** What two sources told: each counts what it tells and tells it in the order in which it happened. */
const told: fc.Arbitrary<ReportBody[]> = fc
  .array(fc.record({ source: fc.constantFrom('board', 'rail'), assertion }), {
    minLength: 2,
    maxLength: 6,
  })
  .map((items) => {
    const counts = { board: 0, rail: 0 };
    return items.map(({ source, assertion: said }, index) => {
      const sourceSequence = (counts[source as 'board' | 'rail'] += 1);
      return reportBody([said], {
        source,
        sourceSequence,
        sourceEventId: `${source}-${sourceSequence}`,
        reporter: 'operator',
        occurredAt: minute(80 + index),
      });
    });
  });

const shuffled = (bodies: readonly ReportBody[]): fc.Arbitrary<ReportBody[]> =>
  fc.shuffledSubarray([...bodies], { minLength: bodies.length, maxLength: bodies.length });

/** Receives the reports in this order, with a run looking after each one named. */
function receive(bodies: readonly ReportBody[], looks: readonly number[]): Bench {
  const ledger = opened.fork();
  bodies.forEach((body, index) => {
    ledger.give({ type: 'ReceiveReport', body });
    if (looks.includes(index)) rule(ledger);
  });
  rule(ledger);
  return ledger;
}

/** Held facts that put a disagreement before a human, by the checkpoint they speak of. */
const conflicts: ReadonlySet<ReadinessCode | null> = new Set([
  'authorities_disagree',
  'impossible_sequence',
]);
const disputed = (ledger: Bench): Set<string> =>
  new Set(
    ledger
      .state()
      .heldFacts.filter(({ ruling }) => conflicts.has(ruling.code))
      .map(({ fact }) => subjectOf(fact.assertion).split(':')[1] ?? ''),
  );

/** What is believed of one checkpoint, without where it came from. */
function believed(ledger: Bench, id: string): unknown {
  const progress = ledger.state().situation.progress[id];
  if (progress === undefined) throw new Error(id);
  const { state, actualStartAt, actualFinishAt, forecastFinishAt, revisedStartAt } = progress;
  switch (state) {
    case 'planned':
      return { state, forecastFinishAt, revisedStartAt };
    case 'in_progress':
      return { state, actualStartAt, forecastFinishAt };
    case 'done':
      return { state, actualStartAt, actualFinishAt };
    case 'skipped':
      return { state };
  }
}

describe('C5: duplicates', () => {
  const c5 = scaled(500);
  it(`each report sent one to five times, in any mixture, leaves the same ledger (${c5} nights)`, () => {
    const sent = told.chain((bodies) =>
      fc.tuple(
        fc.constant(bodies),
        fc.array(fc.nat({ max: bodies.length - 1 }), { maxLength: 4 * bodies.length }),
      ),
    );
    fc.assert(
      fc.property(sent, ([bodies, again]) => {
        const once = receive(bodies, []);
        const often = opened.fork();
        const seen = new Set<number>();
        bodies.forEach((body, index) => {
          often.give({ type: 'ReceiveReport', body });
          seen.add(index);
          for (const repeat of again.filter((at) => seen.has(at))) {
            const copy = structuredClone(bodies[repeat] ?? body);
            expect(often.give({ type: 'ReceiveReport', body: copy })).toEqual({
              events: [],
              rejection: null,
            });
          }
        });
        rule(often);
        expect(often.state().headHash).toBe(once.state().headHash);
      }),
      { numRuns: c5 },
    );
  });

  it.each(kinds)('across restarts on $name, and another body is refused and kept', async (kind) => {
    const place = await kind.fresh();
    try {
      const bodies = [1, 2, 3].map((index) =>
        reportBody([{ kind: 'statement', text: `${index}` }], { sourceEventId: `e-${index}` }),
      );
      const deps = { judge, now: () => minute(0), newId: (name: string) => `${name}-${ids++}` };
      let ids = 1;
      const declare = { type: 'DeclareCutover', plan: night, actor: actor() } as const;
      let refused = 0;
      for (let restart = 0; restart < 4; restart += 1) {
        const store = await place.open();
        const all = { ...deps, store };
        await handle(all, night.cutoverId, declare);
        for (const body of bodies) {
          await handle(all, night.cutoverId, { type: 'ReceiveReport', body });
          const other = { ...body, text: `not ${body.text}` };
          const { rejection } = await handle(all, night.cutoverId, {
            type: 'ReceiveReport',
            body: other,
          });
          expect(rejection?.code).toBe('source_event_reused');
          refused += 1;
        }
        await store.close();
      }
      const store = await place.open();
      const events = await store.read(night.cutoverId, { after: 0 });
      const count = (type: string) => events.filter(({ body }) => body.type === type).length;
      expect(count('ReportReceived')).toBe(3);
      expect(count('ReportRefused')).toBe(refused);
      await store.close();
    } finally {
      await place.remove();
    }
  });
});

describe('C6: the order of arrival', () => {
  const c6 = scaled(1_000);
  let same = 0;
  let open = 0;
  it(`gives the same facts, or a conflict that a human is shown (${c6} nights, two orders each)`, () => {
    const orders = told.chain((bodies) =>
      fc.tuple(
        fc.constant(bodies),
        shuffled(bodies),
        fc.array(fc.nat({ max: 5 }), { maxLength: 3 }),
        fc.array(fc.nat({ max: 5 }), { maxLength: 3 }),
      ),
    );
    fc.assert(
      fc.property(orders, ([first, second, looks, otherLooks]) => {
        const one = receive(first, looks);
        const other = receive(second, otherLooks);
        const shown = new Set([...disputed(one), ...disputed(other)]);
        for (const id of ['cut', 'check']) {
          if (shown.has(id)) open += 1;
          else {
            same += 1;
            expect(believed(other, id)).toEqual(believed(one, id));
          }
        }
      }),
      { numRuns: c6 },
    );
  });

  it('and most of those nights needed no human', () => {
    expect(same).toBeGreaterThan(open);
  });
});

describe('C7: clocks', () => {
  const c7 = scaled(500);
  const dayMs = 24 * 60 * 60_000;
  /** One source tells everything, in its own sequence. */
  const ofOneSource = told.map((bodies) =>
    bodies.map((body, index) => ({
      ...body,
      source: 'board',
      sourceSequence: index,
      sourceEventId: `e-${index}`,
    })),
  );

  /** What is about the future: when it was said decides nothing but which word is the newest. */
  const dated = (body: ReportBody): boolean =>
    /forecast|revised/.test(body.assertions[0]?.assertion.kind ?? '');

  it(`a source whose clock is up to a day behind is believed in its own sequence (${c7} nights)`, () => {
    const skewed = fc.tuple(ofOneSource.chain(shuffled), fc.integer({ min: -dayMs, max: 0 }));
    fc.assert(
      fc.property(skewed, ([all, skewMs]) => {
        const bodies = all.filter(dated);
        const right = receive(bodies, []);
        const behind = receive(
          bodies.map((body) => ({ ...body, occurredAt: body.occurredAt + skewMs })),
          [],
        );
        for (const id of ['cut', 'check']) {
          expect(believed(behind, id)).toEqual(believed(right, id));
        }
      }),
      { numRuns: c7 },
    );
  });

  it(`a clock that jumps about inside one source is believed in its sequence or shown to a human (${c7} nights)`, () => {
    const jumping = ofOneSource.chain((bodies) =>
      fc.tuple(
        shuffled(bodies),
        fc.array(fc.integer({ min: -dayMs, max: 0 }), { minLength: 6, maxLength: 6 }),
      ),
    );
    fc.assert(
      fc.property(jumping, ([bodies, skews]) => {
        const right = receive(bodies.filter(dated), []);
        const jumped = receive(
          bodies
            .filter(dated)
            .map((body, index) => ({ ...body, occurredAt: body.occurredAt + (skews[index] ?? 0) })),
          [],
        );
        const shown = new Set([...disputed(right), ...disputed(jumped)]);
        for (const id of ['cut', 'check']) {
          if (!shown.has(id)) expect(believed(jumped, id)).toEqual(believed(right, id));
        }
      }),
      { numRuns: c7 },
    );
  });

  it('a source whose clock runs ahead is shown to a human, never believed', () => {
    for (const aheadMs of [6 * 60_000, 60 * 60_000, dayMs]) {
      const ledger = opened.fork();
      const forecast: Assertion = {
        kind: 'forecast_finish',
        checkpoint: 'cut',
        at: reading(minute(170)),
      };
      ledger.report([forecast], { occurredAt: ledger.now() + aheadMs });
      rule(ledger);
      expect(ledger.state().heldFacts.map(({ ruling }) => ruling.code)).toEqual([
        'impossible_sequence',
      ]);
      expect(believed(ledger, 'cut')).toMatchObject({ forecastFinishAt: null });
    }
  });

  it.each(kinds)(
    'expiry goes by the store clock on $name, and a step back opens nothing again',
    async (kind) => {
      const place = await kind.fresh();
      const store = await place.open();
      try {
        const waiting = bench(night, undefined, actor('operator'));
        waiting.prepare();
        const expiresAt = waiting.state().pending?.request?.expiresAt ?? 0;
        await store.transact(night.cutoverId, (transaction) =>
          transaction.append(night.cutoverId, 0, waiting.events()),
        );
        let now = expiresAt + 1;
        let ids = 1_000;
        const deps = {
          store,
          judge: waiting.judge,
          now: () => now,
          newId: (name: string) => `${name}-${ids++}`,
        };
        // The actor's own clock says otherwise, in both directions.
        const by = actor('lead', { authenticatedAt: expiresAt - dayMs });
        const adopt = { type: 'AdoptPacket', binding: waiting.binding(), actor: by } as const;
        const late = await handle(deps, night.cutoverId, adopt);
        expect(late.rejection?.code).toBe('request_expired');
        now = expiresAt - 10 * 60_000;
        const back = await handle(deps, night.cutoverId, adopt);
        expect(back.rejection?.code).toBe('request_expired');
        const events = await store.read(night.cutoverId, { after: 0 });
        const times = events.map((event) => event.recordedAt);
        expect(times).toEqual(times.toSorted((one, other) => one - other));
        expect(decisionFaults(events, waiting.judge)).toEqual([]);
      } finally {
        await store.close();
        await place.remove();
      }
    },
  );

  it('the hour that a clock change repeats orders nothing: instants do', () => {
    const zone = 'Europe/London';
    const first = { text: '2026-10-25T01:30:00+01:00', zone, at: Date.UTC(2026, 9, 25, 0, 30) };
    const second = { text: '2026-10-25T01:30:00+00:00', zone, at: Date.UTC(2026, 9, 25, 1, 30) };
    const whole = {
      opensAt: Date.UTC(2026, 9, 24, 12, 0),
      closesAt: Date.UTC(2026, 9, 26, 0, 0),
    };
    const change = plan([checkpoint('cut', { approvedStartAt: Date.UTC(2026, 9, 25, 3, 0) })], {
      window: { opensAt: Date.UTC(2026, 9, 24, 22, 0), closesAt: Date.UTC(2026, 9, 25, 8, 0) },
      people: [person('lead', { working: [whole] }), person('operator', { working: [whole] })],
      authority: [
        authority('lead-authority', {
          role: 'release-lead',
          holders: [{ person: 'lead', ...whole }],
        }),
        authority('ops-authority', { holders: [{ person: 'operator', ...whole }] }),
      ],
    });
    const finish = (at: typeof first, sourceEventId: string, receivedOrder: number): ReportBody =>
      reportBody(
        [{ kind: 'forecast_finish', checkpoint: 'cut', at: { ...at, candidates: [at.at] } }],
        { sourceEventId, occurredAt: at.at, sourceSequence: receivedOrder },
      );
    const inOrder = [finish(first, 'first', 1), finish(second, 'second', 2)];
    for (const bodies of [inOrder, inOrder.toReversed()]) {
      const ledger = bench(change, judge);
      ledger.at(Date.UTC(2026, 9, 25, 2, 0));
      ledger.run();
      for (const body of bodies) ledger.give({ type: 'ReceiveReport', body });
      rule(ledger);
      expect(ledger.state().situation.progress['cut']?.forecastFinishAt).toBe(second.at);
    }
  });
});
