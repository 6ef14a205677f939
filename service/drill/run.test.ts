import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openInterlock } from '../interlock.ts';
import { drillFiles, loadDrill } from './load.ts';
import { type DrillDeps, runDrill } from './run.ts';

const deps: DrillDeps = {
  open: (clock) => openInterlock({ ledger: ':memory:', checkpoints: ':memory:' }, clock),
};
const runbooks = fileURLToPath(new URL('../../evals/runbooks/', import.meta.url));

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interlock-drill-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** A drill on the close of day, with what is expected after its second step. */
async function written(expectations: string, change: (text: string) => string = (text) => text) {
  const file = join(folder, `drill-${Math.random().toString(36).slice(2)}.yaml`);
  const beside = relative(folder, runbooks);
  const text = `format: interlock-drill/1
name: A drill under test
runbook: ${join(beside, 'close-of-day.yaml')}
changes: ${join(beside, 'close-of-day.changes.yaml')}
declare: {at: 2022-11-18 18:30, as: day-lead}
steps:
  - name: told
    now: "19:15"
    take: [e1]
  - name: done
    now: "21:07"
    take: [e3, e4]
    expect: [${expectations}]
`;
  await writeFile(file, change(text));
  return file;
}

async function scored(expectation: string): Promise<{ met: boolean; found: string }[]> {
  const { drill, problems } = await loadDrill(await written(expectation));
  expect(problems).toEqual([]);
  if (drill === null) throw new Error('no drill');
  return (await runDrill(drill, deps)).scored.map(({ met, found }) => ({ met, found }));
}

describe('what is expected and not there is scored as not met, with what was found', () => {
  it.each([
    ['{run: no_change}', 'awaiting_decision'],
    ['{placed: {checkpoint: close-interface, at: "21:08"}}', 'Fri 21:07 to Fri 21:17 by operator'],
    [
      '{placed: {checkpoint: close-interface, at: "21:07", end: "21:18"}}',
      'Fri 21:07 to Fri 21:17 by operator',
    ],
    ['{placed: {checkpoint: close-interface, at: "21:07", owner: day-lead}}', 'by operator'],
    ['{state: {checkpoint: eod, is: planned}}', 'done'],
    ['{forecast: {checkpoint: eod, at: "21:01"}}', 'Fri 21:00'],
    ['{held: {checkpoint: close-interface}}', 'not held'],
    ['{unmoved: [eod, close-interface]}', 'moved: close-interface'],
    ['{protected_moves: [eod]}', 'none'],
    ['{protected_holds: [eod]}', 'none'],
    ['{changes: []}', 'close-interface'],
    ['{ruled: {report: e1, as: accepted}}', 'accepted_as_forecast (told_in_advance)'],
    ['{ruled: {report: e4, as: accepted, code: repeat}}', 'accepted'],
    ['{received: {report: e4, is: refused}}', 'received'],
    ['{held_facts: 1}', '0'],
    ['{packets: 1}', '2'],
    ['{pending: none}', '2'],
    ['{current: 2}', '1'],
    ['{delta: {person: day-lead}}', 'nothing'],
    ['{delta: {person: operator, changes: [held]}}', 'close-interface start_moved'],
    ['{no_delta: [operator]}', 'told: operator'],
    ['{notices: {person: operator, count: 0}}', '1'],
    ['{deadline: {after: "21:07"}}', 'Fri 21:07 (close-interface)'],
    ['{deadline: {checkpoint: eod}}', 'Fri 21:07 (close-interface)'],
    ['{decision: taken}', 'none'],
    ['{acknowledgement: taken}', 'none'],
    ['{outstanding: []}', 'operator'],
    ['{gate_refusals: 1}', '0'],
    ['{gate: {agent: holds, attempts: 2}}', '1 proposals of holds, first clean'],
    ['{gate: {agent: packet, first_try: refused}}', 'first clean'],
    ['{gate: {agent: packet, refused: [in_past]}}', 'refused for nothing'],
    ['{proposes: {ruling: {report: e4, as: held}}}', 'accepted'],
    ['{proposes: {ruling: {report: e1, as: accepted}}}', 'not ruled'],
    ['{proposes: {ruling: {report: e4, as: accepted, against: e3}}}', 'accepted'],
    ['{proposes: {ruling: {report: e4, as: accepted, candidates: ["21:00"]}}}', 'accepted'],
    ['{proposes: {reading: {report: e4, kind: actual_finish}}}', 'none'],
    ['{proposes: {start: {checkpoint: close-interface, at: "21:00"}}}', 'Fri 21:07 to Fri 21:17'],
    ['{proposes: {start: {checkpoint: eod, at: "21:00"}}}', 'not placed'],
    ['{proposes: {unplaced: {checkpoint: close-interface}}}', 'placed'],
    ['{proposes: {hold: {checkpoint: close-interface}}}', 'no hold'],
    ['{proposes: {line: {checkpoint: close-interface, state: held}}}', 'planned, driven by'],
    ['{proposes: {line: {checkpoint: close-interface, driver: boundary}}}', 'planned, driven by'],
    ['{proposes: {tells: {person: day-lead}}}', 'nothing'],
    ['{proposes: {tells: {person: operator, as: observer}}}', 'as owner: start_moved'],
    ['{proposes: {tells_nobody_of: [close-interface]}}', 'operator of close-interface'],
    ['{proposes: {leaves_out: [operator]}}', 'operator told'],
    ['{proposes: {leads: {people: [day-lead]}}}', 'people operator'],
    ['{proposes: {must_acknowledge: [day-lead]}}', 'operator'],
  ])('%s', async (expectation, found) => {
    const marks = await scored(expectation);
    expect(marks).toEqual([{ met: false, found: expect.stringContaining(found) }]);
  });
});

