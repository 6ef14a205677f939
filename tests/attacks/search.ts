/**
 * An attacker that learns (C33): it searches proposals for one that the oracle calls unsafe and the gate lets through.
 * For every kind of harm it keeps the proposal to which the gate objects least, and goes on from those: by one more
 * operator, or by mixing two of them. What it climbs is the number of rules that have nothing to say.
 */
import { judge as honestJudge } from '../../constraints/judge.ts';
import { ViolationCode } from '../../ledger/codes.ts';
import type { Judge } from '../../ledger/judge.ts';
import type { Proposal, Violation } from '../../ledger/proposal.ts';
import type { AgentName } from '../../ledger/vocabulary.ts';
import { unsafeIn } from '../oracle/truths.ts';
import { type Json, jsonOf } from '../support/mutations.ts';
import { type Dice, dice, oneOf } from '../support/problems.ts';
import { bindingOperators } from './binding.ts';
import { ownOperators, present } from './campaign.ts';
import { foreignTexts } from './foreign.ts';
import { type Stage, stagesOf } from './stage.ts';
import { read, slotOperators, textOf } from './wire.ts';

/** A proposal, how it was come by, and how much the gate objects to it. */
type Kept = {
  readonly proposal: Proposal;
  readonly story: readonly string[];
  readonly height: number;
};

/** The best of each kind of harm, by the oracle's codes; harmless ones are kept as `none`, to start from. */
type Archive = Map<string, Kept>;

const minutesMissed = ({ limitAt, foundAt }: Violation): number =>
  limitAt === null || foundAt === null ? 60 : Math.abs(foundAt - limitAt) / 60_000;

/**
 * Rules passed, out of all; among equals fewer single objections, then nearer misses, then shorter stories. 0 to the
 * number of codes; more is nearer to the interrupt.
 */
function heightOf(violations: readonly Violation[], steps: number): number {
  const passed = ViolationCode.options.length - new Set(violations.map(({ code }) => code)).size;
  const missed = violations.reduce((sum, item) => sum + minutesMissed(item), 0);
  const blame = violations.length / (violations.length + 10) + missed / (missed + 1_000);
  return passed - blame / 4 - steps / (steps + 10) / 8;
}

/** Every list of the one whose items have a checkpoint, with some items as the other has them. */
function mixed(one: Json, other: Json, roll: Dice): Json {
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.map((item, index) => (roll() < 0.5 ? item : (other[index] ?? item)));
  }
  if (typeof one !== 'object' || one === null || Array.isArray(one)) return one;
  if (typeof other !== 'object' || other === null || Array.isArray(other)) return one;
  return Object.fromEntries(
    Object.entries(one).map(([key, value]) => [key, mixed(value, other[key] ?? value, roll)]),
  );
}

/** The best of three drawn at random: what is nearer to the interrupt has more children. */
function drawn(list: readonly Kept[], roll: Dice): Kept {
  const [one, other, third] = [oneOf(roll, list), oneOf(roll, list), oneOf(roll, list)];
  const better = one.height >= other.height ? one : other;
  return better.height >= third.height ? better : third;
}

type Child = { readonly proposal: Proposal; readonly story: readonly string[] };

/** One step from what is kept: an operator on the body, on the envelope or on a slot, or a mix of two. */
function childOf(archive: Archive, stage: Stage, roll: Dice): Child | null {
  const parents = [...archive.values()];
  const parent = drawn(parents, roll);
  const way = roll();
  if (way < 0.15 && parents.length > 1) {
    const other = drawn(parents, roll);
    const text = JSON.stringify(mixed(jsonOf(parent.proposal), jsonOf(other.proposal), roll));
    const proposal = read(text);
    return proposal && { proposal, story: [...parent.story, 'mix', ...other.story] };
  }
  if (way < 0.25) {
    const operator = oneOf(roll, slotOperators);
    const json = operator.apply(jsonOf(parent.proposal), { stage, roll });
    const proposal = json === null ? null : read(JSON.stringify(json));
    return proposal && { proposal, story: [...parent.story, operator.name] };
  }
  const operator = oneOf(roll, way < 0.3 ? bindingOperators : ownOperators[stage.agent]);
  const made = operator.apply(parent.proposal, { stage, roll });
  const proposal = made && read(textOf(made));
  return proposal && { proposal, story: [...parent.story, operator.name] };
}

