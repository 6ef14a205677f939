/**
 * A runbook of tonight as a person writes one, in the zone and words of the format: for tests that meet the program from
 * outside, on the wall clock, where a plan cannot be handed to the ledger.
 */
const minuteMs = 60_000;

/** Half an hour before the first step, whenever the test runs. */
const opening = Math.ceil(Date.now() / minuteMs) * minuteMs;

/** An instant so many minutes from now, as runbooks and reports take it. */
export const inMinutes = (minutes: number): string =>
  `${new Date(opening + minutes * minuteMs).toISOString().slice(0, 16)}+00:00`;

const working = { from: inMinutes(-120), to: inMinutes(600) };
const person = (id: string) => ({
  name: id,
  contacts: { email: `${id}@example.test` },
  working: [working],
});
const held = (role: string, by: string) => ({ role, holders: [{ person: by, ...working }] });
const step = (id: string, minutes: number, predecessors: readonly string[]) => ({
  id,
  name: `Step ${id}`,
  role: 'ops',
  start: inMinutes(minutes),
  duration: '30m',
  predecessors,
  observers: ['dev'],
});

/** Three half hours one after another, led by `lead`, worked by `operator`, watched by `dev`; sources `board` and `pager`. */
export const nightRunbook = (id: string, change: Readonly<Record<string, unknown>> = {}) => ({
  format: 'interlock-runbook/1',
  id,
  name: 'Payments release',
  zone: 'Etc/UTC',
  mode: 'live',
  notices: 'on',
  window: { from: inMinutes(-60), to: inMinutes(480) },
  lead: 'release-lead',
  policy: { review: '0m' },
  roles: { 'release-lead': 'Release lead', ops: 'Operations' },
  people: { lead: person('lead'), operator: person('operator'), dev: person('dev') },
  authority: [held('release-lead', 'lead'), held('ops', 'operator')],
  sources: {
    board: { name: 'Status board', rank: 1, facts: 'all', reporters: 'any_mapped' },
  },
  checkpoints: [step('stop', 30, []), step('check', 60, ['stop']), step('shift', 105, ['check'])],
  ...change,
});

/** A report of the status board: the first step starts so many minutes from now. */
export const lateReport = (id: string, minutes: number) => ({
  id,
  source: 'board',
  by: 'operator',
  occurred: new Date().toISOString(),
  facts: [{ revised: { checkpoint: 'stop', at: inMinutes(minutes) } }],
});
