/**
 * The basis: a digest of the facts a timeline stands on. It counts facts that have arrived and would be accepted,
 * so that a packet is stale the moment the news is in, and leaves out all that no rule and no solver reads.
 */
import { canonicalJson, digestOfText } from '../ledger/canonical.ts';
import type { CutoverState } from '../ledger/cutover.ts';
import type { Authority, Person, Plan } from '../ledger/plan.ts';
import type { Progress, Situation } from '../ledger/situation.ts';
import type { Digest } from '../ledger/vocabulary.ts';
import { rule } from './readiness.ts';
import { merged } from './spans.ts';
import { byText } from './violations.ts';

const inOrder = <T>(items: readonly T[], key: (item: T) => string): T[] =>
  items.toSorted((one, other) => byText(key(one), key(other)));

/** What is over needs no forecast and no revised start. */
function progressBasis(progress: Progress): object {
  const { state, actualStartAt, actualFinishAt, forecastFinishAt, revisedStartAt, owner } =
    progress;
  switch (state) {
    case 'planned':
      return { state, forecastFinishAt, revisedStartAt };
    case 'in_progress':
      return { state, actualStartAt, forecastFinishAt, owner };
    case 'done':
      return { state, actualStartAt, actualFinishAt, owner };
    case 'skipped':
      return { state };
  }
}

const personBasis = ({ id, working }: Person): object => ({ id, working: merged(working) });

const authorityBasis = ({
  id,
  role,
  checkpoint,
  holders,
  delegates,
  chainsAllowed,
}: Authority) => ({
  id,
  role,
  checkpoint,
  chainsAllowed,
  holders: inOrder(holders, (tenure) => `${tenure.opensAt}:${tenure.person}`),
  delegates: inOrder(delegates, (grant) => `${grant.person}:${grant.opensAt}`),
});

const nameless = <T extends { readonly name: string }>(item: T): T => ({ ...item, name: '' });

/** The plan without what only people read: names, contact addresses, original texts, source rules. */
function planBasis(plan: Plan): object {
  return {
    zone: plan.zone,
    tickSeconds: plan.tickSeconds,
    window: plan.window,
    leadRole: plan.leadRole,
    policy: plan.policy,
    boundaries: inOrder(plan.boundaries, (item) => item.id).map(nameless),
    guardrails: inOrder(plan.guardrails, (item) => item.id),
    people: inOrder(plan.people, (item) => item.id).map(personBasis),
    authority: inOrder(plan.authority, (item) => item.id).map(authorityBasis),
    separations: inOrder(plan.separations, (item) => item.id),
    reviewSpacings: inOrder(plan.reviewSpacings, (item) => item.id),
    conditions: inOrder(plan.conditions, (item) => item.id).map(nameless),
    checkpoints: inOrder(plan.checkpoints, (item) => item.id).map(nameless),
  };
}

/**
 * What solver and checker read of a situation, in one fixed order and without the ids of the facts it came from:
 * the same situation reached another way is the same basis.
 */
export function basisOf(situation: Situation): object {
  const people = [...new Set(situation.unavailable.map((outage) => outage.person))].toSorted();
  return {
    plan: planBasis(situation.plan),
    progress: Object.fromEntries(
      Object.entries(situation.progress).map(([id, progress]) => [id, progressBasis(progress)]),
    ),
    evidence: inOrder(situation.evidence, (item) => `${item.checkpoint} ${item.evidence}`).map(
      ({ checkpoint, evidence, observedAt, revoked }) => ({
        checkpoint,
        evidence,
        observedAt,
        revoked,
      }),
    ),
    assents: inOrder(
      situation.assents,
      (item) => `${item.checkpoint} ${item.assent} ${item.party}`,
    ).map((assent) => ({ ...assent, factId: '' })),
    holds: inOrder(situation.holds, (item) => item.hold).map(({ hold, checkpoint }) => ({
      hold,
      checkpoint,
    })),
    exceptions: inOrder(situation.exceptions, (item) => item.exception).map(
      ({ checkpoint, exception, relaxes, untilAt }) => ({
        exception,
        checkpoint,
        relaxes,
        untilAt,
      }),
    ),
    unavailable: people.map((person) => ({
      person,
      spans: merged(
        situation.unavailable
          .filter((outage) => outage.person === person)
          .map((outage) => outage.span),
      ),
    })),
  };
}

/** Texts by the situation they describe. One that is frozen never changes, and outlives most steps of a run. */
const texts = new WeakMap<Situation, string>();

function basisText(situation: Situation): string {
  const known = texts.get(situation);
  if (known !== undefined) return known;
  const text = canonicalJson(basisOf(situation));
  if (Object.isFrozen(situation)) texts.set(situation, text);
  return text;
}

/** Digest of what a timeline stands on now: accepted facts, arrived ones that would be, and the current packet. */
export function basisDigest(state: CutoverState): Digest {
  const { situation } = state.unruled.length === 0 ? state : rule(state).after;
  const current = canonicalJson(state.current?.packetHash ?? null);
  return digestOfText('basis', `{"current":${current},"situation":${basisText(situation)}}`);
}
