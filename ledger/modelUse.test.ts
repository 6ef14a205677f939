/** What asking models costs, counted from events: reserved, settled, by run, by day, across a restart. */
import { describe, expect, it } from 'vitest';
import { checkpoint, minute, plan } from '../tests/support/build.ts';
import { type Bench, bench } from '../tests/support/packets.ts';
import { genesisHash } from './events.ts';
import { noUse, type Use } from './modelCost.ts';
import { dayOf, usedBy } from './modelUse.ts';

const night = plan([checkpoint('cut', { approvedStartAt: minute(120) })]);
const use = (calls: number): Use => ({ calls, tokens: calls * 100, milliseconds: 5, microCost: 1 });

const ask = (ledger: Bench, askId: string, runId: string, calls: number) =>
  ledger.give({
    type: 'AskModel',
    ask: {
      askId,
      runId,
      agent: 'holds',
      model: 'm',
      promptDigest: genesisHash,
      reserved: use(calls),
    },
  });
const answer = (ledger: Bench, askId: string, calls: number) =>
  ledger.give({
    type: 'AnswerModel',
    answer: { askId, outcome: 'answered', used: use(calls), rationale: [] },
  });

describe('what asking a model costs', () => {
  it('counts in full while it is reserved, and as it was once it is settled', () => {
    const ledger = bench(night);
    const runId = ledger.run();
    ask(ledger, 'ask-1', runId, 3);
    expect(usedBy.run(ledger.state(), runId).calls).toBe(3);
    expect(usedBy.cutover(ledger.state()).calls).toBe(3);
    expect(usedBy.day(ledger.state(), dayOf(ledger.now())).calls).toBe(3);
    answer(ledger, 'ask-1', 1);
    expect(usedBy.run(ledger.state(), runId)).toEqual(use(1));
    expect(usedBy.day(ledger.state(), dayOf(ledger.now()))).toEqual(use(1));
    expect(usedBy.day(ledger.state(), dayOf(ledger.now()) + 1)).toEqual(noUse);
  });

  it('is reserved and settled once, and only for the open run', () => {
    const ledger = bench(night);
    const runId = ledger.run();
    ask(ledger, 'ask-1', runId, 3);
    expect(ask(ledger, 'ask-1', runId, 3).events).toEqual([]);
    answer(ledger, 'ask-1', 2);
    expect(answer(ledger, 'ask-1', 2).events).toEqual([]);
    expect(usedBy.cutover(ledger.state()).calls).toBe(2);
    expect(ask(ledger, 'ask-2', 'run-9', 1).rejection?.code).toBe('run_unknown');
  });

  it('counts also when its run is over, and starts again for the next one and the next day', () => {
    const ledger = bench(night);
    const runId = ledger.run();
    ask(ledger, 'ask-1', runId, 3);
    ledger.give({ type: 'EndRun', runId, outcome: 'no_change' });
    answer(ledger, 'ask-1', 2);
    ledger.report([{ kind: 'statement', text: 'news' }]);
    ledger.at(minute(24 * 60));
    const next = ledger.run();
    expect(usedBy.run(ledger.state(), next)).toEqual(noUse);
    ask(ledger, 'ask-2', next, 1);
    answer(ledger, 'ask-2', 1);
    expect(usedBy.run(ledger.state(), next).calls).toBe(1);
    expect(usedBy.cutover(ledger.state()).calls).toBe(3);
    expect(usedBy.day(ledger.state(), dayOf(ledger.now())).calls).toBe(1);
  });

  it('of an ask that nobody settles, because its process died, counts for ever', () => {
    const ledger = bench(night);
    const runId = ledger.run();
    ask(ledger, 'ask-1', runId, 3);
    ledger.give({ type: 'EndRun', runId, outcome: 'no_change' });
    expect(usedBy.cutover(ledger.state()).calls).toBe(3);
  });
});
