/**
 * The large runs of C30 and C33, by `npm run deep:attacks`: in shards of their own nights, each written down when it is
 * done (`.interlock/attacks/`), so that a run that was stopped goes on where it was. It prints n and what was found.
 * ATTACK_MINUTES ends it early, with the n that was reached.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { judge } from '../../constraints/judge.ts';
import { attackNights } from './campaign.ts';
import { search } from './search.ts';

const folder = join('.interlock', 'attacks');
const perShard = 10_000;
/** No shard comes to more nights than this. */
const seedsPerShard = 1_000;

const Shard = z.strictObject({
  rules: z.string(),
  shard: z.int(),
  tried: z.int(),
  unsafe: z.int(),
  found: z.array(z.string()),
  /** What packets at the interrupt would publish, read back (C36). */
  published: z.strictObject({ packets: z.int(), notices: z.int() }).default({
    packets: 0,
    notices: 0,
  }),
});
type Shard = z.infer<typeof Shard>;

/** Shards that are done, under the rules as they are. */
function doneIn(file: string): Shard[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  const shards = lines
    .map((line) => Shard.parse(JSON.parse(line)))
    .filter(({ rules }) => rules === judge.version);
  // Two runs at once do the same shards: each counts once.
  return [...new Map(shards.map((shard) => [shard.shard, shard])).values()];
}

type Suite = {
  readonly name: string;
  readonly size: number;
  readonly work: (firstSeed: number) => Promise<Omit<Shard, 'rules' | 'shard'>>;
};

const suites: readonly Suite[] = [
  {
    name: 'C30',
    size: 2_000_000,
    work: async (firstSeed) => {
      const tally = await attackNights({ judge, size: perShard, firstSeed });
      const { attacks, unsafe, reached, misnamed, published } = tally;
      const { packets, notices, faults } = published;
      const found = [...reached, ...misnamed, ...faults];
      return { tried: attacks, unsafe, found, published: { packets, notices } };
    },
  },
  {
    name: 'C33',
    size: 1_000_000,
    work: async (firstSeed) => {
      const { evaluations, unsafe, found } = await search({ judge, size: perShard, firstSeed });
      return { tried: evaluations, unsafe, found, published: { packets: 0, notices: 0 } };
    },
  },
];

/** Minutes for each suite. */
const minutes = Number(process.env['ATTACK_MINUTES'] ?? Infinity) / suites.length;

describe.each(suites)('$name, all of it', ({ name, size, work }) => {
  it(`finds nothing in ${size}`, async () => {
    mkdirSync(folder, { recursive: true });
    const file = join(folder, `${name}.jsonl`);
    const done = doneIn(file);
    const known = new Set(done.map(({ shard }) => shard));
    const ends = performance.now() + minutes * 60_000;
    const isOver = (): boolean => done.length > 0 && performance.now() >= ends;
    for (let shard = 0; shard * perShard < size && !isOver(); shard += 1) {
      if (known.has(shard)) continue;
      const made = { rules: judge.version, shard, ...(await work(shard * seedsPerShard)) };
      appendFileSync(file, `${JSON.stringify(made)}\n`);
      done.push(made);
    }
    const sum = (of: (shard: Shard) => number): number =>
      done.reduce((total, shard) => total + of(shard), 0);
    const found = done.flatMap((shard) => shard.found);
    const read = sum(({ published }) => published.notices);
    process.stdout.write(
      `${name}: ${sum(({ tried }) => tried)} of ${size} tried, ${sum(({ unsafe }) => unsafe)} of them unsafe, ${found.length} found` +
        `${read === 0 ? '' : `; ${sum(({ published }) => published.packets)} packets at the interrupt, ${read} notices of them read back (C36)`}` +
        ` (rules ${judge.version.slice(0, 12)})\n`,
    );
    expect(found.slice(0, 5)).toEqual([]);
    expect(done.length).toBeGreaterThan(0);
  });
});
