/**
 * What causes may claim of people, rooms and other checkpoints.
 */
import type { Checkpoint } from '../ledger/plan.ts';
import { type Id, minuteMs, secondMs } from '../ledger/vocabulary.ts';
import { authorisedSpans, mappedPeople } from './authorityAt.ts';
import {
  aboutWorks,
  amended,
  claim,
  type Claims,
  edgesOf,
  factsOf,
  workOf,
  works,
} from './claim.ts';
import { ends } from './order.ts';

/** A person of the plan with the edges of their authority; none named: nobody is ever authorised. */
export const authority: Claims = (look) => {
  const { plan } = look.night.scene;
  const on = { role: look.x.role, checkpoint: look.x.id };
  const spansOf = (person: Id) => authorisedSpans(plan, person, on);
  const rows = plan.authority.filter(({ role }) => role === look.x.role);
  const facts = rows.map(({ id }) => amended(look, `authority:${id}`));
  if (look.subject === null) {
    const nobody = mappedPeople(plan, on).every((person) => spansOf(person).length === 0);
    return nobody ? claim([], facts) : null;
  }
  if (!plan.people.some(({ id }) => id === look.subject)) return null;
  return claim(edgesOf(spansOf(look.subject)), facts);
};

/** A person of the plan with the edges of their working intervals and outages. */
export const availability: Claims = (look) => {
  const { plan, situation } = look.night.scene;
  const person = plan.people.find(({ id }) => id === look.subject);
  if (person === undefined) return null;
  const outages = situation.unavailable.filter((outage) => outage.person === person.id);
  const edges = outages.flatMap(({ span }) => [span.opensAt, span.closesAt]);
  const facts = outages.map(({ factId }) => factId);
  return claim(
    [...edgesOf(person.working), ...edges],
    [...facts, amended(look, `person:${person.id}`)],
  );
};

/** A person mapped for the checkpoint, or another checkpoint that shares one, with their work. */
export const ownerClash: Claims = (look) => {
  const { plan } = look.night.scene;
  const mapped = (at: Checkpoint) => mappedPeople(plan, { role: at.role, checkpoint: at.id });
  const mine = mapped(look.x);
  if (look.subject !== null && mine.includes(look.subject)) {
    return aboutWorks(
      look,
      works(look).filter(({ owner }) => owner === look.subject),
    );
  }
  const other = look.night.checkpoints.get(look.subject ?? '');
  const shares = other !== undefined && mapped(other).some((person) => mine.includes(person));
  return shares && other.id !== look.x.id ? aboutWorks(look, workOf(look, other.id)) : null;
};

/** The checkpoint's room, or another checkpoint in it, with the work there. */
export const roomClash: Claims = (look) => {
  const { x, subject, night } = look;
  if (x.room === null) return null;
  const inRoom = works(look).filter(({ checkpoint }) => checkpoint.room === x.room);
  if (subject === x.room) return aboutWorks(look, inRoom);
  const shares = subject !== x.id && night.checkpoints.get(subject ?? '')?.room === x.room;
  return shares ? aboutWorks(look, workOf(look, subject)) : null;
};

/** A predecessor (for a greatest gap, one that has it) with its work and the limit that the edge sets. */
export const gap =
  (side: 'gapSeconds' | 'maxGapSeconds'): Claims =>
  (look) => {
    const edges = look.x.predecessors.filter(
      (edge) => edge.checkpoint === look.subject && edge[side] !== null,
    );
    if (edges.length === 0) return null;
    const before = workOf(look, look.subject);
    const known = aboutWorks(look, before);
    const limits = before.flatMap((work) =>
      edges.map((edge) => ends(edge.type, work, work).fromAt + (edge[side] ?? 0) * secondMs),
    );
    return { ...known, ats: [...known.ats, ...limits] };
  };

/** Another protected checkpoint of a protected one, with its start. */
export const protectedOrder: Claims = (look) => {
  const other = look.night.checkpoints.get(look.subject ?? '');
  const both = look.x.protected && other?.protected === true && other.id !== look.x.id;
  if (!both) return null;
  const known = workOf(look, look.subject);
  return claim(
    known.map(({ startAt }) => startAt),
    factsOf(look, known),
  );
};

/** A spacing that the checkpoint is in, with the work of its members. */
export const reviewSpacing: Claims = (look) => {
  const spacing = look.night.scene.plan.reviewSpacings.find(({ id }) => id === look.subject);
  if (spacing?.checkpoints.includes(look.x.id) !== true) return null;
  const members = works(look).filter(({ checkpoint }) =>
    spacing.checkpoints.includes(checkpoint.id),
  );
  const known = aboutWorks(look, members);
  const limits = members.map(({ endAt }) => endAt + spacing.minutes * minuteMs);
  return { ...known, ats: [...known.ats, ...limits] };
};
