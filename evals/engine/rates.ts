/**
 * The scores: each a rate of two counts, with what it means to the letter. evals/README.md explains them; the floors are
 * written in these names.
 */
import type { Tally } from './tally.ts';

type Counts = keyof Tally;

export type Rate = {
  readonly name: string;
  /** Which of the four measures of the design it belongs to; null: one of the minds. */
  readonly measure: 1 | 2 | 3 | 4 | null;
  readonly of: Counts;
  readonly per: Counts;
  readonly better: 'higher' | 'lower';
  readonly meaning: string;
};

export const rates = [
  {
    name: 'expectations',
    measure: null,
    of: 'met',
    per: 'expected',
    better: 'higher',
    meaning: 'expectations met, of all that the drills state',
  },
  {
    name: 'runs-to-packet',
    measure: 1,
    of: 'runsToPacket',
    per: 'packets',
    better: 'lower',
    meaning:
      'runs of the workflow in the step that prepared a packet, up to its newest; 1 is the least',
  },
  {
    name: 'turns-to-packet',
    measure: 1,
    of: 'turnsToPacket',
    per: 'packets',
    better: 'lower',
    meaning:
      'proposals made in the step up to its newest packet; 3 or 4 is the least, each repair is one more',
  },
  {
    name: 'held',
    measure: 2,
    of: 'held',
    per: 'conflicts',
    better: 'higher',
    meaning:
      'protected checkpoints that must be held (the truth of the drill) and are held in the packet',
  },
  {
    name: 'flattened',
    measure: 2,
    of: 'flattened',
    per: 'conflicts',
    better: 'lower',
    meaning: 'protected checkpoints that must be held and were given a time in the packet',
  },
  {
    name: 'over-held',
    measure: 2,
    of: 'overHeld',
    per: 'free',
    better: 'lower',
    meaning: 'open protected checkpoints that need not be held and are held in the packet',
  },
  {
    name: 'version-read',
    measure: 3,
    of: 'readVersion',
    per: 'read',
    better: 'higher',
    meaning: 'packets from whose JSON alone a reader names its version and the one then in force',
  },
  {
    name: 'changes-read',
    measure: 3,
    of: 'changesNamed',
    per: 'changesTrue',
    better: 'higher',
    meaning: 'true changes of start, owner or hold that a reader of the JSON alone names',
  },
  {
    name: 'changes-invented',
    measure: 3,
    of: 'changesWrong',
    per: 'read',
    better: 'lower',
    meaning: 'changes that such a reader names and that are none, for each packet',
  },
  {
    name: 'affected-told',
    measure: 3,
    of: 'affectedTold',
    per: 'affected',
    better: 'higher',
    meaning:
      'people who own what changed (before or after), or observe what has another start or hold, and whose own lines name all of it',
  },
  {
    name: 'told-in-vain',
    measure: 3,
    of: 'toldInVain',
    per: 'read',
    better: 'lower',
    meaning: 'people told of a change that does not concern them, for each packet',
  },
  {
    name: 'packets-per-cluster',
    measure: 4,
    of: 'clusterPackets',
    per: 'clusters',
    better: 'lower',
    meaning: 'packets prepared in a step with reports that needed one; 1 is the least',
  },
  {
    name: 'notices-per-cluster',
    measure: 4,
    of: 'clusterNotices',
    per: 'clusters',
    better: 'lower',
    meaning: 'people told by its packet: at most one notice each',
  },
  {
    name: 'moves-per-packet',
    measure: 4,
    of: 'moves',
    per: 'packets',
    better: 'lower',
    meaning: 'checkpoints placed before and after at another start',
  },
  {
    name: 'needless-moves',
    measure: 4,
    of: 'needlessMoves',
    per: 'packets',
    better: 'lower',
    meaning:
      'changes beyond those that the drill states as true (none where it states nothing), for each packet',
  },
  {
    name: 'order-flips',
    measure: 4,
    of: 'orderFlips',
    per: 'packets',
    better: 'lower',
    meaning: 'pairs of one owner that swapped their order, for each packet',
  },
  {
    name: 'idempotent',
    measure: 4,
    of: 'againSame',
    per: 'again',
    better: 'higher',
    meaning:
      'steps with a run after which another run changes nothing: no proposal, no packet, no notice',
  },
  {
    name: 'words-read',
    measure: null,
    of: 'readRightly',
    per: 'readable',
    better: 'higher',
    meaning: 'facts that free text states (the truth of the drill) and that were read out of it',
  },
  {
    name: 'words-misread',
    measure: null,
    of: 'readWrongly',
    per: 'texts',
    better: 'lower',
    meaning: 'facts read out of free text that does not state them, for each such text',
  },
  {
    name: 'first-try',
    measure: null,
    of: 'firstClean',
    per: 'firstTries',
    better: 'higher',
    meaning: 'first proposals of an agent in a run that the gate found clean',
  },
  {
    name: 'repairs',
    measure: null,
    of: 'repairs',
    per: 'firstTries',
    better: 'lower',
    meaning: 'proposals that the gate refused, for each first one',
  },
  {
    name: 'taken-over',
    measure: null,
    of: 'tookOver',
    per: 'firstTries',
    better: 'lower',
    meaning: 'proposals that the deterministic mind made because the own one failed',
  },
  {
    name: 'agreement',
    measure: null,
    of: 'adoptedAsProposed',
    per: 'adoptedLines',
    better: 'higher',
    meaning: 'lines of adopted packets that stand as they were first proposed in their run',
  },
  {
    name: 'model-calls',
    measure: null,
    of: 'calls',
    per: 'packets',
    better: 'lower',
    meaning: 'calls to a model, for each packet',
  },
  {
    name: 'model-tokens',
    measure: null,
    of: 'tokens',
    per: 'packets',
    better: 'lower',
    meaning:
      'tokens sent and answered, those of answers that came to nothing included, for each packet',
  },
  {
    name: 'input-tokens',
    measure: null,
    of: 'inputTokens',
    per: 'packets',
    better: 'lower',
    meaning: 'tokens sent for proposals that a model made, for each packet',
  },
  {
    name: 'output-tokens',
    measure: null,
    of: 'outputTokens',
    per: 'packets',
    better: 'lower',
    meaning: 'tokens answered for proposals that a model made, for each packet',
  },
  {
    name: 'micro-cost',
    measure: null,
    of: 'microCost',
    per: 'packets',
    better: 'lower',
    meaning:
      'what that cost in millionths of the currency of INTERLOCK_MODEL_PRICE (0 where no price is set), for each packet',
  },
  {
    name: 'model-latency',
    measure: null,
    of: 'latencyMs',
    per: 'packets',
    better: 'lower',
    meaning: 'milliseconds waited for models as the ledger recorded them, for each packet',
  },
] as const satisfies readonly Rate[];

export type RateName = (typeof rates)[number]['name'];

/** A rate as text: three digits after the point at most; a dash when there was nothing to measure. */
export const figure = (value: number | null): string =>
  value === null ? '-' : String(Math.round(value * 1_000) / 1_000);

/** The value of a rate; null when there was nothing to measure. */
export const valueOf = ({ of, per }: Pick<Rate, 'of' | 'per'>, counts: Tally): number | null =>
  counts[per] === 0 ? null : counts[of] / counts[per];
