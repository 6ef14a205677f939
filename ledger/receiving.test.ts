import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkpoint, minute, nightAt, plan, reading } from '../tests/support/build.ts';
import { bench, reportBody } from '../tests/support/packets.ts';
import { digestOf } from './canonical.ts';

const night = plan([checkpoint('cut')]);
const late = {
  kind: 'revised_start',
  checkpoint: 'cut',
  at: reading(minute(30)),
} as const;
const words = { kind: 'statement', text: 'all well' } as const;

describe('receiving a report', () => {
  it('keeps it with its digest, when it came, under which orders, and an id for each fact', () => {
    const ledger = bench(night);
    ledger.at(minute(5));
    const body = reportBody([late, words], { sourceSequence: 7, underPacketVersion: 3 });
    const { events, rejection } = ledger.give({ type: 'ReceiveReport', body });
    expect(rejection).toBeNull();
    const shared = {
      reportId: 'report-1',
      source: 'board',
      sourceEventId: 'event-1',
      sourceSequence: 7,
      reporter: 'operator',
      occurredAt: nightAt,
      receivedAt: minute(5),
    };
    expect(events).toEqual([
      {
        type: 'ReportReceived',
        report: {
          ...shared,
          bodyDigest: digestOf('report', body),
          underPacketVersion: 3,
          currentPacketVersion: null,
          text: 'as told',
          facts: [
            { ...shared, factId: 'fact-1', text: 'revised_start', assertion: late },
            { ...shared, factId: 'fact-2', text: 'statement', assertion: words },
          ],
        },
      },
    ]);
    expect(ledger.state().unruled).toHaveLength(2);
  });

  it('accepts as having happened what a source outside the mapping says; its facts wait for a ruling', () => {
    const ledger = bench(night);
    const { rejection } = ledger.report([words], { source: 'chat', reporter: 'nobody' });
    expect(rejection).toBeNull();
    expect(ledger.state().unruled.map((fact) => fact.source)).toEqual(['chat']);
  });

  it('notes the packet that was current when it came, beside the one it was made under', () => {
    const ledger = bench(night);
    ledger.prepare();
    ledger.report([words], { underPacketVersion: null });
    expect(ledger.events().at(-1)?.body).toMatchObject({ report: { currentPacketVersion: 1 } });
  });

  it('the same source event id with the same body is silence', () => {
    const ledger = bench(night);
    const body = reportBody([late]);
    ledger.give({ type: 'ReceiveReport', body });
    const again = ledger.give({ type: 'ReceiveReport', body: structuredClone(body) });
    expect(again).toEqual({ events: [], rejection: null });
  });

  it('the same source event id with another body is refused, and the refusal kept', () => {
    const ledger = bench(night);
    const body = reportBody([late]);
    const other = reportBody([late], { text: 'something else' });
    ledger.give({ type: 'ReceiveReport', body });
    const again = ledger.give({ type: 'ReceiveReport', body: other });
    expect(again.rejection?.code).toBe('source_event_reused');
    expect(again.rejection?.detail).toContain('event-1');
    expect(again.events).toEqual([
      {
        type: 'ReportRefused',
        source: 'board',
        sourceEventId: 'event-1',
        bodyDigest: digestOf('report', other),
        knownDigest: digestOf('report', body),
        text: 'something else',
        reason: 'source_event_reused',
      },
    ]);
    expect(ledger.state().unruled).toHaveLength(1);
    expect(ledger.state().refusals).toBe(1);
  });

  it('the same event id from another source is another report', () => {
    const ledger = bench(night);
    ledger.give({ type: 'ReceiveReport', body: reportBody([late]) });
    const other = ledger.give({
      type: 'ReceiveReport',
      body: reportBody([late], { source: 'chat' }),
    });
    expect(other.events).toHaveLength(1);
  });

  it('a report that asserts nothing is refused', () => {
    const ledger = bench(night);
    const { events, rejection } = ledger.give({ type: 'ReceiveReport', body: reportBody([]) });
    expect(events).toEqual([]);
    expect(rejection?.code).toBe('report_empty');
  });

  it('any two different bodies under one id: one is received, the other refused', () => {
    const text = fc.string({ maxLength: 20 });
    fc.assert(
      fc.property(text, text, (one, other) => {
        const ledger = bench(night);
        ledger.give({ type: 'ReceiveReport', body: reportBody([late], { text: one }) });
        const second = reportBody([late], { text: other });
        const { events } = ledger.give({ type: 'ReceiveReport', body: second });
        expect(events.map((event) => event.type)).toEqual(one === other ? [] : ['ReportRefused']);
        expect(ledger.state().unruled).toHaveLength(1);
      }),
      { numRuns: 200 },
    );
  });
});