describe('what is not there is no answer: with no packet, and no proposal, is not met', () => {
  it.each([
    ['{changes: []}', 'no packet'],
    ['{protected_moves: []}', 'no packet'],
    ['{protected_holds: []}', 'no packet'],
    ['{no_delta: [operator]}', 'no packet'],
    ['{unmoved: [eod]}', 'moved: eod'],
    ['{outstanding: []}', 'no current packet'],
    ['{proposes: {no_reading: {report: e1}}}', 'readiness proposed nothing'],
    ['{gate: {agent: readiness, refused: []}}', '0 proposals of readiness'],
  ])('%s', async (expectation, found) => {
    const declined = `as: operator, decide: {decline: day-lead, reason: no}, expect: [${expectation}]}`;
    const { drill } = await loadDrill(
      await written('', (text) => text.replace('as: day-lead}', declined)),
    );
    if (drill === null) throw new Error('no drill');
    const { scored: marks } = await runDrill(drill, deps);
    expect(marks).toMatchObject([{ met: false, found: expect.stringContaining(found) }]);
  });

  it('but an agent of whom no proposal is expected made none', async () => {
    const expectation = '{gate: {agent: readiness, attempts: 0, refused: []}}';
    const { drill } = await loadDrill(
      await written('', (text) =>
        text.replace('as: day-lead}', `as: day-lead, expect: [${expectation}]}`),
      ),
    );
    if (drill === null) throw new Error('no drill');
    expect(await runDrill(drill, deps)).toMatchObject({ met: 1, expected: 1 });
  });
});

