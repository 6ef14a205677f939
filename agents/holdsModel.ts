/**
 * The holds mind with a model: for each hold its class, which of the offered causes make it up, and which of the offered
 * conditions releases it. It picks from closed lists; a pick that the tables do not bear out is the gate's to refuse.
 */
import { z } from 'zod';
import { HoldClass } from '../ledger/codes.ts';
import type { Cause, Hold, ReleaseCondition } from '../ledger/holds.ts';
import { RationaleCode } from '../ledger/modelCost.ts';
import type { Prompt } from '../prompts/parse.ts';
import { holdFrom } from '../tools/holdTables.ts';
import type { Agent, Slice } from './agent.ts';
import { explaining, holdsAgent } from './holds.ts';
import { type ModelDeps, modelAgent, type Task } from './modelAgent.ts';
import { contextNotes, told } from './modelView.ts';

export const HoldsAnswer = z.strictObject({
  holds: z
    .array(
      z.strictObject({
        hold: z.string().describe('the id it is offered under, such as h1'),
        holdClass: HoldClass,
        causes: z.array(z.string()).max(50).describe('ids of offered causes'),
        release: z.string().describe('id of an offered release condition'),
      }),
    )
    .max(500),
  rationale: z.array(RationaleCode).max(10),
});
type HoldsAnswer = z.infer<typeof HoldsAnswer>;

/** One hold with everything a mind may pick for it. */
type Offer = {
  readonly id: string;
  readonly hold: Hold;
  readonly causes: readonly { readonly id: string; readonly cause: Cause }[];
  readonly releases: readonly { readonly id: string; readonly release: ReleaseCondition }[];
};

const sameRelease = (one: ReleaseCondition, other: ReleaseCondition): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

/** Every release condition that some of the causes alone would lead to, and that of all of them. */
function releasesOf({ release, checkpoint, behind, causes }: Hold, state: Slice['state']) {
  const alone = causes.map(
    (cause) => holdFrom({ checkpoint, behind, stands: null }, [cause], state).release,
  );
  return [release, ...alone].filter(
    (one, place, all) => all.findIndex((other) => sameRelease(one, other)) === place,
  );
}

const offersOf = (holds: readonly Hold[], state: Slice['state']): Offer[] =>
  holds.map((hold, index) => ({
    id: `h${index + 1}`,
    hold,
    causes: hold.causes.map((cause, place) => ({ id: `c${place + 1}`, cause })),
    releases: releasesOf(hold, state).map((release, place) => ({ id: `r${place + 1}`, release })),
  }));

/**
 * Whether nothing is lost that explains the hold: a cause may be left out only when a kept one rests on the same fact. The
 * solver's conflict is a smallest one, so that without a boundary or a fact of it the rest would forbid nothing.
 */
const explains = (kept: readonly Cause[], all: readonly Cause[]): boolean =>
  all.every(
    (cause) =>
      kept.includes(cause) ||
      (cause.factId !== null && kept.some(({ factId }) => factId === cause.factId)),
  );

/** The hold as the model wants it; null when it picks what was not offered, or leaves out a reason. */
function picked(
  { hold, causes, releases }: Offer,
  answer: HoldsAnswer['holds'][number],
): Hold | null {
  const own = causes.filter(({ id }) => answer.causes.includes(id));
  const kept = own.map(({ cause }) => cause);
  const release = releases.find(({ id }) => id === answer.release);
  if (own.length !== answer.causes.length || own.length === 0 || release === undefined) return null;
  if (!explains(kept, hold.causes)) return null;
  const { holdClass } = answer;
  return { ...hold, holdClass, causes: kept, release: release.release };
}

/**
 * What a model was given to choose from, by the state that it was given of: each hold with the smallest conflict. The search
 * for it is part of asking; whoever is not asked, or does not answer, leaves the packet with the first reasons.
 */
const explained = new WeakMap<Slice['state'], readonly Hold[]>();

const task = (prompt: Prompt): Task<HoldsAnswer> => ({
  last: holdsAgent,
  prompt,
  schema: HoldsAnswer,
  chooses: (_, base) => base.agent === 'holds' && base.holds.some(({ behind }) => behind === null),
  given: async (slice, _, room) => {
    const { state, now } = slice;
    const holds = await room.finish(explaining(slice));
    explained.set(state, holds);
    const offers = offersOf(holds, state);
    return {
      now: told(now),
      classes: HoldClass.options,
      holds: offers.map(({ id, hold, causes, releases }) => ({
        hold: id,
        checkpoint: hold.checkpoint,
        behind: hold.behind,
        blocks: hold.blocks,
        derivedClass: hold.holdClass,
        causes: causes.map(({ id: cause, cause: of }) => ({ cause, ...of })),
        releases: releases.map(({ id: release, release: of }) => ({ release, ...of })),
      })),
      notes: contextNotes(state),
    };
  },
  tools: () => [],
  make: (answer, { slice: { state }, base }) => {
    const offered = explained.get(state);
    if (base.agent !== 'holds' || offered === undefined) return null;
    const offers = offersOf(offered, state);
    const holds = offers.map((offer) => {
      const own = answer.holds.filter(({ hold }) => hold === offer.id);
      const [first] = own;
      return own.length === 1 && first !== undefined ? picked(offer, first) : null;
    });
    const whole = holds.filter((hold) => hold !== null);
    if (whole.length !== offers.length || answer.holds.length !== offers.length) return null;
    return { body: { ...base, holds: whole }, rationale: answer.rationale };
  },
});

/** The holds mind that asks a model when there is a hold to class. */
export const holdsModel = (prompt: Prompt, deps: ModelDeps): Agent =>
  modelAgent(task(prompt), deps);
