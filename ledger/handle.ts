/**
 * The only write path: lock, load, decide, chain, append, commit. What may happen is `decide`'s business and how
 * it is kept the store's; this file owns that both see the same state, at one instant, with the head locked.
 */
import { chain } from './chain.ts';
import type { LedgerCommand, Rejection } from './commands.ts';
import type { CutoverState } from './cutover.ts';
import { decide } from './decide.ts';
import type { LedgerEvent } from './events.ts';
import { evolve } from './evolve.ts';
import type { Judge } from './judge.ts';
import { type Loaded, loadThrough, remember, snapshotEvery, snapshotOf } from './load.ts';
import { assertHeld } from './lease.ts';
import { assertReadable, believable } from './readable.ts';
import {
  type Answer,
  type Fence,
  type Head,
  type KnownReport,
  type RequestKey,
  type Store,
  type Transaction,
  VersionMoved,
} from './store.ts';
import type { Id, Instant } from './vocabulary.ts';

export type LedgerDeps = {
  readonly store: Store;
  readonly judge: Judge;
  readonly now: () => Instant;
  readonly newId: (kind: string) => Id;
  /** Set by a worker that holds the lease of the cutover: nothing is appended once it has lost it. */
  readonly fence?: Fence | undefined;
};

export type Outcome = {
  /** After the command; null when the cutover is not declared. */
  readonly state: CutoverState | null;
  /** What the command put into the ledger; for a repeated report, what it had put there the first time. */
  readonly events: readonly LedgerEvent[];
  readonly rejection: Rejection | null;
  /** True when this very report was already in the ledger, so nothing was appended. */
  readonly repeated: boolean;
};

/** How often a command is decided anew after another writer was first, before VersionMoved is thrown. */
export const attemptsPerCommand = 5;

/** What deciding needs of a transaction. */
type Ground = Pick<Transaction, 'findReport' | 'read' | 'append'>;

const known = async (
  transaction: Ground,
  cutoverId: Id,
  command: LedgerCommand,
): Promise<KnownReport | null> =>
  command.type === 'ReceiveReport'
    ? transaction.findReport(cutoverId, command.body.source, command.body.sourceEventId)
    : null;

type Started = { readonly state: CutoverState | null; readonly transaction: Ground };

/** Decides one command on `state` and appends what it leads to. */
async function decideOn(
  { judge, now, newId }: LedgerDeps,
  { state, transaction }: Started,
  [cutoverId, command]: readonly [Id, LedgerCommand],
): Promise<Outcome> {
  const recordedAt = believable(Math.max(now(), state?.recordedAt ?? 0));
  const knownReport = await known(transaction, cutoverId, command);
  const decision = decide(command, state, { now: recordedAt, judge, newId, knownReport });
  const head = state === null ? null : { version: state.version, hash: state.headHash };
  const events = chain(head, decision.events, { cutoverId, recordedAt });
  const { rejection } = decision;
  if (events.length === 0) {
    const repeated = knownReport !== null && rejection === null;
    const earlier = repeated
      ? await transaction.read(cutoverId, { after: knownReport.version - 1, limit: 1 })
      : [];
    return { state, events: earlier, rejection, repeated };
  }
  assertReadable(events);
  await transaction.append(cutoverId, head?.version ?? 0, events);
  const after = events.reduce<CutoverState | null>(evolve, state);
  return { state: after, events, rejection, repeated: false };
}

type Written = {
  readonly outcomes: readonly Outcome[];
  readonly state: CutoverState | null;
  /** Whether so much was folded or appended that the next cold load should be spared it. */
  readonly snapshotDue: boolean;
};

type Wanted = {
  readonly cutoverId: Id;
  readonly commands: readonly LedgerCommand[];
  /** Whether a refusal ends it; otherwise each command stands for itself. */
  readonly upToRefusal: boolean;
};

