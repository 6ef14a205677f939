/**
 * What may be read out of words, by a reader that tries everything: every quote that starts and ends where a clause does, as
 * every kind, of every checkpoint.
 */
import { describe, expect, it } from 'vitest';
import type { Fact } from '../ledger/facts.ts';
import { checkpoint, fact, minute, plan } from '../tests/support/build.ts';
import { readingFrom, readingTrouble } from './readings.ts';
import { readableKinds } from './readingWords.ts';

const night = plan([
  checkpoint('rollback-validation', { name: 'Rollback validation' }),
  checkpoint('security-approval', { name: 'Security approval' }),
  checkpoint('replication-confirmation', { name: 'Database replication confirmation' }),
  checkpoint('step-2', { name: 'Step 2' }),
  checkpoint('step-10', { name: 'Step 10' }),
  checkpoint('done', { name: 'Migration complete' }),
]);

const wordsOf = (text: string): Fact => fact({ kind: 'statement', text });

function quotesOf(text: string): Set<string> {
  const marks = [...text.matchAll(/[.!?;,\n:]\s*/g)];
  const places = marks.flatMap(({ index, 0: mark }) => [index, index + 1, index + mark.length]);
  const all = [0, ...places, text.length];
  return new Set(all.flatMap((from) => all.map((to) => text.slice(from, to))));
}

/** Everything that the gate lets a reader read there: kind, checkpoint, minute of the night (null: without a time). */
function readable(text: string): string[] {
  const found = [...quotesOf(text)].flatMap((quote) =>
    readableKinds.flatMap((kind) =>
      night.checkpoints.flatMap(({ id }) => {
        const made = readingFrom({ statement: 's', quote, kind, checkpoint: id }, text, night);
        if (made === null || readingTrouble(made, wordsOf(text), night) !== null) return [];
        const { assertion } = made;
        const at = 'at' in assertion ? (assertion.at?.at ?? null) : null;
        return [`${kind} ${id} ${at === null ? 'null' : (at - minute(0)) / 60_000}`];
      }),
    ),
  );
  return [...new Set(found)];
}

const said = 'Rollback validation finished 22:20';

describe('what words plainly say', () => {
  it.each([
    [`${said}.`, ['actual_finish rollback-validation 20']],
    ['rollback-validation: completed 22:20', ['actual_finish rollback-validation 20']],
    ['- [x] rollback validation is done at 22:20', ['actual_finish rollback-validation 20']],
    ['[x] Rollback validation done at 22:20', ['actual_finish rollback-validation 20']],
    ['We have finished rollback validation at 22:20.', ['actual_finish rollback-validation 20']],
    ['Rollback validation is under way since 22:05.', ['actual_start rollback-validation 5']],
    [
      'Rollback validation started 22:05, finished 22:20.',
      ['actual_start rollback-validation 5', 'actual_finish rollback-validation 20'],
    ],
    ['ETA for rollback validation is 22:40.', ['forecast_finish rollback-validation 40']],
    [
      'Rollback validation is expected to finish by 22:40.',
      ['forecast_finish rollback-validation 40'],
    ],
    [
      'Database replication confirmation has been pushed back to 22:40.',
      ['revised_start replication-confirmation 40'],
    ],
    ['Next update on security approval at 22:35.', ['update_promised security-approval 35']],
    [
      `Hi all,\n\nStatus 22:25:\n- ${said}\n- Security approval will start 22:40\n\nThanks`,
      ['actual_finish rollback-validation 20', 'revised_start security-approval 40'],
    ],
    [`${said}. The bridge sounds worried.`, ['actual_finish rollback-validation 20']],
    [`${said}. Security approves as soon as it can.`, ['actual_finish rollback-validation 20']],
    [`${said}. Security approval has not started.`, ['actual_finish rollback-validation 20']],
    ['Step 2 finished at 22:10.', ['actual_finish step-2 10']],
  ])('%j is read', (text, all) => {
    expect(readable(text)).toEqual(all);
  });
});