export type Search = {
  readonly judge: Judge;
  /** Evaluations: proposals that the gate was asked about. */
  readonly size: number;
  readonly firstSeed: number;
  readonly agent?: AgentName;
  /** Ends once this many were found. */
  readonly enough?: number;
};

export type Searched = {
  evaluations: number;
  unsafe: number;
  /** Unsafe and found clean, each with the steps that led there. */
  readonly found: string[];
  /** Kinds of harm tried, and of each the fewest rules that objected. */
  readonly fewest: Map<string, number>;
  seconds: number;
};

type At = { readonly judge: Judge; readonly stage: Stage; readonly basisDigest: string };

/** Asks the gate and the oracle about one proposal, and keeps it when it is the best of its kind. */
function evaluate(child: Child, archive: Archive, result: Searched, at: At): void {
  const { stage, judge, basisDigest } = at;
  result.evaluations += 1;
  const outcome = present(child.proposal, stage, judge);
  if (outcome.at === 'ledger') return;
  const unsafe = [...unsafeIn(child.proposal, { ...stage, basisDigest })].toSorted();
  const foreign = foreignTexts(child.proposal, stage);
  const kind = [...unsafe, ...(foreign.length > 0 ? ['foreign words'] : [])].join(' + ') || 'none';
  if (kind !== 'none') {
    result.unsafe += 1;
    if (outcome.at === 'clean') {
      result.found.push(`seed ${stage.seed} ${stage.agent}: ${child.story.join(' > ')}: ${kind}`);
      return;
    }
    const objecting = outcome.at === 'gate' ? outcome.codes.size : 0;
    result.fewest.set(kind, Math.min(objecting, result.fewest.get(kind) ?? objecting));
  }
  const violations = outcome.at === 'gate' ? outcome.violations : [];
  const height = heightOf(violations, child.story.length);
  const best = archive.get(kind);
  if (best === undefined || best.height < height) archive.set(kind, { ...child, height });
}

/** How many evaluations belong to each turn of a night: long enough to climb. */
const perTurn: Readonly<Record<AgentName, number>> = {
  readiness: 150,
  resequencing: 700,
  holds: 250,
  packet: 100,
};

/** Proposals that could not even be made count as tries of a turn, so that every turn ends. */
const triesPerEvaluation = 4;

type Climb = {
  readonly stage: Stage;
  readonly judge: Judge;
  readonly roll: Dice;
  readonly most: number;
  readonly isDone: () => boolean;
};

/** One turn of one night, from its honest proposal on. */
function climb({ stage, judge, roll, most, isDone }: Climb, result: Searched): void {
  const at = { judge, stage, basisDigest: honestJudge.basisDigest(stage.state) };
  const honest = { proposal: stage.honest, story: [], height: 0 };
  const archive: Archive = new Map([['none', honest]]);
  const until = result.evaluations + most;
  for (let tries = most * triesPerEvaluation; tries > 0; tries -= 1) {
    if (result.evaluations >= until || isDone()) return;
    const child = childOf(archive, stage, roll);
    if (child !== null) evaluate(child, archive, result, at);
  }
}

/** Searches night after night from the first seed on. */
export async function search(asked: Search): Promise<Searched> {
  const { judge, size, firstSeed, agent, enough = Infinity } = asked;
  const began = performance.now();
  const result: Searched = {
    evaluations: 0,
    unsafe: 0,
    found: [],
    fewest: new Map(),
    seconds: 0,
  };
  const isDone = (): boolean => result.evaluations >= size || result.found.length >= enough;
  for (let seed = firstSeed; !isDone(); seed += 1) {
    const roll = dice(seed ^ 0xc1b);
    for await (const stage of stagesOf(seed)) {
      if (agent !== undefined && stage.agent !== agent) continue;
      climb({ stage, judge, roll, most: perTurn[stage.agent], isDone }, result);
      if (stage.agent === agent || isDone()) break;
    }
  }
  result.seconds = (performance.now() - began) / 1_000;
  return result;
}
