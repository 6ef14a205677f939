/**
 * An attack and what became of it: one to three operators on an honest proposal, written as text, read at the door,
 * recorded and judged by the real gate. The oracle says whether it is unsafe; this file only counts.
 */
import { judge as honestJudge } from '../../constraints/judge.ts';
import type { RejectionCode, ViolationCode } from '../../ledger/codes.ts';
import type { CutoverState } from '../../ledger/cutover.ts';
import { decide } from '../../ledger/decide.ts';
import { foresee } from '../../ledger/evolve.ts';
import type { Judge } from '../../ledger/judge.ts';
import type { Proposal, Violation } from '../../ledger/proposal.ts';
import type { AgentName } from '../../ledger/vocabulary.ts';
import { unsafeIn } from '../oracle/truths.ts';
import { jsonOf } from '../support/mutations.ts';
import { between, type Dice, dice, oneOf } from '../support/problems.ts';
import { bindingOperators } from './binding.ts';
import { foreignTexts } from './foreign.ts';
import { holdOperators } from './holds.ts';
import type { Operator } from './operator.ts';
import { packetOperators } from './packets.ts';
import { audit, type Audit, newAudit } from './published.ts';
import { rulingOperators } from './rulings.ts';
import { type Stage, stagesOf } from './stage.ts';
import { timelineOperators } from './timeline.ts';
import { read, shuffled, slotOperators, textOf, textOperators } from './wire.ts';

type Outcome =
  | { readonly at: 'ledger'; readonly code: RejectionCode }
  | {
      readonly at: 'gate';
      readonly codes: ReadonlySet<ViolationCode>;
      readonly violations: readonly Violation[];
    }
  /** Found clean; when a packet then waits for a person, the ledger with it. */
  | { readonly at: 'clean'; readonly waiting: CutoverState | null };

/** One text as the ledger takes it: recorded, then judged, exactly as in the graph. */
export function present(proposal: Proposal, { state, now }: Stage, judge: Judge): Outcome {
  const newId = (kind: string): string => `${kind}-new`;
  const context = { now, judge, newId, knownReport: null };
  const recorded = decide({ type: 'RecordProposal', proposal }, state, context);
  if (recorded.rejection !== null) return { at: 'ledger', code: recorded.rejection.code };
  const kept = foresee(state, recorded.events, now);
  const { proposalId } = proposal;
  const gated = decide({ type: 'GateProposal', proposalId }, kept, context);
  const verdict = gated.events.find((event) => event.type === 'VerdictGiven');
  if (verdict === undefined) {
    return { at: 'ledger', code: gated.rejection?.code ?? 'proposal_unknown' };
  }
  if (verdict.clean) {
    const waits = gated.events.some(({ type }) => type === 'ApprovalRequested');
    return { at: 'clean', waiting: waits ? foresee(kept, gated.events, now) : null };
  }
  const { violations } = verdict;
  return { at: 'gate', codes: new Set(violations.map(({ code }) => code)), violations };
}

/** What is remembered of an operator that was used. */
type Used = Pick<Operator<unknown>, 'name' | 'family'>;

type Attack = {
  readonly operators: readonly Used[];
  readonly text: string;
};

const applied = <Draft>(
  draft: Draft,
  operators: readonly Operator<Draft>[],
  at: { readonly stage: Stage; readonly roll: Dice },
): { readonly draft: Draft; readonly operator: Operator<Draft> } | null => {
  const operator = oneOf(at.roll, operators);
  const made = operator.apply(draft, at);
  return made === null ? null : { draft: made, operator };
};

/** What can be done to the body of each agent. */
export const ownOperators: Readonly<Record<AgentName, readonly Operator<Proposal>[]>> = {
  readiness: rulingOperators,
  resequencing: timelineOperators,
  holds: holdOperators,
  packet: packetOperators,
};

/** One attack on this stage: where it is applied to the typed body, to a slot of the JSON, or to the text itself. */
export function attackOn(stage: Stage, roll: Dice): Attack {
  const at = { stage, roll };
  const used: Used[] = [];
  const own = ownOperators[stage.agent];
  let proposal = stage.honest;
  for (let count = between(roll, 1, 3); count > 0; count -= 1) {
    if (used.length > 0 && used.at(-1)?.family === 'binding') break;
    const list = roll() < 0.9 ? own : bindingOperators;
    const step = applied(proposal, list, at);
    if (step !== null) {
      proposal = step.draft;
      used.push(step.operator);
    }
    if (roll() < 0.15) break;
  }
  if (used.length > 0 && roll() < 0.75) return { operators: used, text: textOf(proposal) };
  const slot = applied(jsonOf(roll() < 0.5 ? stage.honest : proposal), slotOperators, at);
  const json = slot?.draft ?? jsonOf(proposal);
  const text = JSON.stringify(roll() < 0.2 ? shuffled(json, roll) : json);
  if (slot !== null) used.push(slot.operator);
  if (roll() < 0.7) return { operators: used, text };
  const broken = applied(text, textOperators, at);
  return broken === null
    ? { operators: used, text }
    : { operators: [...used, broken.operator], text: broken.draft };
}

export type Tally = {
  attacks: number;
  unsafe: number;
  /** Unsafe ones that the gate found clean, and attacks refused for no right reason: none of either. */
  readonly reached: string[];
  readonly misnamed: string[];
  readonly at: Record<Outcome['at'] | 'door', number>;
  waits: number;
  /** What the packets that wait would publish. */
  readonly published: Audit;
  seconds: number;
  readonly codes: Map<ViolationCode, number>;
  readonly rejections: Map<RejectionCode, number>;
  readonly used: Map<string, number>;
};

