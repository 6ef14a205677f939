/**
 * The rule book of the hold-classification agent: the register that a clean resequencing leads to, held against the one
 * proposed. It never searches for a conflict; it judges the one that is given.
 */
import type { CutoverState } from '../ledger/cutover.ts';
import type { Cause, Hold } from '../ledger/holds.ts';
import { canonicalJson } from '../ledger/canonical.ts';
import type { HoldsBody, Violation } from '../ledger/proposal.ts';
import { type CleanRun, cleanRunOf } from './cleanRun.ts';
import { isTrueCause, linkedTo } from './holdCauses.ts';
import { couldStay } from './holdStay.ts';
import { type Entry, type NamedCause, registerOf } from './holdRegister.ts';
import { blockedBy, disputedFacts, lifterOf, releaseOf } from './holdRelease.ts';
import { offersWhatIs } from './holdOffers.ts';
import { type Deciding, decidingOf, holdIdOf } from './holdTables.ts';
import { broken, ranked } from './violations.ts';

/** Proposed holds beside the entries of the register that they stand for. */
type Matched = {
  readonly hold: Hold;
  readonly entry: Entry;
  readonly trueCauses: readonly Cause[];
};

type Register = {
  readonly night: CleanRun;
  readonly holds: readonly Hold[];
  readonly entries: readonly Entry[];
  readonly matched: readonly Matched[];
};

const isSame = (named: NamedCause, cause: Cause): boolean =>
  named.rule === cause.rule &&
  named.checkpoint === cause.checkpoint &&
  named.subject === cause.subject;

const namedBy = ({ stands }: Entry, cause: Cause): boolean =>
  stands.on === 'conflict' || stands.causes.some((named) => isSame(named, cause));

/** The entry that a hold stands for: on its checkpoint, with a true cause that the entry stands on. */
function match(night: CleanRun, entries: readonly Entry[], hold: Hold): Matched[] {
  const held = night.unplaced.get(hold.checkpoint);
  if (held === undefined) return [];
  const linked = linkedTo(night, held);
  const trueCauses = hold.causes.filter((cause) => isTrueCause(night, cause, linked));
  const entry = entries.find(
    ({ checkpoint, ...of }) =>
      checkpoint.id === held.id &&
      trueCauses.some((cause) => namedBy({ checkpoint, ...of }, cause)),
  );
  return entry === undefined ? [] : [{ hold, entry, trueCauses }];
}

const on = (code: Violation['code'], hold: Hold, subjects: readonly string[] = []) =>
  broken(code, hold.checkpoint, { subjects: [hold.holdId, ...subjects] });

/** Every hold of the register is proposed. */
const holdMissing = ({ entries, matched }: Register): Violation[] =>
  entries
    .filter((entry) => !matched.some((found) => found.entry === entry))
    .map(({ checkpoint, stands }) =>
      broken('hold_missing', checkpoint.id, {
        subjects: [stands.on === 'conflict' ? 'conflict' : stands.holdId],
      }),
    );

/** No two holds stand for the same one of the register, and no two have one id. */
const holdDuplicated = ({ holds, matched }: Register): Violation[] =>
  holds
    .filter((hold, place) => {
      const entry = matched.find((found) => found.hold === hold)?.entry;
      return holds
        .slice(0, place)
        .some(
          (earlier) =>
            earlier.holdId === hold.holdId ||
            matched.some((found) => found.hold === earlier && found.entry === entry),
        );
    })
    .map((hold) => on('hold_duplicated', hold));

/** Every hold stands for one of the register, and a conflict is on a checkpoint that could not simply stay. */
const holdWithoutCause = ({ night, holds, matched }: Register): Violation[] =>
  holds
    .filter((hold) => {
      const found = matched.find((item) => item.hold === hold);
      return (
        found === undefined ||
        (found.entry.stands.on === 'conflict' && couldStay(night, found.entry.checkpoint))
      );
    })
    .map((hold) => on('hold_without_cause', hold));

