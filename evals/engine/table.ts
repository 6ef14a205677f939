/** The scores as a person reads them on a terminal, and as JSON with sorted, machine-free content. */
import { table } from '../../service/cli/screen.ts';
import type { Fall } from './floors.ts';
import { expectationLine } from '../../service/drill/expectations.ts';
import { missedIn, type PlayedSuite } from './play.ts';
import { figure, valueOf } from './rate.ts';
import { rates } from './rates.ts';
import { sum, type Tally } from './tally.ts';

/** The suites and all of them together, by name. */
export const rowsOf = (played: readonly PlayedSuite[]): readonly (readonly [string, Tally])[] => [
  ...played.map((one) => [one.name, one.tally] as const),
  ...(played.length > 1 ? [['all', sum(played.map((one) => one.tally))] as const] : []),
];

const part = (of: number, per: number): string => (per === 0 ? '-' : `${of} of ${per}`);

/** One line for each suite. */
function suiteTable(rows: ReturnType<typeof rowsOf>): string {
  const head = [
    { head: 'suite', width: 26 },
    { head: 'drills', width: 7 },
    { head: 'expectations', width: 14 },
    { head: 'protected held', width: 15 },
    { head: 'flattened', width: 10 },
    { head: 'over-held', width: 12 },
    { head: 'first try', width: 12 },
  ];
  return table(
    head,
    rows.map(([name, counts]) => [
      name,
      String(counts.drills),
      part(counts.met, counts.expected),
      part(counts.held, counts.conflicts),
      part(counts.flattened, counts.conflicts),
      part(counts.overHeld, counts.free),
      part(counts.firstClean, counts.firstTries),
    ]),
  );
}

/** One line for each score of everything that was played. */
function rateTable(counts: Tally): string {
  const head = [
    { head: 'score', width: 22 },
    { head: 'value', width: 9 },
    { head: 'n', width: 7 },
    { head: 'what it is', width: 60 },
  ];
  return table(
    head,
    rates
      .filter((rate) => counts[rate.of] > 0 || counts[rate.per] > 0)
      .map((rate) => [
        `${rate.measure === null ? '' : `${rate.measure} `}${rate.name}`,
        figure(valueOf(rate, counts)),
        String(counts[rate.per]),
        rate.meaning,
      ]),
  );
}

/** The suites, then every score of all of them together. */
export const scoreTable = (played: readonly PlayedSuite[]): string =>
  [suiteTable(rowsOf(played)), '', rateTable(sum(played.map((one) => one.tally)))].join('\n');

/** Everything that was not met or fell, in words. */
export function troubleText(played: readonly PlayedSuite[], falls: readonly Fall[]): string[] {
  const missed = played.flatMap((suite) =>
    suite.drills.flatMap((drill) =>
      missedIn(drill).map(
        ({ step, expectation, never, found }) =>
          `${drill.file}: ${step}: ${never ? 'must not be' : 'expected'} ${expectationLine(expectation)}, found ${found}`,
      ),
    ),
  );
  return [
    ...missed,
    ...falls.map(({ suite, score, why }) => `under its floor: ${score} of ${suite}: ${why}`),
  ];
}

/** How often the model that was asked answered; null when none was asked. A model that is never heard judges nothing. */
export function answersText(played: readonly PlayedSuite[]): string | null {
  const { asks, answered } = sum(played.map((one) => one.tally));
  if (asks === 0) return null;
  const told = `The model was asked in ${asks} turns and answered in ${answered}`;
  if (answered === asks) return told;
  return answered > 0
    ? `${told}; the other ${asks - answered} are the work of the deterministic minds`
    : `${told}: all of this is the work of the deterministic minds; look at OPENAI_BASE_URL, OPENAI_API_KEY and the name of the model`;
}

/** What it cost here: figures of this machine, which are no scores. */
export function timesText(played: readonly PlayedSuite[]): string {
  const counts = sum(played.map((one) => one.tally));
  const spent = played.flatMap((one) => one.drills).reduce((all, one) => all + one.processorMs, 0);
  const each = counts.packets === 0 ? '-' : Math.round(spent / counts.packets);
  return `processor time on this machine: ${(spent / 1_000).toFixed(1)} s in all, ${each} ms for each packet`;
}

/** The whole result without anything of this machine: the same suites and minds give the same bytes. */
export function resultJson(
  minds: string,
  played: readonly PlayedSuite[],
  falls: readonly Fall[],
): unknown {
  const scores = (counts: Tally) =>
    Object.fromEntries(rates.map((rate) => [rate.name, valueOf(rate, counts)]));
  return {
    format: 'interlock-evals/1',
    minds,
    suites: rowsOf(played).map(([name, counts]) => ({ name, scores: scores(counts), counts })),
    drills: played.flatMap((suite) =>
      suite.drills.map((drill) => ({
        suite: suite.name,
        name: drill.name,
        file: drill.file,
        agent: drill.agent,
        counts: drill.tally,
        missed: missedIn(drill),
        chainHash: drill.chainHash,
      })),
    ),
    falls,
  };
}