/** Decides the commands one after another, each on the state after the one before. */
async function decideAll(
  deps: LedgerDeps,
  { state: before, transaction }: Started,
  { cutoverId, commands, upToRefusal }: Wanted,
): Promise<Omit<Written, 'snapshotDue'>> {
  const outcomes: Outcome[] = [];
  let state = before;
  for (const command of commands) {
    const outcome = await decideOn(deps, { state, transaction }, [cutoverId, command]);
    outcomes.push(outcome);
    ({ state } = outcome);
    if (upToRefusal && outcome.rejection !== null) break;
  }
  return { outcomes, state };
}

/** Whether a snapshot is due once so much was folded and this was written on that. */
function isDue({ state: before, folded }: Loaded, after: CutoverState | null): boolean {
  const strides = (at: CutoverState | null): number =>
    Math.floor((at?.version ?? 0) / snapshotEvery);
  return strides(after) > strides(before) || folded >= snapshotEvery;
}

/** Loads, decides and appends inside the transaction. */
async function write(deps: LedgerDeps, transaction: Transaction, wanted: Wanted): Promise<Written> {
  if (deps.fence !== undefined) await assertHeld(transaction, wanted.cutoverId, deps.fence);
  const loaded = await loadThrough(deps.store, transaction, wanted.cutoverId);
  const done = await decideAll(deps, { state: loaded.state, transaction }, wanted);
  return { ...done, snapshotDue: isDue(loaded, done.state) };
}

/** Keeps what the commit made for the next load. A snapshot that cannot be saved costs time later, and nothing else. */
async function keep(store: Store, { state, snapshotDue }: Written): Promise<void> {
  if (state === null) return;
  remember(store, state);
  if (snapshotDue) {
    await store.saveSnapshot(state.cutoverId, snapshotOf(state)).catch(() => undefined);
  }
}

/** A plan is declared under its own id: anything else is a mistake of the caller. */
function assertMeant(cutoverId: Id, commands: readonly LedgerCommand[]): void {
  for (const command of commands) {
    if (command.type === 'DeclareCutover' && command.plan.cutoverId !== cutoverId) {
      throw new Error(`the plan is for ${command.plan.cutoverId}, not for ${cutoverId}`);
    }
  }
}

/** The transaction, begun anew a stated number of times when another writer was first. */
async function untilFirst<T>(
  { store }: LedgerDeps,
  cutoverId: Id,
  work: (transaction: Transaction) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await store.transact(cutoverId, work);
    } catch (error) {
      if (!(error instanceof VersionMoved) || attempt >= attemptsPerCommand) throw error;
    }
  }
}

/**
 * Decides the commands one after another, each on the state after the one before, and appends what they lead to in one
 * durable commit: all of it is kept, or none. The first refusal ends it; what was decided before stays. Answers with
 * the outcomes of those decided, in order. Throws StoreTrouble when the store could not do it; with outcome `unknown`,
 * send it again. Throws Fenced, and appends nothing, when the lease that `deps.fence` names was taken by another.
 */
export async function handleAll(
  deps: LedgerDeps,
  cutoverId: Id,
  commands: readonly LedgerCommand[],
): Promise<readonly Outcome[]> {
  return commit(deps, allOf(cutoverId, commands), null);
}

/** What was decided ahead of the lock is taken for so long. Milliseconds. */
const aheadMs = 10_000;

/** What commands lead to on the head that the ledger has, worked out without its lock. */
type Ahead = Written & {
  readonly head: Head;
  /** The clock before the first of them was decided. */
  readonly at: Instant;
  readonly events: readonly LedgerEvent[];
};

async function lookAhead(deps: LedgerDeps, wanted: Wanted): Promise<Ahead | null> {
  const loaded = await loadThrough(deps.store, deps.store, wanted.cutoverId);
  const { state } = loaded;
  if (state === null) return null;
  const at = deps.now();
  const events: LedgerEvent[] = [];
  const append: Ground['append'] = async (_cutoverId, _version, given) =>
    void events.push(...given);
  const done = await decideAll(deps, { state, transaction: { ...deps.store, append } }, wanted);
  const head = { version: state.version, hash: state.headHash };
  return { ...done, snapshotDue: isDue(loaded, done.state), head, at, events };
}

