/**
 * The order in force as it stands now: state, ordered start and the forecast beside it, which follows the clock.
 */
import type { CutoverState } from '../../ledger/cutover.ts';
import type { Packet } from '../../ledger/packet.ts';
import type { Forecast } from '../forecast.ts';
import { floatText } from '../words/deltas.ts';
import type { Names } from '../words/names.ts';
import { shiftText, timeText } from '../words/times.ts';
import type { View } from './renderPacket.ts';
import { type Paint, paintOf, table, wrap } from './screen.ts';

type Cell = { readonly checkpoint: string; readonly ordered: number | null };

function forecastCell(
  { checkpoint, ordered }: Cell,
  forecast: Forecast,
  { names, paint }: { names: Names; paint: Paint },
): string {
  const at = forecast.starts.get(checkpoint);
  if (at === undefined) return '';
  if (at === null) return ordered === null ? 'held' : paint.red('cannot be placed');
  const text = timeText(at, names.zone);
  if (ordered === null) return paint.green(`${text} could be placed`);
  return at === ordered ? text : paint.yellow(`${text} ${shiftText(ordered, at)}`);
}

/** One row for each checkpoint of the packet, then the critical path of the forecast. */
export function renderStatus(
  packet: Packet,
  now: { state: CutoverState; forecast: Forecast },
  view: View,
): string {
  const { names } = view;
  const paint = paintOf(view.screen);
  const { progress } = now.state.situation;
  const rows = packet.lines.map((line) => {
    const state = progress[line.checkpoint]?.state ?? 'planned';
    const shown = state === 'planned' && line.state === 'held' ? 'held' : state.replace('_', ' ');
    return [
      names.checkpoint(line.checkpoint),
      shown === 'held' ? paint.red('HELD') : shown,
      line.startAt === null ? '' : timeText(line.startAt, names.zone),
      forecastCell({ checkpoint: line.checkpoint, ordered: line.startAt }, now.forecast, {
        names,
        paint,
      }),
      line.owner === null ? '' : names.person(line.owner),
      floatText(line),
    ];
  });
  const path = now.forecast.criticalPath.map((id) => names.checkpoint(id));
  return [
    table(
      [
        { head: 'Checkpoint', width: 30 },
        { head: 'State', width: 11 },
        { head: 'Ordered', width: 10 },
        { head: 'Forecast', width: 18 },
        { head: 'Owner', width: 17 },
        { head: 'Float', width: 8 },
      ],
      rows,
    ),
    ...(path.length < 2 ? [] : [wrap(`Critical path: ${path.join(' > ')}`)]),
  ].join('\n');
}
