/** What is drawn of a night: the sequence as approved and the newest packet that was prepared, as plain data. */
import { incumbentOf } from '../../ledger/incumbent.ts';
import type { Packet, PacketLine } from '../../ledger/packet.ts';
import type { Instant } from '../../ledger/vocabulary.ts';
import { preparedIn } from '../../service/drill/observed.ts';
import type { Moment } from '../../service/drill/run.ts';

export type Row = {
  readonly checkpoint: string;
  readonly protected: boolean;
  /** As approved (a checkpoint that was added: as it was added). */
  readonly approvedStartAt: Instant;
  readonly approvedEndAt: Instant;
  readonly state: PacketLine['state'];
  /** In the packet; null where it gives no time. */
  readonly startAt: Instant | null;
  readonly endAt: Instant | null;
  readonly owner: string | null;
};

export type Picture = {
  /** The step of the drill that prepared the packet. */
  readonly step: string;
  readonly version: number;
  readonly supersedes: number | null;
  readonly zone: string;
  readonly preparedAt: Instant;
  readonly deadlineAt: Instant | null;
  /** In approved order. */
  readonly rows: readonly Row[];
  /** Freezes and blackouts as they stand by then. */
  readonly closed: readonly { readonly opensAt: Instant; readonly closesAt: Instant }[];
};

function rowsOf({ seen }: Moment, packet: Packet): Row[] {
  const { checkpoints } = seen.state.situation.plan;
  const lines = new Map(packet.lines.map((line) => [line.checkpoint, line]));
  const approved = incumbentOf({ ...seen.state, current: null }).placements;
  const times = new Map(approved.map((one) => [one.checkpoint, one]));
  return checkpoints.flatMap((checkpoint) => {
    const line = lines.get(checkpoint.id);
    const planned = times.get(checkpoint.id);
    if (line === undefined || planned === undefined) return [];
    const { state, startAt, endAt, owner } = line;
    return [
      {
        checkpoint: checkpoint.id,
        protected: checkpoint.protected,
        approvedStartAt: planned.startAt,
        approvedEndAt: planned.endAt,
        state,
        startAt,
        endAt,
        owner,
      },
    ];
  });
}

/** The picture of the newest packet of a step; null when the step prepared none. */
export function pictureOf(moment: Moment): Picture | null {
  const { step, seen } = moment;
  const events = seen.events.filter(({ version }) => version > seen.since);
  const packet = preparedIn(events).at(-1);
  if (packet === undefined) return null;
  const { zone, boundaries } = seen.state.situation.plan;
  return {
    step: step.name,
    version: packet.version,
    supersedes: packet.supersedes?.version ?? null,
    zone,
    preparedAt: packet.preparedAt,
    deadlineAt: packet.decisionDeadlineAt,
    rows: rowsOf(moment, packet),
    closed: boundaries.flatMap(({ kind, opensAt, closesAt }) =>
      kind === 'maintenance' ? [] : [{ opensAt, closesAt }],
    ),
  };
}
