/**
 * A runbook file as a plan in instants. It refuses a zone that does not exist and a window that cannot be read;
 * whether the plan contradicts itself is judged by constraints/plan.ts.
 */
import { Temporal } from 'temporal-polyfill';
import type { Authority, Checkpoint, Plan } from '../../ledger/plan.ts';
import { Instant, type Interval } from '../../ledger/vocabulary.ts';
import { type Desk, intervalOf } from './clock.ts';
import type { RunbookText } from './format.ts';
import { type Finding, meant } from './problems.ts';
import { checkpointOf } from './toCheckpoint.ts';
import { partsOf } from './toParts.ts';

const zones = (): string[] => ['UTC', ...Intl.supportedValuesOf('timeZone')];

/** Whether times can be read in this zone. */
function isZone(zone: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone);
    return /^[A-Za-z]/.test(zone);
  } catch {
    return false;
  }
}

function zoneFinding(zone: string): Finding[] {
  if (isZone(zone)) return [];
  const fix = `${meant(zone, zones())}write an IANA zone such as "Europe/London" or "UTC"`;
  return [{ path: ['zone'], message: `"${zone}" is not a time zone`, fix }];
}

/** The window's own times are read against no window: a bare time is never inside this one. */
const longAgo: Interval = { opensAt: Instant.minValue ?? 0, closesAt: (Instant.minValue ?? 0) + 1 };

function windowOf(text: RunbookText, zone: string): { window: Interval | null; desk: Desk } {
  const desk: Desk = { zone, window: longAgo, findings: [], originals: [] };
  const window = intervalOf(text.window, { file: ['window'], plan: 'window' }, { desk });
  const undated = /^\D*\d{1,2}:\d{2}(:\d{2})?\D*$/.test(text.window.from);
  if (window !== null || !undated) return { window, desk };
  const finding: Finding = {
    path: ['window', 'from'],
    message: `"${text.window.from}" carries no date`,
    fix: 'write the date on which the window opens, such as "2026-11-28 22:00"',
  };
  return { window: null, desk: { ...desk, findings: [finding] } };
}

/** Who holds a role for a checkpoint at an instant, by the rows that apply; null when not exactly one person. */
export function holderAt(
  authority: readonly Authority[],
  at: Instant,
  want: { role: string; checkpoint: string },
): string | null {
  const rows = authority.filter(({ role }) => role === want.role);
  const own = rows.filter(({ checkpoint }) => checkpoint === want.checkpoint);
  const applying = own.length > 0 ? own : rows.filter(({ checkpoint }) => checkpoint === 'all');
  const people = new Set(
    applying
      .flatMap(({ holders }) => holders)
      .filter(({ opensAt, closesAt }) => opensAt <= at && at < closesAt)
      .map(({ person }) => person),
  );
  const [only] = people;
  return people.size === 1 && only !== undefined ? only : null;
}

function checkpointsOf(text: RunbookText, desk: Desk, authority: readonly Authority[]) {
  const known = new Set(text.checkpoints.map(({ id }) => id));
  return text.checkpoints.map((item, index): Checkpoint | null =>
    checkpointOf(
      item,
      { file: ['checkpoints', index], plan: `checkpoints/${item.id}` },
      {
        desk,
        known,
        rank: index + 1,
        holderAt: (at, role, checkpoint) => holderAt(authority, at, { role, checkpoint }),
      },
    ),
  );
}

export type Converted = {
  /** What could be read, with unreadable parts left out; null when nothing can be judged without them. */
  readonly plan: Plan | null;
  readonly findings: readonly Finding[];
};

/** The plan of a file that has the right shape, and every text in it that could not be read. */
export function toPlan(text: RunbookText): Converted {
  const zoneFindings = zoneFinding(text.zone);
  const zone = zoneFindings.length === 0 ? text.zone : 'UTC';
  const { window, desk: windowDesk } = windowOf(text, zone);
  if (zoneFindings.length > 0) return { plan: null, findings: zoneFindings };
  const first = windowDesk.findings;
  if (window === null) return { plan: null, findings: first };
  const desk: Desk = { zone, window, findings: [], originals: windowDesk.originals };
  const parts = partsOf(text, desk);
  const checkpoints = checkpointsOf(text, desk, parts.authority).filter((item) => item !== null);
  const plan: Plan = {
    cutoverId: text.id,
    name: text.name,
    zone,
    mode: text.mode,
    notices: text.notices ?? 'off',
    tickSeconds: text.precision === 'seconds' ? 1 : 60,
    window,
    leadRole: text.lead,
    ...parts,
    checkpoints,
    originals: desk.originals,
  };
  return { plan, findings: [...first, ...desk.findings] };
}

/** The desk on which later files of this cutover are read. */
export const deskOf = ({ zone, window }: Pick<Plan, 'zone' | 'window'>): Desk => ({
  zone,
  window,
  findings: [],
  originals: [],
});
