/**
 * What asking models has cost: reserved before a model is asked, settled after, summed by run, by cutover and by day.
 * It is counted from events alone, so that no restart forgets it. Whether more may be spent is the graph's business.
 */
import type { CommandOf } from './commands.ts';
import type { CutoverState } from './cutover.ts';
import { accept, type Decision, reject, unchanged } from './decision.ts';
import type { EventOf } from './events.ts';
import { type ModelUse, noUse, type Use } from './modelCost.ts';
import type { Id, Instant } from './vocabulary.ts';

const mostCounted = 1_000_000_000_000;

/** The sum, part by part; it stops at the most that is counted. */
export function plus(one: Use, other: Use): Use {
  const sum = (part: keyof Use): number => Math.min(mostCounted, one[part] + other[part]);
  return {
    calls: sum('calls'),
    tokens: sum('tokens'),
    milliseconds: sum('milliseconds'),
    microCost: sum('microCost'),
  };
}

/** The UTC day of an instant, in days since 1970. */
export const dayOf = (at: Instant): number => Math.floor(at / 86_400_000);

/** The use after a reservation. */
export function reserve(use: ModelUse, body: EventOf<'ModelAsked'>, at: Instant): ModelUse {
  const { askId, runId, reserved } = body;
  return { ...use, open: [...use.open, { askId, runId, day: dayOf(at), reserved }] };
}

/** The use after an ask was settled; an ask that nobody made changes nothing. */
export function settleUse(use: ModelUse, body: EventOf<'ModelAnswered'>): ModelUse {
  const ask = use.open.find(({ askId }) => askId === body.askId);
  if (ask === undefined) return use;
  const sameRun = use.run.runId === ask.runId;
  const { used } = body;
  const day =
    ask.day > use.day.day
      ? { day: ask.day, used }
      : ask.day === use.day.day
        ? { day: ask.day, used: plus(use.day.used, used) }
        : use.day;
  return {
    total: plus(use.total, used),
    run: { runId: ask.runId, used: sameRun ? plus(use.run.used, used) : used },
    day,
    open: use.open.filter((other) => other !== ask),
  };
}

const reservedOf = (use: ModelUse, counts: (ask: ModelUse['open'][number]) => boolean): Use =>
  use.open.filter(counts).reduce((sum, { reserved }) => plus(sum, reserved), noUse);

/** What one run, the cutover and one day have used or reserved so far. */
export const usedBy = {
  run: ({ modelUse }: CutoverState, runId: Id): Use =>
    plus(
      modelUse.run.runId === runId ? modelUse.run.used : noUse,
      reservedOf(modelUse, (ask) => ask.runId === runId),
    ),
  cutover: ({ modelUse }: CutoverState): Use =>
    plus(
      modelUse.total,
      reservedOf(modelUse, () => true),
    ),
  day: ({ modelUse }: CutoverState, day: number): Use =>
    plus(
      modelUse.day.day === day ? modelUse.day.used : noUse,
      reservedOf(modelUse, (ask) => ask.day === day),
    ),
};

/** Reserves for one ask of the open run, before any call is made. */
export function askModel({ ask }: CommandOf<'AskModel'>, state: CutoverState): Decision {
  if (state.run?.runId !== ask.runId) {
    return reject('run_unknown', `${ask.runId} is not the open run: no model is asked for it`);
  }
  const known = state.modelUse.open.some(({ askId }) => askId === ask.askId);
  return known ? unchanged : accept({ type: 'ModelAsked', ...ask });
}

/** Settles an ask, also when its run has ended meanwhile: what was spent was spent. */
export function answerModel({ answer }: CommandOf<'AnswerModel'>, state: CutoverState): Decision {
  const open = state.modelUse.open.some(({ askId }) => askId === answer.askId);
  return open ? accept({ type: 'ModelAnswered', ...answer }) : unchanged;
}