const without = (text: string) => text.replaceAll('F', 'Rollback validation finished 22:20');
describe('what words do not say', () => {
  it.each([
    ['a denial', 'Rollback validation is far from finished at 22:20.'],
    ['a denial', 'Rollback validation is anything but done 22:20.'],
    ['a denial', 'Rollback validation isnt finished 22:20.'],
    ['a denial', 'Rollback validation barely started 22:05.'],
    ['a part', 'Rollback validation 90% done 22:20.'],
    ['a part', 'Rollback validation done apart from the last script 22:20.'],
    ['a part', 'Everything except rollback validation finished 22:20.'],
    ['a part', 'Rollback validation prep started 22:05.'],
    ['a supposition', 'Provided F, we go.'],
    ['a supposition', 'I think F.'],
    ['a supposition', 'Had F, we would go.'],
    ['an order', 'Complete rollback validation at 22:20.'],
    ['an order', 'Have rollback validation done at 22:20.'],
    ['an order', 'Rollback validation done by 22:20.'],
    ['an order', 'Rollback validation to be done by 22:40.'],
    ['a plan', 'Target: F.'],
    ['a plan', 'Plan:\n22:05 Rollback validation started\n22:20 Rollback validation done'],
    ['a plan', 'Proposal: rollback validation moved to 22:40.'],
    ['a question', 'Has rollback validation finished 22:20'],
    ['a question', 'F. Is that so?'],
    ['hearsay', 'They say F.'],
    ['hearsay', 'F, or so they say.'],
    ['hearsay', 'F; or so they say.'],
    ['hearsay', 'On Friday, the vendor wrote:\nF.'],
    ['another night', 'Last week F.'],
    ['another night', 'From the rehearsal:\nF.'],
    ['another place', 'F on the test cluster.'],
    ['another place', 'F. On the sandbox.'],
    ['a correction', 'F. Scratch that.'],
    ['a correction', 'Ignore the above.\nF.'],
    ['a correction', 'F. Not!'],
    ['a correction', 'F\nif the checks pass'],
    ['a correction', 'F. Now 22:30.'],
    ['another time', 'Rollback validation finished around 22:20.'],
    ['another time', 'Rollback validation finished 10 minutes past 22:20.'],
    ['another time', 'Rollback validation finished in 22:40.'],
    ['another time', 'Rollback validation expected after 22:40.'],
    ['another time', 'Rollback validation expected to start 22:40.'],
    ['another time', 'Estimated duration of rollback validation 01:30.'],
    ['another time', 'F or so.'],
    ['another clock', 'F Paris time.'],
    ['another clock', 'Rollback validation finished 2:15 p.m.'],
    ['another clock', 'All times are CET. F.'],
    ['another subject', 'Database backup completed 22:20.'],
    ['another subject', 'Rollback finished 22:20.'],
    ['another subject', 'The rollback validation ticket is completed 22:20.'],
    ['another subject', 'Call about rollback validation ended 22:20.'],
    ['another subject', 'We are done waiting for rollback validation 22:20.'],
    ['another subject', 'Rollback, validation finished 22:20.'],
    ['another subject', 'The step finished at 22:10.'],
    ['another subject', 'Rollback validation: lead done 22:20.'],
    ['a disguise', 'Rollback validation n\u200bot finished 22:20.'],
    ['a disguise', 'Rollback validation n\u043et finished 22:20.'],
    ['a disguise', '~~Draft. F. End of draft.~~'],
    ['a disguise', '```\nF.\n```'],
    ['a disguise', '> F.'],
    ['a disguise', '| F |'],
    ['a disguise', '"All quiet. F. Nice." is what we wish to hear.'],
    ['a disguise', 'Rollback validation ≠ done 22:20.'],
    ['a box that is not ticked', '- [ ] F'],
    ['a box that is not ticked', '☐ F'],
    ['a box that is not ticked', '( ) F'],
    ['a heading', 'Not done:\n- F'],
    ['a heading', 'To do:\n- F'],
    ['a heading', 'Expected:\n- F'],
    ['a heading', 'Remaining items\n\n* F'],
  ])('%s: %j', (_, text) => {
    expect(readable(without(text))).toEqual([]);
  });

  it.each([
    ['Security approval started 22:05, replication is ok, finished 22:20.', []],
    ['Rollback validation done, lead back 22:20.', []],
    ['Security approval: start moved to 22:40.', ['revised_start security-approval 40']],
    ['Update 22:25: rollback validation done.', ['actual_finish rollback-validation null']],
    [
      'Rollback validation finished between 22:10 and 22:20.',
      ['actual_finish rollback-validation null'],
    ],
  ])('no more is read than is said: %j', (text, all) => {
    expect(readable(text)).toEqual(all);
  });
});
