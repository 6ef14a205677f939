/**
 * Scores expectations against what was observed, one by one: met or not, and what was found instead. It decides
 * nothing and changes nothing.
 */
import { attendance } from '../../ledger/attendance.ts';
import { holdsOf } from '../../ledger/explaining.ts';
import type { Hold } from '../../ledger/holds.ts';
import {
  type ExpectationKey,
  expectationKeys,
  type ExpectationText,
  type ExpectationValues,
} from './expectations.ts';
import { causesText, includesAll, listed, type Mark, same } from './mark.ts';
import {
  changedIn,
  instantOf,
  lineOf,
  type Observed,
  packetOf,
  preparedIn,
  recordOf,
  rulingsOf,
  shown,
  standingBefore,
} from './observed.ts';
import { scoreGate, scoreProposes } from './proposals.ts';
import { scoreReads } from './readings.ts';

type Scorer<K extends ExpectationKey> = (wanted: ExpectationValues[K], seen: Observed) => Mark;

function placed(wanted: ExpectationValues['placed'], seen: Observed): Mark {
  const line = lineOf(seen, wanted.checkpoint);
  if (line === undefined) return { met: false, found: 'no line' };
  const met =
    line.startAt === instantOf(seen, wanted.at) &&
    (wanted.end === undefined || line.endAt === instantOf(seen, wanted.end)) &&
    (wanted.owner === undefined || line.owner === wanted.owner);
  const found =
    line.state === 'held'
      ? 'held'
      : `${shown(seen, line.startAt)} to ${shown(seen, line.endAt)} by ${line.owner ?? 'nobody'}`;
  return { met, found };
}

function fits(hold: Hold, wanted: ExpectationValues['held']): boolean {
  const rules = hold.causes.map(({ rule }) => rule);
  const subjects = hold.causes.map(({ subject }) => subject);
  return (
    (wanted.class === undefined || hold.holdClass === wanted.class) &&
    (wanted.behind === undefined || hold.behind === wanted.behind) &&
    includesAll(rules, wanted.causes ?? []) &&
    includesAll(subjects, wanted.subjects ?? []) &&
    hold.causes.length >= (wanted.leastCauses ?? 0) &&
    (wanted.relaxes === undefined ||
      hold.relaxations.some(({ relaxes }) => relaxes === wanted.relaxes))
  );
}

const holdText = ({ holdClass, behind, causes, relaxations }: Hold): string =>
  `${holdClass}${behind === null ? '' : ` behind ${behind}`}: ${causesText(causes)}; exceptions: ${relaxations.map(({ relaxes }) => relaxes).join(', ') || 'none'}`;

function held(wanted: ExpectationValues['held'], seen: Observed): Mark {
  const record = recordOf(seen);
  const holds = (record === null ? [] : holdsOf(record)).filter(
    ({ checkpoint }) => checkpoint === wanted.checkpoint,
  );
  return {
    met:
      lineOf(seen, wanted.checkpoint)?.state === 'held' && holds.some((hold) => fits(hold, wanted)),
    found: holds.map(holdText).join(' | ') || 'not held',
  };
}

function unmoved(wanted: ExpectationValues['unmoved'], seen: Observed): Mark {
  const moved = wanted.filter((checkpoint) => {
    const before = standingBefore(seen, checkpoint);
    const line = lineOf(seen, checkpoint);
    return (
      before === null ||
      line === undefined ||
      line.startAt !== before.startAt ||
      line.owner !== before.owner
    );
  });
  return {
    met: moved.length === 0,
    found: moved.length === 0 ? 'all' : `moved: ${moved.join(', ')}`,
  };
}

/** Where there is no packet, nothing stands in it: not even that nothing does. */
const none: Mark = { met: false, found: 'no packet' };
const inPacket = (wanted: readonly string[], found: readonly string[], seen: Observed): Mark =>
  packetOf(seen) === null ? none : listed(wanted, found);

function protectedMoves(wanted: ExpectationValues['protected_moves'], seen: Observed): Mark {
  const found = (packetOf(seen)?.lines ?? [])
    .filter((line) => line.protectedMove && line.state === 'planned')
    .map(({ checkpoint }) => checkpoint);
  return inPacket(wanted, found, seen);
}

function protectedHolds(wanted: readonly string[], seen: Observed): Mark {
  const guarded = new Set(
    seen.state.situation.plan.checkpoints.filter((one) => one.protected).map(({ id }) => id),
  );
  const found = (packetOf(seen)?.lines ?? [])
    .filter(({ checkpoint, state }) => state === 'held' && guarded.has(checkpoint))
    .map(({ checkpoint }) => checkpoint);
  return inPacket(wanted, found, seen);
}

