/**
 * `npm run bench`: every figure as a ratio to a reference measured in turn in the same run, because machines are
 * shared and noisy. `npm run bench -- ledger heads loop solver` runs some; without names all run but the fleet and
 * the acknowledgements.
 */
import { table } from '../../service/cli/screen.ts';
import { benchAcks } from './acksBench.ts';
import { benchFleet } from './fleetBench.ts';
import { benchHeads } from './headsBench.ts';
import { benchLedger } from './ledgerBench.ts';
import { benchLoop } from './loopBench.ts';
import type { BenchRow } from './row.ts';
import { benchSolver } from './solverBench.ts';

/** Each takes a size: `fleet:200` runs the fleet on 200 cutovers. Those that have none of their own leave it aside. */
const suites: Readonly<Record<string, (size: number | undefined) => Promise<BenchRow[]>>> = {
  acks: benchAcks,
  fleet: benchFleet,
  ledger: benchLedger,
  heads: () => benchHeads(),
  loop: benchLoop,
  solver: benchSolver,
};
/** They take minutes and start processes, a PostgreSQL and a Redis: run only when they are named. */
const byNameOnly = new Set(['acks', 'fleet']);

const columns = [
  { head: 'What', width: 38 },
  { head: 'p50 ms', width: 10 },
  { head: 'p95 ms', width: 10 },
  { head: 'p99 ms', width: 10 },
  { head: 'ref p50', width: 10 },
  { head: 'ratio', width: 8 },
  { head: 'goal', width: 24 },
];

const figure = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));

const asked = new Map(
  process.argv.slice(2).map((word): [string, number | undefined] => {
    const [name = '', size] = word.split(':');
    return [name, size === undefined ? undefined : Number(size)];
  }),
);
const unknown = [...asked].flatMap(([name, size]) =>
  suites[name] === undefined || (size !== undefined && !(Number.isInteger(size) && size > 0))
    ? [name]
    : [],
);
if (unknown.length > 0) {
  process.stderr.write(
    `no suite ${unknown.join(', ')}, or its size is no whole number; there are ${Object.keys(suites).join(', ')}\n`,
  );
  process.exitCode = 2;
} else {
  for (const [name, suite] of Object.entries(suites)) {
    if (asked.size > 0 ? !asked.has(name) : byNameOnly.has(name)) continue;
    const rows = await suite(asked.get(name));
    const cells = rows.map(({ name: what, ours, reference, ratio, goal }) => [
      what,
      figure(ours.p50),
      figure(ours.p95),
      figure(ours.p99),
      figure(reference.p50),
      ratio.toFixed(2),
      goal,
    ]);
    process.stdout.write(`\n${name}\n${table(columns, cells)}\n`);
  }
}
