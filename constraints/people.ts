/**
 * Who may do a checkpoint, and that nobody and no room is asked for two things at once. Started work counts with
 * the person it keeps busy until its actual or expected end.
 */
import type { Violation } from '../ledger/proposal.ts';
import { authorisedSpans } from './authorityAt.ts';
import type { Work } from './executions.ts';
import { isExcepted, type Rule, type Scene } from './scene.ts';
import { clash, footprintOf, liesInsideAny, touches } from './spans.ts';
import { broken } from './violations.ts';

/** The owner is authorised for the checkpoint's role during the whole execution. */
export const notAuthorisedOwner: Rule = ({ placed, plan }) =>
  placed
    .filter((work) => {
      const { role, id } = work.checkpoint;
      return !liesInsideAny(work, authorisedSpans(plan, work.owner, { role, checkpoint: id }));
    })
    .map((work) =>
      broken('not_authorised_owner', work.checkpoint.id, {
        subjects: [work.owner],
        foundAt: footprintOf(work).closesAt,
      }),
    );

/** The owners of the checkpoints in one separation are all different people. */
export const separationOfDuties: Rule = (scene) =>
  scene.plan.separations.flatMap(({ id, checkpoints }) =>
    scene.pairs
      .filter(({ late, early }) => late.owner === early.owner)
      .filter(({ late, early }) =>
        [late, early].every((work) => checkpoints.includes(work.checkpoint.id)),
      )
      .map(({ late, early }) =>
        broken('separation_of_duties', late.checkpoint.id, {
          subjects: [id, early.checkpoint.id, late.owner],
        }),
      ),
  );

/** The owner works during the whole execution and is not unavailable at any instant of it. */
export const ownerUnavailable: Rule = (scene) =>
  scene.placed
    .filter((work) => !isExcepted(scene, 'owner_unavailable', work))
    .flatMap((work): Violation[] => {
      const person = scene.plan.people.find(({ id }) => id === work.owner);
      const at = { subjects: [work.owner], foundAt: footprintOf(work).closesAt };
      const offDuty = liesInsideAny(work, person?.working ?? [])
        ? []
        : [broken('owner_unavailable', work.checkpoint.id, at)];
      const outages = scene.situation.unavailable
        .filter((outage) => outage.person === work.owner && touches(work, outage.span))
        .map(({ span }) =>
          broken('owner_unavailable', work.checkpoint.id, { ...at, limitAt: span.opensAt }),
        );
      return [...offDuty, ...outages];
    });

const clashing = (
  scene: Scene,
  code: 'owner_clash' | 'room_clash',
  useOf: (work: Work) => string | null,
): Violation[] =>
  scene.pairs.flatMap(({ late, early }) => {
    const shared = useOf(late);
    if (shared === null || shared !== useOf(early) || !clash(late, early)) return [];
    const subjects = [shared, early.checkpoint.id];
    const at = { limitAt: early.endAt, foundAt: late.startAt };
    return [broken(code, late.checkpoint.id, { subjects, ...at })];
  });

/** One person does one thing at a time. */
export const ownerClash: Rule = (scene) => clashing(scene, 'owner_clash', ({ owner }) => owner);

/** One room holds one checkpoint at a time. */
export const roomClash: Rule = (scene) =>
  clashing(scene, 'room_clash', ({ checkpoint }) => checkpoint.room);
