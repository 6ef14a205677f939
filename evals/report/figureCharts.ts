/** The charts over all suites: protected conflicts, how the minds fared, and distributions over packets. */
import type { PlayedStep, PlayedSuite } from '../engine/play.ts';
import { valueOf } from '../engine/rate.ts';
import { rates, type RateName } from '../engine/rates.ts';
import { drawn, ink } from './draw.ts';

const stepsIn = (played: readonly PlayedSuite[]): PlayedStep[] =>
  played.flatMap(({ drills }) => drills.flatMap(({ steps }) => steps));

/** Every packet that was measured, with the suite it belongs to. */
const packetsIn = (played: readonly PlayedSuite[]): PlayedStep[] =>
  stepsIn(played).filter(({ tally }) => tally.packets > 0);

const width = 640;

/** Of the protected checkpoints of each suite: those held rightly, made into a time, held in vain, and placed rightly. */
export function conflictsChart(played: readonly PlayedSuite[]): Promise<string> {
  const values = played.flatMap(({ name, tally }) => [
    { suite: name, is: 'must be held, and is', n: tally.held },
    { suite: name, is: 'must be held, and has a time', n: tally.flattened },
    { suite: name, is: 'need not be held, and is', n: tally.overHeld },
    { suite: name, is: 'need not be held, and is not', n: tally.free - tally.overHeld },
  ]);
  const kinds = [...new Set(values.map(({ is }) => is))];
  return drawn({
    width,
    height: { step: 20 },
    data: { values },
    mark: 'bar',
    encoding: {
      y: { field: 'suite', type: 'nominal', sort: null, title: null, axis: { labelLimit: 240 } },
      x: {
        field: 'n',
        type: 'quantitative',
        title: 'protected checkpoints, over all steps',
        axis: { tickMinStep: 1 },
      },
      order: { field: 'order', type: 'quantitative' },
      color: {
        field: 'is',
        type: 'nominal',
        title: null,
        scale: { domain: kinds, range: [ink.good, ink.bad, '#e0a458', '#cbd5de'] },
        legend: { columns: 2, labelLimit: 260 },
      },
    },
    transform: [{ calculate: `indexof(${JSON.stringify(kinds)}, datum.is)`, as: 'order' }],
  });
}

type Wanted = {
  readonly names: readonly RateName[];
  /** The scale that all share; null: each has its own. */
  readonly domain: readonly [number, number] | null;
};

/** Some scores side by side, a bar for each suite. */
function ratesBySuite(played: readonly PlayedSuite[], { names, domain }: Wanted): Promise<string> {
  const values = played.flatMap(({ name: suite, tally }) =>
    rates
      .filter(({ name }) => names.includes(name))
      .map((rate) => ({ suite, score: rate.name, value: valueOf(rate, tally) })),
  );
  return drawn({
    data: { values },
    columns: names.length,
    facet: { field: 'score', type: 'nominal', sort: [...names], title: null },
    spec: {
      width: 130,
      height: { step: 18 },
      mark: { type: 'bar', height: 8, color: ink.calm },
      encoding: {
        y: { field: 'suite', type: 'nominal', sort: null, title: null, axis: { labelLimit: 240 } },
        x: {
          field: 'value',
          type: 'quantitative',
          title: null,
          ...(domain === null ? {} : { scale: { domain: [...domain] } }),
          axis: { tickCount: 3 },
        },
      },
    },
    resolve: { scale: { x: domain === null ? 'independent' : 'shared' } },
  });
}

/** How the proposals of each suite fared, as shares of one. */
export const mindsChart = (played: readonly PlayedSuite[]): Promise<string> =>
  ratesBySuite(played, {
    names: ['first-try', 'repairs', 'taken-over', 'agreement'],
    domain: [0, 1],
  });

/** What asking a model cost each suite, for each packet. */
export const costChart = (played: readonly PlayedSuite[]): Promise<string> =>
  ratesBySuite(played, {
    names: ['model-calls', 'model-tokens', 'micro-cost', 'model-latency'],
    domain: null,
  });

const axisOf = (most: number) => ({
  type: 'quantitative' as const,
  title: 'packets',
  scale: { domain: [0, Math.max(1, most * 1.15)] },
  axis: { tickMinStep: 1 },
});

/** How many packets came to each whole number; gaps between them are shown. */
function counted(numbers: readonly number[]): Promise<string> {
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
  const values = Array.from({ length: most - least + 1 }, (_, index) => ({
    value: least + index,
    n: numbers.filter((one) => one === least + index).length,
  }));
  return drawn({
    width: 260,
    height: 120,
    data: { values },
    encoding: {
      x: {
        field: 'value',
        type: 'ordinal',
        title: null,
        axis: { labelAngle: 0, labelOverlap: true },
      },
      y: { field: 'n', ...axisOf(Math.max(...values.map(({ n }) => n))) },
    },
    layer: [
      { mark: { type: 'bar', color: ink.calm } },
      {
        transform: [{ filter: 'datum.n > 0' }],
        mark: { type: 'text', dy: -6, fontSize: 10, color: '#2b3640' },
        encoding: { text: { field: 'n', type: 'quantitative' } },
      },
    ],
  });
}

/** Numbers in classes. */
const classed = (numbers: readonly number[]): Promise<string> =>
  drawn({
    width: 260,
    height: 120,
    data: { values: numbers.map((value) => ({ value })) },
    mark: { type: 'bar', color: ink.calm },
    encoding: {
      x: { field: 'value', bin: { maxbins: 20 }, title: null },
      y: { aggregate: 'count', title: 'packets', axis: { tickMinStep: 1 } },
    },
  });

export type Distribution = { readonly title: string; readonly svg: string };

const of = (steps: readonly PlayedStep[], name: keyof PlayedStep['tally']): number[] =>
  steps.map(({ tally }) => tally[name]);

/** What a model was asked for each packet. */
const asking = async (packets: readonly PlayedStep[]): Promise<Distribution[]> => [
  { title: 'Calls to the model for the packet.', svg: await counted(of(packets, 'calls')) },
  { title: 'Tokens sent and answered for the packet.', svg: await classed(of(packets, 'tokens')) },
];

/** How time to packet, moves and notices spread over the packets. */
export async function distributions(played: readonly PlayedSuite[]): Promise<Distribution[]> {
  const packets = packetsIn(played);
  const clusters = packets.filter(({ tally }) => tally.clusters > 0);
  if (packets.length === 0) return [];
  const worked = packets.map(({ workedMs }) => workedMs);
  return [
    {
      title: 'Time to packet: proposals made up to it.',
      svg: await counted(of(packets, 'turnsToPacket')),
    },
    {
      title:
        'Time to packet: milliseconds worked on the change, on the machine that played; no score.',
      svg: await classed(worked),
    },
    ...(packets.some(({ tally }) => tally.calls > 0) ? await asking(packets) : []),
    { title: 'Checkpoints that the packet moved.', svg: await counted(of(packets, 'moves')) },
    {
      title: 'People whom the packet of a cluster of changes tells.',
      svg: clusters.length === 0 ? '' : await counted(of(clusters, 'clusterNotices')),
    },
  ].filter(({ svg }) => svg !== '');
}