function deciding(night: CleanRun, { entry, trueCauses }: Matched): Deciding {
  if (entry.stands.on === 'conflict') {
    const disputed = disputedFacts(night);
    const { checkpoints } = night;
    return decidingOf(trueCauses, entry.checkpoint, { disputed, checkpoints });
  }
  const [named] = entry.stands.causes;
  const cause: Cause | null = named === undefined ? null : { ...named, factId: null, at: null };
  return { holdClass: entry.stands.holdClass, cause };
}

/** Class, id and `behind` follow from the register. */
const holdClassWrong = ({ night, matched }: Register): Violation[] =>
  matched
    .filter((found) => {
      const { hold, entry } = found;
      const { holdClass } = deciding(night, found);
      const holdId =
        entry.stands.on === 'conflict'
          ? holdIdOf(holdClass, { checkpoint: hold.checkpoint, subject: null })
          : entry.stands.holdId;
      return hold.holdClass !== holdClass || hold.holdId !== holdId || hold.behind !== entry.behind;
    })
    .map((found) => on('hold_class_wrong', found.hold, [deciding(night, found).holdClass]));

/** Each cause is true and, where the register names the causes, each named one is there once and no other. */
const holdCauseUntrue = ({ matched }: Register): Violation[] =>
  matched.flatMap(({ hold, entry, trueCauses }) => {
    const untrue = hold.causes.filter(
      (cause) => !trueCauses.includes(cause) || !namedBy(entry, cause),
    );
    const named = entry.stands.on === 'conflict' ? [] : entry.stands.causes;
    const miscounted = named.filter(
      (one) => hold.causes.filter((cause) => isSame(one, cause)).length !== 1,
    );
    return [...untrue, ...miscounted].map(({ rule, checkpoint, subject }) =>
      on('hold_cause_untrue', hold, [rule, subject ?? checkpoint]),
    );
  });

/** The release condition follows from class and causes; relaxations offer what may be granted. */
const holdReleaseWrong = ({ night, holds, matched }: Register): Violation[] =>
  matched
    .filter((found) => {
      const { hold, entry, trueCauses } = found;
      const about = { held: entry.checkpoint, causes: trueCauses, ...deciding(night, found) };
      const offered = { hold, held: entry.checkpoint, trueCauses, register: holds };
      return (
        !offersWhatIs(night, offered) ||
        canonicalJson(hold.release) !== canonicalJson(releaseOf(night, about))
      );
    })
    .map(({ hold }) => on('hold_release_wrong', hold, [hold.release.kind]));

/** `blocks` is every unplaced checkpoint that waits for it, by rank. */
const holdBlocksWrong = ({ night, matched }: Register): Violation[] =>
  matched
    .filter(({ hold }) => {
      const blocks = blockedBy(night, hold.checkpoint);
      return canonicalJson(hold.blocks) !== canonicalJson(blocks);
    })
    .map(({ hold }) => on('hold_blocks_wrong', hold));

/** `liftedBy` is the role that settles the condition it waits for, else the lead's. */
const holdLifterWrong = ({ night, matched }: Register): Violation[] =>
  matched
    .filter((found) => {
      const { entry, trueCauses } = found;
      const about = { held: entry.checkpoint, causes: trueCauses, ...deciding(night, found) };
      return found.hold.liftedBy !== lifterOf(night, releaseOf(night, about));
    })
    .map(({ hold }) => on('hold_lifter_wrong', hold));

const rules: readonly ((register: Register) => Violation[])[] = [
  holdMissing,
  holdDuplicated,
  holdWithoutCause,
  holdClassWrong,
  holdCauseUntrue,
  holdReleaseWrong,
  holdBlocksWrong,
  holdLifterWrong,
];

/**
 * Every rule that a hold register breaks, ranked; empty is clean. It is judged at the `nowAt` of the open run, so that
 * the same register is true when it is checked again later.
 */
export function checkHolds(body: HoldsBody, state: CutoverState, _now: number): Violation[] {
  const night = cleanRunOf(state);
  if (night === null) return [broken('stale_basis', null, { subjects: ['resequencing'] })];
  const entries = registerOf(night);
  const matched = body.holds.flatMap((hold) => match(night, entries, hold));
  const register = { night, holds: body.holds, entries, matched };
  return ranked(
    rules.flatMap((rule) => rule(register)),
    night.scene.plan,
  );
}
