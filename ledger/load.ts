/**
 * Loading: the state of a cutover from what this process remembers or a snapshot, plus the events since. Either
 * shortcut is used only when it fits the chain; otherwise the whole ledger is folded again. It writes nothing.
 */
import { digestOf } from './canonical.ts';
import type { CutoverState } from './cutover.ts';
import type { LedgerEvent } from './events.ts';
import { evolve } from './evolve.ts';
import type { Head, Reader, Snapshot } from './store.ts';
import { StoreTrouble } from './trouble.ts';
import type { Id } from './vocabulary.ts';

/** Which fold made a snapshot. Raise it whenever `evolve` would give another state for the same events. */
export const foldVersion = 'fold-11';

/** A snapshot is due when this many events have passed, so a cold load folds at most about as many. */
export const snapshotEvery = 64;

const eventsAtOnce = 500;
const cutoversRemembered = 64;

/** States by the store they came from: gone with it, never shared between stores. Oldest use first. */
const memory = new WeakMap<object, Map<Id, CutoverState>>();

function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const part of Object.values(value)) freeze(part);
}

/** Keeps a committed state for the next load from this store. It is frozen: whoever changed it would change history. */
export function remember(store: object, state: CutoverState): void {
  freeze(state);
  const states = memory.get(store) ?? new Map<Id, CutoverState>();
  memory.set(store, states);
  states.delete(state.cutoverId);
  states.set(state.cutoverId, state);
  const oldest = states.keys().next();
  if (states.size > cutoversRemembered && oldest.done !== true) states.delete(oldest.value);
}

/** The snapshot of a state, to be saved. */
export const snapshotOf = (state: CutoverState): Snapshot => ({
  version: state.version,
  headHash: state.headHash,
  stateDigest: digestOf('state', state),
  codeVersion: foldVersion,
  state,
});

/** The state a snapshot holds, or null when this build did not make it or it is not what was saved. */
function trusted(snapshot: Snapshot | null, cutoverId: Id): CutoverState | null {
  if (snapshot === null || snapshot.codeVersion !== foldVersion) return null;
  const { state } = snapshot;
  const same =
    state.cutoverId === cutoverId &&
    state.version === snapshot.version &&
    state.headHash === snapshot.headHash &&
    digestOf('state', state) === snapshot.stateDigest;
  return same ? state : null;
}

const fits = (state: CutoverState, next: LedgerEvent): boolean =>
  next.version === state.version + 1 && next.previousHash === state.headHash;

function extend(state: CutoverState | null, events: readonly LedgerEvent[]): CutoverState | null {
  return events.reduce((before, event) => {
    if (before === null ? event.version !== 1 : !fits(before, event)) {
      throw new StoreTrouble(
        'broken_row',
        `${event.cutoverId}: event ${event.version} does not link to the one before: run verify`,
      );
    }
    return evolve(before, event);
  }, state);
}

export type Loaded = {
  readonly state: CutoverState | null;
  /** How many events had to be folded. */
  readonly folded: number;
};

/** The state at `head` or later, starting from `base`; null when `base` is not a state of this chain. */
async function loadOn(
  base: CutoverState | null,
  head: Head,
  from: { readonly reader: Reader; readonly cutoverId: Id },
): Promise<Loaded | null> {
  if (base !== null && base.version > head.version) return null;
  if (base !== null && base.version === head.version) {
    return base.headHash === head.hash ? { state: base, folded: 0 } : null;
  }
  let state = base;
  while ((state?.version ?? 0) < head.version) {
    const after = state?.version ?? 0;
    const events = await from.reader.read(from.cutoverId, { after, limit: eventsAtOnce });
    const [first] = events;
    if (first === undefined) {
      throw new StoreTrouble(
        'broken_row',
        `${from.cutoverId}: no event after ${after}: run verify`,
      );
    }
    if (state !== null && state === base && !fits(state, first)) return null;
    state = extend(state, events);
  }
  return { state, folded: (state?.version ?? 0) - (base?.version ?? 0) };
}

/** As `load`, reading through `reader` (a transaction, say) while remembering states of `store`. */
export async function loadThrough(store: object, reader: Reader, cutoverId: Id): Promise<Loaded> {
  const known = memory.get(store)?.get(cutoverId) ?? null;
  const head = await reader.head(cutoverId);
  if (head === null) return { state: null, folded: 0 };
  const from = { reader, cutoverId };
  const loaded =
    (known === null ? null : await loadOn(known, head, from)) ??
    (await loadOn(trusted(await reader.snapshot(cutoverId), cutoverId), head, from)) ??
    (await loadOn(null, head, from));
  if (loaded === null) throw new Error(`${cutoverId}: a fold from nothing always fits`);
  if (loaded.state !== null) remember(store, loaded.state);
  return loaded;
}

/** The state of a cutover, or null when it was never declared. Throws StoreTrouble when the chain does not hold. */
export async function load(reader: Reader, cutoverId: Id): Promise<CutoverState | null> {
  const { state } = await loadThrough(reader, reader, cutoverId);
  return state;
}
