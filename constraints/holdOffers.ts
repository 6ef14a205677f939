/**
 * What a relaxation may say. What an exception would buy is the solver's word, and no rule book can search for it; but
 * nothing that is said may be impossible, about anything else than this hold, or made up.
 */
import type { Cause, Hold, Relaxation } from '../ledger/holds.ts';
import type { Checkpoint } from '../ledger/plan.ts';
import { type CleanRun, earliestAt } from './cleanRun.ts';

type Offer = {
  readonly hold: Hold;
  readonly held: Checkpoint;
  readonly trueCauses: readonly Cause[];
  readonly register: readonly Hold[];
};

const isOnce = (names: readonly string[]): boolean => new Set(names).size === names.length;

/** An exception that policy allows, from a rule that this hold rests on. */
const mayBeGranted = ({ scene }: CleanRun, { trueCauses }: Offer, offer: Relaxation): boolean =>
  scene.plan.policy.exceptions.includes(offer.relaxes) &&
  trueCauses.some(
    ({ rule, checkpoint }) => rule === offer.relaxes && checkpoint === offer.checkpoint,
  );

/** It ends this hold, others of the register perhaps, each named once. */
const releasesHolds = ({ hold, register }: Offer, { releases }: Relaxation): boolean =>
  isOnce(releases) &&
  releases.includes(hold.holdId) &&
  releases.every((id) => register.some(({ holdId }) => holdId === id));

/** It costs no more than there is: people of the plan, placements that stand, minutes only where something moves. */
const costsWhatItMay = ({ scene }: CleanRun, offer: Relaxation): boolean =>
  isOnce(offer.newlyWoken) &&
  offer.newlyWoken.every((person) => scene.plan.people.some(({ id }) => id === person)) &&
  offer.moved <= scene.placed.length &&
  (offer.moved === 0) === (offer.movedMinutes === 0);

/** The held checkpoint would start when it may, and before the exception ends. */
const startsInTime = (night: CleanRun, { held }: Offer, offer: Relaxation): boolean =>
  offer.provisionalStartAt === null ||
  (offer.provisionalStartAt >= earliestAt(night, held) &&
    (offer.untilAt === null || offer.provisionalStartAt <= offer.untilAt));

/** Whether every relaxation of a hold is one that could be granted and says nothing impossible. */
export const offersWhatIs = (night: CleanRun, of: Offer): boolean =>
  of.hold.relaxations.every(
    (offer) =>
      mayBeGranted(night, of, offer) &&
      releasesHolds(of, offer) &&
      costsWhatItMay(night, offer) &&
      startsInTime(night, of, offer),
  );
