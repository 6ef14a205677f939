/**
 * Writes generated nights as files in the formats that people write by hand: a runbook and a drill with its truth as
 * expectations. They are read back like any other suite, and can be kept and looked at.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../../service/makeFolder.ts';
import { type Cluster, freeze, type Night, type Step, windowMinutes } from './night.ts';
import { nights } from './nights.ts';
import { changedBetween, type Truth, truthAfter } from './truth.ts';

/** Minutes from ten in the evening as local time. */
function clock(minutes: number): string {
  const all = 22 * 60 + minutes;
  const day = all < 24 * 60 ? '2026-11-28' : '2026-11-29';
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${day} ${two(Math.floor(all / 60) % 24)}:${two(all % 60)}`;
}

const owner = (strand: Step['strand']): string =>
  strand === 'join' ? 'join-duty' : `duty-${strand}`;
const role = (strand: Step['strand']): string =>
  strand === 'join' ? 'join-team' : `team-${strand}`;
const deputy = (strand: number): string => `deputy-${strand}`;

const boundariesOf = (night: Night) => ({
  freeze: {
    kind: 'freeze',
    level: 'organisation',
    from: clock(freeze.from),
    to: clock(freeze.to),
  },
  ...Object.fromEntries(
    night.bounded.map((step) => [
      `works-${step}`,
      {
        kind: 'maintenance',
        level: 'service',
        from: clock(0),
        to: clock(windowMinutes),
        binds: [step],
      },
    ]),
  ),
});

function runbookOf(night: Night, id: string) {
  const teams: Step['strand'][] = [
    ...Array.from({ length: night.strands }, (_, i) => i + 1),
    'join',
  ];
  const people = ['lead-duty', 'change-duty', ...teams.map(owner), ...night.delegates.map(deputy)];
  return {
    format: 'interlock-runbook/1',
    id,
    name: `Generated night ${id}`,
    zone: night.zone,
    mode: 'rehearsal',
    notices: 'test',
    window: { from: clock(0), to: clock(windowMinutes) },
    lead: 'release-lead',
    policy: { slipTolerance: '10m', review: '0m' },
    roles: Object.fromEntries(
      ['release-lead', 'change-manager', ...teams.map(role)].map((one) => [one, one]),
    ),
    people: Object.fromEntries(people.map((one) => [one, { name: one, working: 'window' }])),
    authority: [
      { role: 'release-lead', holders: 'lead-duty' },
      { role: 'change-manager', holders: 'change-duty' },
      ...teams.map((team) => ({
        role: role(team),
        holders: owner(team),
        ...(team !== 'join' && night.delegates.includes(team)
          ? { delegates: [{ person: deputy(team), grantedBy: owner(team) }] }
          : {}),
      })),
    ],
    sources: { board: { name: 'Board', rank: 1, facts: 'all', reporters: 'any_mapped' } },
    boundaries: boundariesOf(night),
    checkpoints: night.steps.map((step) => ({
      id: step.id,
      role: role(step.strand),
      owner: owner(step.strand),
      start: clock(step.startAt),
      duration: `${step.minutes}m`,
      protected: step.protected,
      predecessors: step.after.map(({ id: after, gap }) => ({ after, gap: `${gap}m` })),
    })),
  };
}

function reportsOf(night: Night, { now, finished, closes, away, noise }: Cluster, turn: number) {
  const report = (name: string, by: string, facts: readonly object[]) => ({
    id: `${name}-${turn}`,
    source: 'board',
    by,
    occurred: clock(now),
    text: `Report ${name} of ${clock(now)}.`,
    facts,
  });
  const stepOf = (id: string): Step | undefined => night.steps.find((step) => step.id === id);
  const progress = finished.map(({ id, at }) => {
    const step = stepOf(id);
    return report(`ended-${id}`, owner(step?.strand ?? 'join'), [
      {
        started: {
          checkpoint: id,
          at: clock(step?.startAt ?? 0),
          owner: owner(step?.strand ?? 'join'),
        },
      },
      { finished: { checkpoint: id, at: clock(at) } },
    ]);
  });
  const limits = closes.map(({ id, at }) =>
    report(`closes-${id}`, 'change-duty', [{ boundary: { id: `works-${id}`, to: clock(at) } }]),
  );
  const absent = away.map(({ strand, from, to }) =>
    report(`away-${strand}`, owner(strand), [
      { unavailable: { person: owner(strand), from: clock(from), to: clock(to ?? windowMinutes) } },
    ]),
  );
  const chat = {
    ...report('chat', 'join-duty', [{ finished: { checkpoint: 'join', at: clock(now) } }]),
    source: 'chat',
  };
  const told = [...progress, ...limits, ...absent];
  return [...told, ...(noise ? [chat, ...told.slice(0, 1)] : [])];
}

function placedAs(night: Night, truth: Truth, id: string): object[] {
  const standing = truth.get(id);
  const step = night.steps.find((one) => one.id === id);
  if (standing?.state === 'held') return [{ state: { checkpoint: id, is: 'held' } }];
  if (standing?.state !== 'placed' || step === undefined) return [];
  const { strand, minutes } = step;
  const by = standing.delegate && strand !== 'join' ? deputy(strand) : owner(strand);
  return [
    {
      placed: {
        checkpoint: id,
        at: clock(standing.at),
        end: clock(standing.at + minutes),
        owner: by,
      },
    },
  ];
}

function stepOf(night: Night, cluster: Cluster, turn: number) {
  const before = truthAfter(night, turn - 1);
  const truth = truthAfter(night, turn);
  const changed = changedBetween(before, truth);
  const guarded = night.steps.filter((step) => step.protected).map(({ id }) => id);
  const held = guarded.filter((id) => truth.get(id)?.state === 'held');
  const open = night.steps.map(({ id }) => id);
  return {
    name: `Cluster ${turn}`,
    now: clock(cluster.now),
    reports: reportsOf(night, cluster, turn),
    ...(changed.length > 0 ? { decide: { adopt: 'lead-duty' } } : {}),
    expect: [
      { protected_holds: held },
      ...open.flatMap((id) => placedAs(night, truth, id)),
      ...(changed.length > 0
        ? [{ run: 'awaiting_decision' }, { changes: changed }, { decision: 'taken' }]
        : [{ run: 'no_change' }]),
      { gate_refusals: 0 },
    ],
  };
}

function drillOf(night: Night, id: string) {
  return {
    format: 'interlock-drill/1',
    name: `Generated night ${id} stands as longest paths say`,
    runbook: `${id}.runbook.json`,
    declare: { at: clock(0), as: 'lead-duty', expect: [{ run: 'adopted' }, { current: 1 }] },
    steps: night.clusters.map((cluster, index) => stepOf(night, cluster, index + 1)),
  };
}

/** Writes so many nights of a seed into a folder, which is made. Answers the files of the drills. */
export async function writeNights(folder: string, count: number, seed: number): Promise<string[]> {
  await makeFolder(folder);
  const drills: string[] = [];
  for (const [index, night] of nights(count, seed).entries()) {
    const id = `night-${seed}-${String(index + 1).padStart(4, '0')}`;
    const json = (value: object): string => `${JSON.stringify(value, null, 1)}\n`;
    await writeFile(join(folder, `${id}.runbook.json`), json(runbookOf(night, id)));
    const drill = join(folder, `${id}.json`);
    await writeFile(drill, json(drillOf(night, id)));
    drills.push(drill);
  }
  return drills;
}
