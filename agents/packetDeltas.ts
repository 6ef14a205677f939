/**
 * What changed for whom: this packet's lines against the current packet's, per person, as owner or observer. Only
 * what a person has to act on or was told to watch; finished work changes nothing for anybody.
 */
import type { CutoverState } from '../ledger/cutover.ts';
import {
  type Delta,
  DeltaChange,
  type DeltaLine,
  type Packet,
  type PacketLine,
} from '../ledger/packet.ts';
import type { Id } from '../ledger/vocabulary.ts';
import { byText, type Pair, pairsOf } from './packetDraft.ts';

type Change = DeltaLine['changes'][number];
type NotNotified = Packet['notNotified'][number];

const differs = (one: number | null, other: number | null): boolean =>
  one !== null && other !== null && one !== other;

/** Changes of one checkpoint, whoever is told of them. */
function changesOf({ next, before }: Pair): Change[] {
  if (next.state === 'done') return [];
  const wasThere = before !== null && before.state !== 'skipped';
  if (next.state === 'skipped') return wasThere ? ['removed'] : [];
  const held = next.state === 'held';
  if (!wasThere) return held ? ['added', 'held'] : ['added'];
  const wasHeld = before.state === 'held';
  const found: Change[] = [];
  if (next.state === 'planned' && differs(before.startAt, next.startAt)) found.push('start_moved');
  if (differs(before.endAt, next.endAt)) found.push('end_moved');
  if (held && !wasHeld) found.push('held');
  if (wasHeld && !held) found.push('released');
  return found;
}

const inOrder = (changes: readonly Change[]): Change[] =>
  DeltaChange.options.filter((change) => changes.includes(change));

type Told = { readonly person: Id; readonly line: DeltaLine };

function lineFor(
  { checkpoint, next, before }: Pair,
  as: DeltaLine['as'],
  changes: readonly Change[],
): DeltaLine {
  return {
    checkpoint: checkpoint.id,
    as,
    changes: inOrder(changes),
    fromStartAt: before?.startAt ?? null,
    toStartAt: next.startAt,
    fromEndAt: before?.endAt ?? null,
    toEndAt: next.endAt,
    fromOwner: before?.owner ?? null,
    toOwner: next.owner,
  };
}

/** Who is told of one checkpoint. An owner who also observes it is told once, as owner. */
function toldOf(pair: Pair): Told[] {
  const { checkpoint, next, ownerBefore, ownerNext } = pair;
  const changes = changesOf(pair);
  const over = next.state === 'done' || next.state === 'skipped';
  const handedOver = !over && ownerBefore !== null && ownerBefore !== ownerNext;
  const owners: Told[] = handedOver
    ? [
        { person: ownerBefore, line: lineFor(pair, 'owner', ['owner_lost']) },
        { person: ownerNext, line: lineFor(pair, 'owner', ['owner_gained', ...changes]) },
      ]
    : [{ person: ownerNext, line: lineFor(pair, 'owner', changes) }];
  const asOwner = new Set(owners.map(({ person }) => person));
  const observers = [...new Set(checkpoint.observers)].filter((person) => !asOwner.has(person));
  return [
    ...owners,
    ...observers.map((person) => ({ person, line: lineFor(pair, 'observer', changes) })),
  ].filter(({ line }) => line.changes.length > 0);
}

export type Recipients = {
  readonly deltas: Delta[];
  readonly mustAcknowledge: Id[];
  readonly notNotified: NotNotified[];
};

const moved = (before: PacketLine | null, next: PacketLine): boolean =>
  before === null ||
  before.state !== next.state ||
  before.startAt !== next.startAt ||
  before.endAt !== next.endAt ||
  before.owner !== next.owner;

/** Why a person without a delta is not told anything. */
function reasonFor(person: Id, pairs: readonly Pair[]): NotNotified['reason'] {
  const involved = pairs.filter(
    ({ checkpoint, ownerBefore, ownerNext }) =>
      ownerBefore === person || ownerNext === person || checkpoint.observers.includes(person),
  );
  if (involved.some(({ next, before }) => next.state === 'done' && moved(before, next))) {
    return 'only_finished_work';
  }
  return involved.length > 0 ? 'nothing_changed' : 'not_involved';
}

/** One coalesced delta for each affected person of the plan; everyone else with the reason why not. */
export function recipientsOf(state: CutoverState, lines: readonly PacketLine[]): Recipients {
  const pairs = pairsOf(state, lines);
  const told = pairs.flatMap(toldOf);
  const people = state.situation.plan.people.map(({ id }) => id).toSorted(byText);
  const deltas = people.flatMap((person) => {
    const own = told.filter((one) => one.person === person).map(({ line }) => line);
    return own.length === 0 ? [] : [{ person, lines: own }];
  });
  const notified = new Set(deltas.map(({ person }) => person));
  return {
    deltas,
    mustAcknowledge: deltas
      .filter((delta) => delta.lines.some(({ as }) => as === 'owner'))
      .map(({ person }) => person),
    notNotified: people
      .filter((person) => !notified.has(person))
      .map((person) => ({ person, reason: reasonFor(person, pairs) })),
  };
}
