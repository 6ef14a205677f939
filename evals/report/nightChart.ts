/** One night as a timeline: under each checkpoint as approved, its place in the packet, or that it is held. */
import { fullTimeText, timeText } from '../../service/words/times.ts';
import type { Picture, Row } from '../engine/picture.ts';
import { drawn } from './draw.ts';

const minute = 60_000;
/** Distances of marks on the time axis, in minutes. */
const paces = [1, 2, 5, 10, 15, 30, 60, 120, 180, 240, 360, 720, 1_440, 2_880, 10_080, 43_200];
const mostTicks = 9;

/** What is written where the packet gives no time, and how the bars of each state look. */
const looks = {
  done: '#8a97a3',
  'in progress': '#b7791f',
  planned: '#2a6f97',
  'planned, protected': '#14405a',
  held: '#c0392b',
} as const;
type Look = keyof typeof looks;

function lookOf({ state, protected: guarded }: Row): Look {
  if (state === 'skipped') return 'done';
  if (state === 'in_progress') return 'in progress';
  return state === 'planned' && guarded ? 'planned, protected' : state;
}

function ticksIn(from: number, to: number): number[] {
  const pace = (paces.find((one) => (to - from) / (one * minute) <= mostTicks) ?? 43_200) * minute;
  const first = Math.ceil(from / pace) * pace;
  return Array.from({ length: Math.floor((to - first) / pace) + 1 }, (_, at) => first + at * pace);
}

/** Instants named in the zone of the night, whatever its clocks do; with the date where weekdays come again. */
const labelled = (ticks: readonly number[], zone: string): string => {
  const [first = 0, last = 0] = [ticks[0], ticks.at(-1)];
  const dated = last - first >= 6 * 1_440 * minute;
  const nameOf = (at: number): string =>
    dated ? fullTimeText(at, zone).slice(0, '2026-11-28 22:00'.length) : timeText(at, zone);
  const names = Object.fromEntries(ticks.map((at) => [String(at), nameOf(at)]));
  return `(${JSON.stringify(names)})[datum.value]`;
};

function marksOf({ rows }: Picture) {
  const approved = rows.map(({ checkpoint, approvedStartAt: from, approvedEndAt: to }) => ({
    checkpoint,
    from,
    to,
  }));
  const placed = rows.flatMap((row) =>
    row.startAt === null || row.endAt === null
      ? []
      : [{ checkpoint: row.checkpoint, from: row.startAt, to: row.endAt, is: lookOf(row) }],
  );
  const held = rows.flatMap((row) =>
    row.state === 'held'
      ? [
          {
            checkpoint: row.checkpoint,
            from: row.approvedStartAt,
            to: row.approvedEndAt,
            is: 'held' as const,
          },
        ]
      : [],
  );
  return { approved, placed, held };
}

const momentsOf = ({ preparedAt, deadlineAt }: Picture) => [
  { at: preparedAt, is: 'packet prepared' },
  ...(deadlineAt === null ? [] : [{ at: deadlineAt, is: 'adopt by' }]),
];

/** The time axis from the first instant that is drawn to the last, and the freezes and blackouts within it. */
function timesOf(picture: Picture, instants: readonly number[]) {
  const [first, last] = [Math.min(...instants), Math.max(...instants)];
  const edge = Math.max((last - first) * 0.02, minute);
  const [from, to] = [first - edge, last + edge];
  const ticks = ticksIn(from, to);
  const time = {
    type: 'quantitative' as const,
    scale: { domain: [from, to], nice: false, zero: false },
    title: null,
    axis: { values: ticks, labelExpr: labelled(ticks, picture.zone), labelOverlap: true },
  };
  const closed = picture.closed
    .map(({ opensAt, closesAt }) => ({ from: Math.max(opensAt, from), to: Math.min(closesAt, to) }))
    .filter((span) => span.from < span.to);
  return { time, closed };
}

const row = {
  field: 'checkpoint',
  type: 'nominal' as const,
  sort: null,
  title: null,
  axis: { labelLimit: 240 },
};

/** The colour of a bar by its state; the legend names those that there are. */
function coloursOf(bars: readonly { readonly is: Look }[]) {
  const present = new Set(bars.map(({ is }) => is));
  const known: readonly Look[] = ['done', 'in progress', 'planned', 'planned, protected', 'held'];
  const shown = known.filter((look) => present.has(look));
  return {
    field: 'is',
    type: 'nominal' as const,
    title: null,
    scale: { domain: shown, range: shown.map((look) => looks[look]) },
  };
}

const dashes = {
  field: 'is',
  type: 'nominal' as const,
  title: null,
  scale: {
    domain: ['packet prepared', 'adopt by'],
    range: [
      [1, 0],
      [3, 3],
    ],
  },
};

const bar = { type: 'bar' as const };

/** The night as SVG. */
export function nightChart(picture: Picture): Promise<string> {
  const { approved, placed, held } = marksOf(picture);
  const moments = momentsOf(picture);
  const { time, closed } = timesOf(picture, [
    ...[...approved, ...placed].flatMap(({ from, to }) => [from, to]),
    ...moments.map(({ at }) => at),
  ]);
  const color = coloursOf([...placed, ...held]);
  const across = { x: { field: 'from', ...time }, x2: { field: 'to' } };
  const span = { y: row, ...across };
  return drawn({
    width: 640,
    height: { step: 22 },
    resolve: { legend: { strokeDash: 'independent' } },
    layer: [
      {
        data: { values: closed },
        mark: { type: 'rect', color: '#f3d9d6', opacity: 0.6 },
        encoding: across,
      },
      {
        data: { values: approved },
        mark: { ...bar, height: 16, color: '#dfe5ea', stroke: '#aab4be', strokeWidth: 1 },
        encoding: span,
      },
      { data: { values: placed }, mark: { ...bar, height: 9 }, encoding: { ...span, color } },
      {
        data: { values: placed.filter(({ from, to }) => from === to) },
        mark: { type: 'point', shape: 'diamond', filled: true, size: 90, opacity: 1 },
        encoding: { y: row, x: { field: 'from', ...time }, color },
      },
      {
        data: { values: held },
        mark: { ...bar, height: 16, filled: false, strokeWidth: 2, strokeDash: [4, 2] },
        encoding: { ...span, color },
      },
      {
        data: { values: held },
        mark: {
          type: 'text',
          fontSize: 10,
          fontWeight: 'bold',
          align: 'left',
          dx: 4,
          text: 'held',
        },
        encoding: { y: row, x: { field: 'to', ...time }, color },
      },
      {
        data: { values: moments },
        mark: { type: 'rule', strokeWidth: 1.5 },
        encoding: { x: { field: 'at', ...time }, strokeDash: dashes },
      },
    ],
  });
}