/** Whether it is what would be decided now: on the same head, a moment later. What adopts is never decided ahead. */
const holdsStill = ({ head, at, events }: Ahead, now: Head | null, clock: Instant): boolean =>
  now?.version === head.version &&
  now.hash === head.hash &&
  clock - at <= aheadMs &&
  events.every(({ body }) => body.type !== 'PacketAdopted');

/** What the commands lead to, up to the first refusal. */
function allOf(cutoverId: Id, commands: readonly LedgerCommand[]): Wanted {
  assertMeant(cutoverId, commands);
  return { cutoverId, commands, upToRefusal: true };
}

/**
 * Commits it and keeps it for the next load: as it was worked out ahead of the lock, if the head is still the one that it
 * was worked out on; else decided under the lock.
 */
async function commit(
  deps: LedgerDeps,
  wanted: Wanted,
  ahead: Ahead | null,
): Promise<readonly Outcome[]> {
  const { cutoverId } = wanted;
  const written = await untilFirst(deps, cutoverId, async (transaction) => {
    if (ahead === null) return write(deps, transaction, wanted);
    const head = await transaction.head(cutoverId);
    if (!holdsStill(ahead, head, deps.now())) return write(deps, transaction, wanted);
    if (deps.fence !== undefined) await assertHeld(transaction, cutoverId, deps.fence);
    if (ahead.events.length > 0) {
      await transaction.append(cutoverId, ahead.head.version, ahead.events);
    }
    return ahead;
  });
  await keep(deps.store, written);
  return written.outcomes;
}

/**
 * As `handleAll`, for commands that take long to decide: they are decided before the lock is taken, and appended under it
 * if the head that they were decided on is still the head. If it is not, they are decided again under the lock.
 */
export async function handleAhead(
  deps: LedgerDeps,
  cutoverId: Id,
  commands: readonly LedgerCommand[],
): Promise<readonly Outcome[]> {
  const wanted = allOf(cutoverId, commands);
  return commit(deps, wanted, await lookAhead(deps, wanted));
}

/** A request that has one effect and one answer, however often it is sent. */
export type Once = {
  readonly request: RequestKey;
  /** What to answer when these are the outcomes of the commands. When it throws, nothing is written. */
  readonly answer: (outcomes: readonly Outcome[]) => Promise<Answer>;
};

/**
 * Decides the commands one after another, each for itself, and keeps the answer in the same durable commit as what they
 * led to. Null when the request with this key was answered before: then nothing is decided. Throws as `handleAll` does.
 * It saves no snapshot, which whoever asks would wait for: the next run does.
 */
export async function handleOnce(
  deps: LedgerDeps,
  { cutoverId, commands }: Pick<Wanted, 'cutoverId' | 'commands'>,
  { request, answer }: Once,
): Promise<Answer | null> {
  assertMeant(cutoverId, commands);
  const done = await untilFirst(deps, cutoverId, async (transaction) => {
    if ((await transaction.answered(request)) !== null) return null;
    const written = await write(deps, transaction, { cutoverId, commands, upToRefusal: false });
    const given = await answer(written.outcomes);
    await transaction.keepAnswer(request, given, deps.now());
    return { given, state: written.state };
  });
  if (done === null) return null;
  if (done.state !== null) remember(deps.store, done.state);
  return done.given;
}

/** As `handleAll`, for one command. */
export async function handle(
  deps: LedgerDeps,
  cutoverId: Id,
  command: LedgerCommand,
): Promise<Outcome> {
  const [outcome] = await handleAll(deps, cutoverId, [command]);
  if (outcome === undefined) throw new Error(`${cutoverId}: ${command.type} was not decided`);
  return outcome;
}