const newTally = (): Tally => ({
  attacks: 0,
  unsafe: 0,
  reached: [],
  misnamed: [],
  at: { door: 0, ledger: 0, gate: 0, clean: 0 },
  waits: 0,
  published: newAudit(),
  seconds: 0,
  codes: new Map(),
  rejections: new Map(),
  used: new Map(),
});

const more = <K>(counts: Map<K, number>, key: K): void => {
  counts.set(key, (counts.get(key) ?? 0) + 1);
};

type Truths = { readonly judge: Judge; readonly basisDigest: string };

/** A misshapen timeline is judged by its shape: what its odd placements would break besides is nobody's business. */
const shapeCodes: readonly ViolationCode[] = [
  'wrong_cutover',
  'stale_basis',
  'unknown_checkpoint',
  'duplicate_checkpoint',
  'missing_checkpoint',
  'moved_started',
  'wrong_duration',
];

/**
 * Whether the gate's reasons are not the right ones. Of a timeline both know every reason
 * and one too many is as wrong as one too few. Of the rest the oracle knows
 * some: they must be among the gate's, unless several things are wrong at once and one hides another.
 */
function isMisnamed(
  unsafe: ReadonlySet<ViolationCode>,
  found: ReadonlySet<ViolationCode>,
  { agent, operators }: { readonly agent: AgentName; readonly operators: readonly Used[] },
): boolean {
  if (agent === 'resequencing') {
    const isShape = [...unsafe].some((code) => shapeCodes.includes(code));
    const named = isShape ? [...found].filter((code) => shapeCodes.includes(code)) : [...found];
    const wanted = [...unsafe].filter((code) => !isShape || shapeCodes.includes(code));
    return wanted.toSorted().join(' ') !== named.toSorted().join(' ');
  }
  return unsafe.size > 0 && operators.length === 1 && [...unsafe].every((code) => !found.has(code));
}

/** Judges one attack on both paths and counts it; it answers with the ledger in which its packet waits, if one does. */
function count(
  tally: Tally,
  attack: Attack,
  at: Truths & { readonly stage: Stage },
): CutoverState | null {
  const { stage, judge, basisDigest } = at;
  tally.attacks += 1;
  for (const { name } of attack.operators) more(tally.used, name);
  const proposal = read(attack.text);
  if (proposal === null) {
    tally.at.door += 1;
    return null;
  }
  const outcome = present(proposal, stage, judge);
  tally.at[outcome.at] += 1;
  if (outcome.at === 'ledger') {
    more(tally.rejections, outcome.code);
    return null;
  }
  const unsafe = unsafeIn(proposal, { ...stage, basisDigest });
  const foreign = foreignTexts(proposal, stage);
  if (unsafe.size > 0 || foreign.length > 0) tally.unsafe += 1;
  const story = () =>
    `seed ${stage.seed} ${stage.agent}: ${attack.operators.map(({ name }) => name).join(' + ')}: ` +
    `oracle [${[...unsafe].join(' ')}] foreign ${JSON.stringify(foreign)}`;
  if (outcome.at === 'clean') {
    tally.waits += Number(outcome.waiting !== null);
    if (unsafe.size > 0 || foreign.length > 0) tally.reached.push(story());
    return outcome.waiting;
  }
  for (const code of outcome.codes) more(tally.codes, code);
  if (isMisnamed(unsafe, outcome.codes, { ...attack, agent: stage.agent })) {
    tally.misnamed.push(`${story()} gate [${[...outcome.codes].join(' ')}]`);
  }
  return null;
}

/** Reads what the packet that waits would publish (C36), if one does. */
async function publish(state: CutoverState | null, into: Audit): Promise<void> {
  const record = state?.pending?.record;
  if (state === null || record === undefined) return;
  const packets = { adopted: async () => state.current, answered: async () => null };
  await audit({ state, record, packets, models: [] }, into);
}

/** How many of an attack's nights belong to each agent: a packet is dear to judge, a timeline is where harm begins. */
const shares: Readonly<Record<AgentName, number>> = {
  readiness: 0.12,
  resequencing: 0.62,
  holds: 0.18,
  packet: 0.08,
};
const perNight = 250;

export type Campaign = {
  readonly judge: Judge;
  readonly size: number;
  readonly firstSeed: number;
  /** The one agent whose turns are attacked; all of them, unless said. */
  readonly agent?: AgentName;
  /** Ends early once this many were found: enough to show that a suite can fail. */
  readonly enough?: number;
};

/** So many attacks, night after night from the first seed on. */
export async function attackNights(asked: Campaign): Promise<Tally> {
  const { judge, size, firstSeed, enough, agent } = asked;
  const tally = newTally();
  const began = performance.now();
  const isDone = (): boolean =>
    tally.attacks >= size || (enough !== undefined && tally.reached.length >= enough);
  for (let seed = firstSeed; !isDone(); seed += 1) {
    const roll = dice(seed ^ 0x5eed);
    for await (const stage of stagesOf(seed)) {
      if (agent !== undefined && stage.agent !== agent) continue;
      const basisDigest = honestJudge.basisDigest(stage.state);
      const most = Math.min(size - tally.attacks, Math.round(perNight * shares[stage.agent]));
      for (let done = 0; done < most && !isDone(); done += 1) {
        const waiting = count(tally, attackOn(stage, roll), { stage, judge, basisDigest });
        await publish(waiting, tally.published);
      }
      if (stage.agent === agent) break;
    }
  }
  tally.seconds = (performance.now() - began) / 1_000;
  return tally;
}
