/**
 * The meter: what asking a model may cost is set aside in the ledger before it is asked, and settled after. It keeps the
 * caps of a change, a cutover and a day; nothing is remembered here, so that a restart resets nothing. A reservation
 * that turns out to be too much, because another worker was faster, is given back and no model is asked.
 */
import type { Meter, Ticket } from '../agents/agent.ts';
import { handle } from '../ledger/handle.ts';
import { load } from '../ledger/load.ts';
import { type Cap, noUse, standardCaps, type Use } from '../ledger/modelCost.ts';
import { dayOf, plus, usedBy } from '../ledger/modelUse.ts';
import type { LoopDeps } from './deps.ts';
import { type RunRef, stateOf } from './look.ts';

const least = (cap: Cap, used: Use): Use => ({
  calls: cap.calls - used.calls,
  tokens: cap.tokens - used.tokens,
  milliseconds: cap.milliseconds - used.milliseconds,
  microCost: (cap.microCost ?? Number.MAX_SAFE_INTEGER) - used.microCost,
});

const smaller = (one: Use, other: Use): Use => ({
  calls: Math.min(one.calls, other.calls),
  tokens: Math.min(one.tokens, other.tokens),
  milliseconds: Math.min(one.milliseconds, other.milliseconds),
  microCost: Math.min(one.microCost, other.microCost),
});

/** What is used or reserved today in the other cutovers of this ledger. */
async function elsewhere({ ledger }: LoopDeps, cutoverId: string, day: number): Promise<Use> {
  let used = noUse;
  for (const other of await ledger.store.cutovers()) {
    const state = other === cutoverId ? null : await load(ledger.store, other);
    if (state !== null) used = plus(used, usedBy.day(state, day));
  }
  return used;
}

/** What is left for this run, its cutover and the day, whichever is least; negative when too much is reserved. */
async function leftFor(deps: LoopDeps, { cutoverId, runId }: RunRef): Promise<Use> {
  const caps = deps.caps ?? standardCaps;
  const state = await stateOf(deps.ledger, cutoverId);
  const day = dayOf(deps.ledger.now());
  const today = plus(usedBy.day(state, day), await elsewhere(deps, cutoverId, day));
  return smaller(
    smaller(
      least(caps.change, usedBy.run(state, runId)),
      least(caps.cutover, usedBy.cutover(state)),
    ),
    least(caps.day, today),
  );
}

const leastMs = 500;
const leastTokens = 2_000;

/** Too little to ask anything. Money is all or nothing: what it will be is not known before. */
const tooLittle = (granted: Use, need: Use): boolean =>
  granted.calls < 1 ||
  granted.milliseconds < leastMs ||
  granted.tokens < Math.min(leastTokens, need.tokens) ||
  granted.microCost < need.microCost;

const overdrawn = (left: Use): boolean => Object.values(left).some((part) => part < 0);

/** The meter of one run. */
export function meterFor(deps: LoopDeps, ref: RunRef): Meter {
  const { ledger } = deps;
  const { cutoverId, runId } = ref;
  return {
    now: () => ledger.now(),
    open: async (about, need) => {
      const reserved = smaller(need, await leftFor(deps, ref));
      if (tooLittle(reserved, need)) return null;
      const askId = ledger.newId('ask');
      const ask = { askId, runId, ...about, reserved };
      const { rejection } = await handle(ledger, cutoverId, { type: 'AskModel', ask });
      if (rejection !== null) return null;
      const close: Ticket['close'] = async (answer) => {
        await handle(ledger, cutoverId, { type: 'AnswerModel', answer: { askId, ...answer } });
      };
      if (overdrawn(await leftFor(deps, ref))) {
        await close({ outcome: 'over_cap', used: noUse, rationale: [] });
        return null;
      }
      return { allowance: reserved, close };
    },
  };
}
