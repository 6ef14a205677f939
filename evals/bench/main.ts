/**
 * `npm run bench`: every figure as a ratio to a reference measured in turn in the same run, because machines are
 * shared and noisy. `npm run bench -- ledger heads loop solver` runs some; without names all run.
 */
import { table } from '../../service/cli/screen.ts';
import { benchHeads } from './headsBench.ts';
import { benchLedger } from './ledgerBench.ts';
import { benchLoop } from './loopBench.ts';
import type { BenchRow } from './row.ts';
import { benchSolver } from './solverBench.ts';

const suites: Readonly<Record<string, () => Promise<BenchRow[]>>> = {
  ledger: benchLedger,
  heads: benchHeads,
  loop: () => benchLoop(),
  solver: benchSolver,
};

const columns = [
  { head: 'What', width: 38 },
  { head: 'p50 ms', width: 10 },
  { head: 'p95 ms', width: 10 },
  { head: 'ref p50', width: 10 },
  { head: 'ratio', width: 8 },
  { head: 'goal', width: 24 },
];

const figure = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => suites[name] === undefined);
if (unknown.length > 0) {
  process.stderr.write(
    `no suite ${unknown.join(', ')}; there are ${Object.keys(suites).join(', ')}\n`,
  );
  process.exitCode = 2;
} else {
  for (const [name, suite] of Object.entries(suites)) {
    if (asked.length > 0 && !asked.includes(name)) continue;
    const rows = await suite();
    const cells = rows.map(({ name: what, ours, reference, ratio, goal }) => [
      what,
      figure(ours.p50),
      figure(ours.p95),
      figure(reference.p50),
      ratio.toFixed(2),
      goal,
    ]);
    process.stdout.write(`\n${name}\n${table(columns, cells)}\n`);
  }
}
