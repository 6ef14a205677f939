/** What is drawn of a drill: the timeline before and after its newest packet that changed one, as plain data. */
import type { PacketLine } from '../../ledger/packet.ts';
import { preparedIn } from '../../service/drill/observed.ts';
import type { Moment } from '../../service/drill/run.ts';

export type Bar = {
  readonly checkpoint: string;
  readonly when: 'before' | 'after';
  readonly state: PacketLine['state'];
  /** Epoch milliseconds; null when it has no time. */
  readonly startAt: number | null;
  readonly endAt: number | null;
  readonly protected: boolean;
};

export type Picture = {
  readonly step: string;
  readonly before: number;
  readonly after: number;
  readonly zone: string;
  /** Checkpoints in approved order. */
  readonly rows: readonly string[];
  readonly bars: readonly Bar[];
};

/** The picture of a step that prepared a packet which supersedes another; null for any other step. */
export function pictureOf({ step, seen }: Moment): Picture | null {
  const packets = preparedIn(seen.events.filter(({ version }) => version > seen.since));
  const after = packets.at(-1);
  const before = preparedIn(seen.events).find(
    ({ version }) => version === after?.supersedes?.version,
  );
  if (after === undefined || before === undefined) return null;
  const { checkpoints, zone } = seen.state.situation.plan;
  const guarded = new Set(checkpoints.flatMap((one) => (one.protected ? [one.id] : [])));
  const bar =
    (when: Bar['when']) =>
    ({ checkpoint, state, startAt, endAt }: PacketLine): Bar => ({
      checkpoint,
      when,
      state,
      startAt,
      endAt,
      protected: guarded.has(checkpoint),
    });
  return {
    step: step.name,
    before: before.version,
    after: after.version,
    zone,
    rows: checkpoints.map(({ id }) => id),
    bars: [...before.lines.map(bar('before')), ...after.lines.map(bar('after'))],
  };
}