function ruled(wanted: ExpectationValues['ruled'], seen: Observed): Mark {
  const all = rulingsOf(seen, wanted.report);
  const asked = wanted.fact === undefined ? all : all.slice(wanted.fact - 1, wanted.fact);
  const met =
    asked.length > 0 &&
    asked.every(
      (ruling) =>
        ruling?.ruling === wanted.as && (wanted.code === undefined || ruling.code === wanted.code),
    );
  const words = asked.map((ruling) =>
    ruling === undefined
      ? 'not ruled'
      : `${ruling.ruling}${ruling.code === null ? '' : ` (${ruling.code})`}`,
  );
  return { met, found: words.join(', ') || 'no such fact' };
}

function delta(wanted: ExpectationValues['delta'], seen: Observed): Mark {
  const lines = (packetOf(seen)?.deltas ?? [])
    .filter(({ person }) => person === wanted.person)
    .flatMap((one) => one.lines);
  const met = lines.some(
    ({ checkpoint, changes }) =>
      (wanted.checkpoint === undefined || checkpoint === wanted.checkpoint) &&
      includesAll(changes, wanted.changes ?? []),
  );
  const found = lines.map(({ checkpoint, changes }) => `${checkpoint} ${changes.join('+')}`);
  return { met, found: found.join(', ') || 'nothing' };
}

function deadline(wanted: ExpectationValues['deadline'], seen: Observed): Mark {
  const { decisionDeadlineAt: at = null, decisionDeadlineCheckpoint: by = null } =
    packetOf(seen) ?? {};
  const after = wanted.after === undefined ? null : instantOf(seen, wanted.after);
  return {
    met:
      at !== null &&
      (wanted.at === undefined || at === instantOf(seen, wanted.at)) &&
      (after === null || at > after) &&
      (wanted.checkpoint === undefined || by === wanted.checkpoint),
    found: `${shown(seen, at)} (${by ?? 'no checkpoint'})`,
  };
}

const counted = (wanted: number, found: number): Mark => same(wanted, found);

const scorers: { readonly [K in ExpectationKey]: Scorer<K> } = {
  run: (wanted, seen) => same(wanted, seen.run),
  placed,
  state: ({ checkpoint, is }, seen) => same(is, lineOf(seen, checkpoint)?.state),
  forecast: ({ checkpoint, at }, seen) => {
    const found = seen.state.situation.progress[checkpoint]?.forecastFinishAt ?? null;
    return { met: found !== null && found === instantOf(seen, at), found: shown(seen, found) };
  },
  held,
  unmoved,
  protected_moves: protectedMoves,
  protected_holds: protectedHolds,
  changes: (wanted, seen) => inPacket(wanted, changedIn(seen), seen),
  ruled,
  reads: scoreReads,
  received: ({ report, is }, seen) => same(is, seen.deliveries.get(report)),
  held_facts: (wanted, seen) => counted(wanted, seen.state.heldFacts.length),
  packets: (wanted, seen) => counted(wanted, preparedIn(seen.events).length),
  pending: (wanted, seen) => same(wanted, seen.state.pending?.record.packet.version ?? 'none'),
  current: (wanted, seen) => same(wanted, seen.state.current?.packet.version ?? 'none'),
  delta,
  no_delta: (wanted, seen) => {
    const told = new Set((packetOf(seen)?.deltas ?? []).map(({ person }) => person));
    const wrongly = wanted.filter((person) => told.has(person));
    if (packetOf(seen) === null) return none;
    return {
      met: wrongly.length === 0,
      found: wrongly.length === 0 ? 'nobody of them' : `told: ${wrongly.join(', ')}`,
    };
  },
  notices: ({ person, count }, seen) =>
    counted(
      count,
      seen.events.filter(({ body }) => body.type === 'NoticeQueued' && body.person === person)
        .length,
    ),
  deadline,
  decision: (wanted, seen) => same(wanted, seen.decision),
  acknowledgement: (wanted, seen) => same(wanted, seen.acknowledgement),
  outstanding: (wanted, { state }) =>
    state.current === null
      ? { met: false, found: 'no current packet' }
      : listed(
          wanted,
          attendance(state).flatMap((row) => (row.state === 'outstanding' ? [row.person] : [])),
        ),
  gate_refusals: (wanted, seen) =>
    counted(
      wanted,
      seen.events.filter(({ body }) => body.type === 'VerdictGiven' && !body.clean).length,
    ),
  gate: scoreGate,
  proposes: scoreProposes,
};

function scoreOne<K extends ExpectationKey>(
  key: K,
  wanted: { readonly [Key in ExpectationKey]?: ExpectationValues[Key] | undefined },
  seen: Observed,
): Mark | null {
  const value: ExpectationValues[K] | undefined = wanted[key];
  return value === undefined ? null : scorers[key](value, seen);
}

const isKey = (key: string): key is ExpectationKey => key in expectationKeys;

/** Scores one expectation. */
export function score(wanted: ExpectationText, seen: Observed): Mark {
  const [key] = Object.keys(wanted).filter(isKey);
  const mark = key === undefined ? null : scoreOne(key, wanted, seen);
  return mark ?? { met: false, found: 'an expectation without a key' };
}
