/**
 * Whether other words make another night: the same proposals before the gate, and the same minds at work, on a night and
 * on its retelling. Whatever differs is a difference that words made.
 */
import { deterministicAgents } from '../../agents/deterministic.ts';
import { canonicalJson } from '../../ledger/canonical.ts';
import type { Judge } from '../../ledger/judge.ts';
import type { Proposal } from '../../ledger/proposal.ts';
import { jsonOf } from '../support/mutations.ts';
import { type Dice, dice } from '../support/problems.ts';
import { attackOn } from './campaign.ts';
import { madeOf, retold } from './retelling.ts';
import { type Stage, stagesOf } from './stage.ts';
import { read } from './wire.ts';

type Asked = {
  readonly judge: Judge;
  readonly size: number;
  readonly agents?: typeof deterministicAgents;
  readonly firstSeed?: number;
  /** Ends once this many differences were found. */
  readonly enough?: number;
};

type Steered = {
  retellings: number;
  /** Texts told otherwise. */
  texts: number;
  /** Retellings that a mind answered too. */
  minds: number;
  readonly differences: string[];
};

/** Retellings of each turn: a packet is dear to judge. */
const perTurn = { readiness: 30, resequencing: 30, holds: 30, packet: 10 } as const;
/** One in so many retellings goes through the mind of its turn as well. */
const mindEvery = 15;

/** The honest proposal and one hostile one that can be read; those that quote a statement say what it says. */
function proposalsOf(stage: Stage, roll: Dice): Proposal[] {
  const hostile = read(attackOn(stage, roll).text);
  return [stage.honest, ...(hostile === null ? [] : [hostile])].filter(
    ({ body }) => body.agent !== 'readiness' || (body.readings ?? []).length === 0,
  );
}

const answerOf = async (
  stage: Stage,
  { agents, judge }: Required<Pick<Asked, 'agents' | 'judge'>>,
) => {
  const { state, now } = stage;
  const basisDigest = judge.basisDigest(state);
  const slice = { state, now, basisDigest, attempt: 1, refused: [], signal: null };
  return canonicalJson((await agents[stage.agent].propose(slice)).body);
};

/** So many retellings of random nights, compared with the nights themselves. */
export async function steered(asked: Asked): Promise<Steered> {
  const { judge, size, agents = deterministicAgents, firstSeed = 0, enough = Infinity } = asked;
  const result: Steered = { retellings: 0, texts: 0, minds: 0, differences: [] };
  const isDone = (): boolean => result.retellings >= size || result.differences.length >= enough;
  for (let seed = firstSeed; !isDone(); seed += 1) {
    for await (const stage of stagesOf(seed)) {
      await retell(stage, { result, isDone, judge, agents });
      if (isDone()) break;
    }
  }
  return result;
}

type Work = Required<Pick<Asked, 'agents' | 'judge'>> & {
  readonly result: Steered;
  readonly isDone: () => boolean;
};

async function retell(stage: Stage, { result, isDone, ...parts }: Work): Promise<void> {
  const { judge } = parts;
  const roll = dice(stage.seed ^ 0x7e11);
  const digest = judge.basisDigest(stage.state);
  const answer = await answerOf(stage, parts);
  const json = jsonOf(stage.state);
  const honest = madeOf(stage.honest, stage, judge);
  for (let done = 0; done < perTurn[stage.agent] && !isDone(); done += 1) {
    const { state, texts } = retold(json, roll);
    const other: Stage = { ...stage, state };
    const differs = (what: string): void => {
      result.differences.push(`seed ${stage.seed} ${stage.agent} retelling ${done}: ${what}`);
    };
    result.retellings += 1;
    result.texts += texts;
    if (judge.basisDigest(other.state) !== digest) differs('the digest of the facts');
    for (const proposal of proposalsOf(stage, roll)) {
      const here = proposal === stage.honest ? honest : madeOf(proposal, stage, judge);
      const there = madeOf(proposal, other, judge);
      if (here !== there) differs(`the verdict: ${here} is now ${there}`);
    }
    if (done % mindEvery === 0) {
      result.minds += 1;
      const told = await answerOf(other, parts);
      if (told !== answer) differs(`the mind: ${answer} is now ${told}`);
    }
  }
}
