/**
 * Where attacks start: a random night on which the honest minds have got as far as one agent's turn. Each stage has the
 * state that the gate will judge in, the proposal that an honest mind makes there, and what is known of waiting facts.
 */
import type { Agent } from '../../agents/agent.ts';
import { deterministicAgents } from '../../agents/deterministic.ts';
import type { CutoverState } from '../../ledger/cutover.ts';
import type { EventBody } from '../../ledger/events.ts';
import type { Proposal } from '../../ledger/proposal.ts';
import type { AgentName, Id, Instant } from '../../ledger/vocabulary.ts';
import { minuteMs } from '../../ledger/vocabulary.ts';
import { fold } from '../support/build.ts';
import { adoptedIn, loopOnce, through } from '../support/minds.ts';
import { randomNight } from '../support/nights.ts';
import { dice } from '../support/problems.ts';
import { type Planted, withAnswers, withWaiting } from './waiting.ts';

export type Stage = {
  readonly seed: number;
  readonly agent: AgentName;
  /** A run is open, and the proposals before this one are clean. */
  readonly state: CutoverState;
  readonly now: Instant;
  readonly honest: Proposal;
  /** Of each waiting fact that is known to be untrustworthy, how. */
  readonly planted: ReadonlyMap<Id, Planted>;
};

const started = (state: CutoverState, runId: Id, nowAt: Instant): CutoverState => {
  const event: EventBody = { type: 'RunStarted', runId, nowAt, graphVersion: 'test' };
  return fold(state, [event]);
};

/** A situation that will not change lets the rule book keep its digest. */
const settled = (state: CutoverState): CutoverState => {
  Object.freeze(state.situation);
  return state;
};

type Turn = { readonly stage: Stage; readonly after: CutoverState };
type Place = Pick<Stage, 'seed' | 'state' | 'now' | 'planted'>;

async function turnOf(agent: Agent, place: Place): Promise<Turn> {
  const { state, violations } = await through(place.state, agent, place.now);
  const honest = state.run?.attempts[agent.name]?.proposal;
  if (honest === undefined) throw new Error(`${agent.name} said nothing`);
  if (violations.length > 0 && agent.name !== 'readiness') {
    throw new Error(`seed ${place.seed}: the honest ${agent.name} was refused`);
  }
  return { stage: { ...place, agent: agent.name, honest }, after: settled(state) };
}

/** The night of this seed; on every other one a first packet has been adopted already. */
async function nightOf(seed: number): Promise<{ state: CutoverState; now: Instant }> {
  const { state: night, now } = randomNight(seed, { facts: seed % 3 === 0 ? 12 : 5 });
  const state = seed % 3 === 1 ? withAnswers(night, now, dice(seed)) : night;
  if (seed % 2 === 0) return { state, now };
  const { state: prepared, packet } = await loopOnce(state, 'run-1', now);
  return { state: adoptedIn(prepared, packet, 'run-1'), now: now + (seed % 40) * minuteMs };
}

/**
 * The turns of one night, made as they are asked for: rulings on facts that wait, then a timeline, holds and a packet without
 * those facts.
 */
export async function* stagesOf(seed: number): AsyncGenerator<Stage> {
  const { state, now } = await nightOf(seed);
  const { state: waiting, planted } = withWaiting(state, now, dice(seed + 1));
  const place = { seed, now, planted };
  const ruled = started(waiting, 'run-2', now);
  yield (await turnOf(deterministicAgents.readiness, { ...place, state: ruled })).stage;
  let at = settled(started(state, 'run-2', now));
  for (const name of ['resequencing', 'holds', 'packet'] as const) {
    const { stage, after } = await turnOf(deterministicAgents[name], { ...place, state: at });
    yield stage;
    at = after;
  }
}
