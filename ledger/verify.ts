/**
 * Verification: reads a ledger again from its first row, trusting neither loading nor the write path, and names
 * the first position that is not what it should be. It repairs nothing. A tail that was cut off, or a whole store
 * put back to an earlier day, shows only against a head that was kept elsewhere, or a snapshot that is ahead.
 */
import { digestOf } from './canonical.ts';
import type { CutoverState } from './cutover.ts';
import { genesisHash, type LedgerEvent } from './events.ts';
import { evolve } from './evolve.ts';
import { foldVersion } from './load.ts';
import type { Head, Reader, Snapshot, Store } from './store.ts';
import { StoreTrouble } from './trouble.ts';
import type { Id } from './vocabulary.ts';

/**
 * What is wrong at a position: `missing` no event there, though later ones or the expected head say so · `altered`
 * the row is not byte for byte the event that was written · `wrong_link` it does not name the event before ·
 * `runs_backwards` recorded before the one before · `not_declared` the first event declares nothing ·
 * `head_differs` another event than the head kept elsewhere · `snapshot_differs` the snapshot is not the fold ·
 * `snapshot_ahead` a snapshot of events that are gone.
 */
export type BrokenWhat =
  | 'missing'
  | 'altered'
  | 'wrong_link'
  | 'runs_backwards'
  | 'not_declared'
  | 'head_differs'
  | 'snapshot_differs'
  | 'snapshot_ahead';

export type Broken = {
  readonly cutoverId: Id;
  readonly version: number;
  readonly what: BrokenWhat;
};

/** `events` counts those found whole before the first broken position. */
export type Verification = {
  readonly ok: boolean;
  readonly firstBroken: Broken | null;
  readonly events: number;
};

const eventsAtOnce = 200;

type Walk = {
  readonly version: number;
  readonly hash: string;
  readonly recordedAt: number;
  readonly state: CutoverState | null;
};

const start: Walk = { version: 0, hash: genesisHash, recordedAt: 0, state: null };

/** The next events, or the one position that cannot be read. Reads one by one only where a batch fails. */
async function nextEvents(
  reader: Reader,
  cutoverId: Id,
  after: number,
): Promise<readonly LedgerEvent[] | 'altered'> {
  const isBroken = (error: unknown) => error instanceof StoreTrouble && error.code === 'broken_row';
  try {
    return await reader.read(cutoverId, { after, limit: eventsAtOnce });
  } catch (error) {
    if (!isBroken(error)) throw error;
  }
  try {
    return await reader.read(cutoverId, { after, limit: 1 });
  } catch (error) {
    if (!isBroken(error)) throw error;
    return 'altered';
  }
}

function faultOf(before: Walk, event: LedgerEvent): BrokenWhat | null {
  if (event.version !== before.version + 1) return 'missing';
  if (before.version === 0 && event.body.type !== 'CutoverDeclared') return 'not_declared';
  if (event.previousHash !== before.hash) return 'wrong_link';
  const { hash, ...said } = event;
  if (digestOf('event', said) !== hash) return 'altered';
  return event.recordedAt < before.recordedAt ? 'runs_backwards' : null;
}

const stepOver = (before: Walk, event: LedgerEvent): Walk => ({
  version: event.version,
  hash: event.hash,
  recordedAt: event.recordedAt,
  state: evolve(before.state, event),
});

/** Only a snapshot this build would use is checked; any other is ignored by `load` too. */
function snapshotHolds(snapshot: Snapshot | null, walk: Walk): boolean {
  if (snapshot === null || snapshot.codeVersion !== foldVersion) return true;
  if (snapshot.version !== walk.version) return true;
  return (
    snapshot.headHash === walk.hash &&
    snapshot.stateDigest === digestOf('state', walk.state) &&
    snapshot.stateDigest === digestOf('state', snapshot.state)
  );
}

type Kept = { readonly expected: Head | null; readonly snapshot: Snapshot | null };

/** What is wrong when the walk has just arrived at its position. */
function faultHere(walk: Walk, { expected, snapshot }: Kept): BrokenWhat | null {
  if (expected?.version === walk.version && expected.hash !== walk.hash) return 'head_differs';
  return snapshotHolds(snapshot, walk) ? null : 'snapshot_differs';
}

/** What is wrong when there are no more events. */
function faultAtEnd(walk: Walk, { expected, snapshot }: Kept): BrokenWhat | null {
  if (expected !== null && expected.version > walk.version) return 'missing';
  return snapshot !== null && snapshot.version > walk.version ? 'snapshot_ahead' : null;
}

/** Verifies one cutover; `expected` is a head that was kept outside the store, if there is one. */
export async function verifyCutover(
  reader: Reader,
  cutoverId: Id,
  expected: Head | null = null,
): Promise<Verification> {
  const kept: Kept = { expected, snapshot: await reader.snapshot(cutoverId) };
  let walk = start;
  /** Below every position a row could be given, so that none hides before the first. */
  let after = Number.MIN_SAFE_INTEGER;
  const broken = (version: number, what: BrokenWhat): Verification => ({
    ok: false,
    firstBroken: { cutoverId, version, what },
    events: Math.min(walk.version, version - 1),
  });
  for (;;) {
    const events = await nextEvents(reader, cutoverId, after);
    if (events === 'altered') return broken(walk.version + 1, 'altered');
    for (const event of events) {
      const fault = faultOf(walk, event);
      if (fault !== null) return broken(walk.version + 1, fault);
      walk = stepOver(walk, event);
      const here = faultHere(walk, kept);
      if (here !== null) return broken(walk.version, here);
      after = walk.version;
    }
    if (events.length === 0) break;
  }
  const fault = faultAtEnd(walk, kept);
  return fault === null
    ? { ok: true, firstBroken: null, events: walk.version }
    : broken(walk.version + 1, fault);
}

/**
 * Verifies every cutover of a store in order of id and stops at the first that is broken. A cutover in
 * `expectedHeads` must be there and contain that head.
 */
export async function verify(
  store: Store,
  expectedHeads: Readonly<Record<Id, Head>> = {},
): Promise<Verification> {
  const cutovers = new Set([...(await store.cutovers()), ...Object.keys(expectedHeads)]);
  let events = 0;
  for (const cutoverId of [...cutovers].sort()) {
    const one = await verifyCutover(store, cutoverId, expectedHeads[cutoverId] ?? null);
    events += one.events;
    if (!one.ok) return { ...one, events };
  }
  return { ok: true, firstBroken: null, events };
}