describe('a drill', () => {
  const good = '{placed: {checkpoint: close-interface, at: "21:07"}}, {packets: 9}';

  it('counts what was met and passes only whole', async () => {
    const { drill } = await loadDrill(await written(good));
    if (drill === null) throw new Error('no drill');
    expect(await runDrill(drill, deps)).toMatchObject({ met: 1, expected: 2, passed: false });
  });

  it('counts what a good answer must not contain as met when it is absent', async () => {
    const bad = '{placed: {checkpoint: close-interface, at: "21:00"}}, {packets: 2}';
    const { drill } = await loadDrill(
      await written('{changes: [close-interface]}', (text) =>
        text.replace(/( +)expect: /, `$1never: [${bad}]\n$&`),
      ),
    );
    if (drill === null) throw new Error('no drill');
    const { scored: marks } = await runDrill(drill, deps);
    expect(marks.map(({ never, met }) => ({ never, met }))).toEqual([
      { never: false, met: true },
      { never: true, met: true },
      { never: true, met: false },
    ]);
  });

  it('takes acknowledgements after the decision, each for the version its person names', async () => {
    const file = await written('{outstanding: []}', (text) =>
      text.replace('    take: [e1]\n', '    take: [e1]\n    acknowledge: [operator]\n').replace(
        /( +)expect: .*/,
        `$1decide: {adopt: day-lead}
    acknowledge: [{person: operator, packet: 1}]
    expect: [{acknowledgement: packet_superseded}, {outstanding: [operator]}]
  - name: seen
    now: "21:08"
    acknowledge: [operator, day-lead]
    expect: [{acknowledgement: not_addressed}, {outstanding: []}]`,
      ),
    );
    const { drill, problems } = await loadDrill(file);
    expect(problems).toEqual([]);
    if (drill === null) throw new Error('no drill');
    expect(await runDrill(drill, deps)).toMatchObject({ met: 4, expected: 4, passed: true });
  });

  it('gives the same result every time', async () => {
    const { drill } = await loadDrill(await written(good));
    if (drill === null) throw new Error('no drill');
    expect(await runDrill(drill, deps)).toEqual(await runDrill(drill, deps));
  });

  it.each([
    ['a misspelt expectation', '{placd: {checkpoint: eod, at: "21:00"}}', 'did you mean "placed"'],
    ['two keys in one', '{packets: 1, pending: none}', 'exactly one key'],
    ['a gate without an agent', '{gate: {attempts: 1}}', 'names no agent'],
    ['a proposal of two things', '{proposes: {no_hold: [eod], leaves_out: [eod]}}', 'one key'],
    ['a proposal at no time', '{proposes: {start: {checkpoint: eod, at: late}}}', 'names no time'],
    ['a checkpoint that is not there', '{state: {checkpoint: eodd, is: held}}', 'mean "eod"'],
    ['a list with one that is not there', '{unmoved: [eod, eodd]}', 'no checkpoint "eodd"'],
    ['a person who is not there', '{no_delta: [nobody]}', 'no person "nobody"'],
    ['a report that is not there', '{ruled: {report: e9, as: held}}', 'no report "e9"'],
    ['a name in a proposal', '{proposes: {no_hold: [eodd]}}', 'no checkpoint "eodd"'],
    ['a cause that is no rule', '{held: {checkpoint: eod, causes: [in_pst]}}', 'mean "in_past"'],
    ['a subject nobody named', '{held: {checkpoint: eod, subjects: [eodd]}}', 'no name "eodd"'],
    ['a hold for nothing', '{proposes: {hold: {checkpoint: eod, waits_for: eodd}}}', 'mean "eod"'],
    ['a hold of nobody', '{proposes: {hold: {checkpoint: eod, lifted_by: x-y}}}', 'no name "x-y"'],
    ['a line for nothing', '{proposes: {line: {checkpoint: eod, subject: x-y}}}', 'no name "x-y"'],
    ['a line needing nothing', '{proposes: {line: {checkpoint: eod, needs: [x-y]}}}', '"x-y"'],
    [
      'an unprotected one as protected',
      '{protected_holds: [close-interface]}',
      'no protected checkpoint',
    ],
    ['the same of moves', '{protected_moves: [close-interface]}', 'no protected checkpoint'],
    ['a fact too many', '{ruled: {report: e4, fact: 2, as: held}}', 'write 1 to 1'],
    [
      'a fact too many in a proposal',
      '{proposes: {ruling: {report: e4, fact: 2, as: held}}}',
      'there is no fact 2 in report "e4"',
    ],
    [
      'words that nobody said',
      '{proposes: {reading: {report: e4, kind: actual_finish, quote: xyzzy}}}',
      'report "e4" does not say "xyzzy"',
    ],
    ['a time that is none', '{placed: {checkpoint: eod, at: later}}', 'names no time'],
  ])('with %s is not run', async (_what, expectation, why) => {
    const { drill, problems } = await loadDrill(await written(expectation));
    expect(drill).toBeNull();
    expect(problems.map(({ message, fix }) => `${message} ${fix}`).join()).toContain(why);
    expect(problems.every(({ line }) => line !== null)).toBe(true);
  });

  it.each([
    ['a missing runbook', 'close-of-day.yaml', 'no-such-file.yaml', 'ENOENT'],
    ['missing changes', 'close-of-day.changes.yaml', 'no-such-file.yaml', 'ENOENT'],
    ['an unknown report', '[e3, e4]', '[e3, e5]', 'no report "e5"'],
    ['somebody unknown who declares', 'as: day-lead', 'as: day-laed', 'no person "day-laed"'],
    ['who adopts', 'take: [e1]', 'decide: {adopt: x-y}', 'no person "x-y"'],
    ['who declines', 'take: [e1]', 'decide: {decline: x-y, reason: no}', 'no person "x-y"'],
    ['who has seen it', 'take: [e1]', 'acknowledge: [operator, x-y]', 'no person "x-y"'],
    ['who saw one', 'take: [e1]', 'acknowledge: [{person: x-y, packet: 1}]', 'no person "x-y"'],
    ['an undated declaration outside', 'at: 2022-11-18 18:30', 'at: "18:30"', 'not inside'],
  ])('with %s is not run', async (_what, ...[from, to, why]) => {
    const { drill, problems } = await loadDrill(
      await written('{packets: 1}', (text) => text.replace(from, to)),
    );
    expect(drill).toBeNull();
    expect(problems.map(({ message }) => message).join()).toContain(why);
  });

  it('that goes back in time, or expects nothing, is not run', async () => {
    const again = '  - {name: Later, now: "19:10", expect: [{packets: 1}]}\n';
    const back = await loadDrill(await written('{packets: 1}', (text) => `${text}\n${again}`));
    expect(back.problems.map(({ message }) => message)).toEqual([
      'is before the step above it, and the clock never goes back',
    ]);
    const idle = await loadDrill(await written(''));
    expect(idle.problems.map(({ message }) => message)).toEqual([
      'nothing is expected after any step, so that nothing could fail',
    ]);
  });

  it('about one agent asks the gate about that agent', async () => {
    const { drill } = await loadDrill(
      await written('{gate: {attempts: 1, first_try: clean}}', (text) =>
        text.replace('runbook:', 'agent: resequencing\nrunbook:'),
      ),
    );
    if (drill === null) throw new Error('no drill');
    const { agent, scored: marks } = await runDrill(drill, deps);
    expect(agent).toBe('resequencing');
    expect(marks.map(({ found }) => found)).toEqual([
      '1 proposals of resequencing, first clean, refused for nothing',
    ]);
  });

  it('is found beside its runbook and its facts', async () => {
    expect(await drillFiles(runbooks)).toEqual([]);
  });

  it('is a file, or every file of a folder', async () => {
    const file = await written('{packets: 1}');
    expect(await drillFiles(file)).toEqual([file]);
    expect(await drillFiles(folder)).toContain(file);
    await expect(drillFiles(join(folder, 'nowhere'))).rejects.toThrow('ENOENT');
  });
});
