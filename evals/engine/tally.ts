/**
 * What is counted while drills are played. Counts are whole numbers and add up, so that a suite is the sum of its
 * drills and rates are never averages of averages. What each rate means is in rates.ts and in evals/README.md.
 */
const none = {
  drills: 0,
  expected: 0,
  met: 0,
  // 1: time to packet
  packets: 0,
  runsToPacket: 0,
  turnsToPacket: 0,
  // 2: protected conflicts
  conflicts: 0,
  held: 0,
  flattened: 0,
  free: 0,
  overHeld: 0,
  // 3: what a reader of the packet alone can say
  read: 0,
  readVersion: 0,
  changesTrue: 0,
  changesNamed: 0,
  changesWrong: 0,
  affected: 0,
  affectedTold: 0,
  toldInVain: 0,
  // 4: stability
  clusters: 0,
  clusterPackets: 0,
  clusterNotices: 0,
  moves: 0,
  judged: 0,
  needlessMoves: 0,
  orderFlips: 0,
  again: 0,
  againSame: 0,
  // free text
  texts: 0,
  readable: 0,
  readRightly: 0,
  readWrongly: 0,
  // the minds
  firstTries: 0,
  firstClean: 0,
  repairs: 0,
  tookOver: 0,
  asks: 0,
  answered: 0,
  calls: 0,
  tokens: 0,
  inputTokens: 0,
  outputTokens: 0,
  microCost: 0,
  latencyMs: 0,
  adoptedLines: 0,
  adoptedAsProposed: 0,
};

export type Tally = { readonly [Name in keyof typeof none]: number };

/** A tally with these counts and nothing else. */
export const tally = (counts: Partial<Tally> = {}): Tally => ({ ...none, ...counts });

const isName = (name: string): name is keyof Tally => name in none;

/** The sum of tallies. */
export function sum(tallies: readonly Tally[]): Tally {
  const total: { -readonly [Name in keyof Tally]: number } = { ...none };
  for (const one of tallies) {
    for (const name of Object.keys(none).filter(isName)) total[name] += one[name];
  }
  return total;
}
