/**
 * The verbs that only look: status, packet, holds, lineage. They write nothing.
 */
import { readInstant } from '../../constraints/instants.ts';
import type { CutoverState } from '../../ledger/cutover.ts';
import { packetDiff } from '../../ledger/diff.ts';
import { holdsOf } from '../../ledger/explaining.ts';
import { lineage as lineageOf } from '../../ledger/lineage.ts';
import { ordersOf } from '../../ledger/views.ts';
import type { LedgerOnly } from '../openLedger.ts';
import { lineageText } from '../words/lineage.ts';
import { type Names, namesOf } from '../words/names.ts';
import { fullTimeText } from '../words/times.ts';
import { type Answer, answered, UsageError } from './answer.ts';
import { eventsOf, namesOfPacket, packetsOf } from '../packets.ts';
import { statusJson, statusOf } from '../status.ts';
import { assertKnown, findPacket, open } from './cutovers.ts';
import { renderHolds, renderPacket } from './renderPacket.ts';
import { renderStatus } from './renderStatus.ts';
import { renderDiff, renderOrders } from './renderPerson.ts';
import {
  aheadLines,
  bannerText,
  coverageLines,
  decidersLines,
  heldFactLines,
  oldOrdersText,
  pendingText,
  waitingLines,
} from './statusText.ts';
import { besidePending, factTexts } from './runText.ts';
import { heading, type Screen, wrap } from './screen.ts';

type Common = { readonly cutover?: string | undefined; readonly utc?: boolean | undefined };

const namesFor = (state: CutoverState, wanted: Common): Names =>
  namesOf(state.situation.plan, wanted.utc === true ? 'UTC' : undefined);

/** The order in force and whether it is still true, what waits, what is held, who acts on old orders. */
export async function status(
  interlock: LedgerOnly,
  wanted: Common,
  screen: Screen,
): Promise<Answer> {
  const { state } = await open(interlock, wanted.cutover);
  const { judge } = interlock.ledger;
  const status = statusOf(state, { judge, now: interlock.ledger.now() });
  const { now, current, pending, forecast, waiting, gaps, behind } = status;
  const names = namesFor(state, wanted);
  const { plan } = state.situation;
  const text = [
    wrap(
      `${plan.name} (${state.cutoverId}), ${plan.mode}, notices ${plan.notices}. It is ${fullTimeText(now, names.zone)}.`,
    ),
    current === null
      ? 'No packet is current yet.'
      : `Packet ${current.record.packet.version} (${current.record.checkCode}) is current${current.stale ? ', stale' : ''}.`,
    ...bannerText(current, names),
    ...aheadLines(current, names),
    ...(current === null
      ? []
      : [renderStatus(current.record.packet, { state, forecast }, { names, screen })]),
    pendingText(pending, names),
    ...(pending === null ? [] : decidersLines(pending, plan, names)),
    ...waitingLines(state, names, waiting),
    ...coverageLines(gaps, names),
    ...heldFactLines(state, names),
    heading('Who still acts on old orders', screen),
    oldOrdersText(behind, names),
  ];
  return answered(text.join('\n'), statusJson(status));
}

type PacketShown = Common & {
  readonly packet: string | undefined;
  readonly diff?: string | undefined;
  readonly for?: string | undefined;
};

/** One packet: whole, one person's part, or what differs from another. */
export async function packet(
  interlock: LedgerOnly,
  wanted: PacketShown,
  screen: Screen,
): Promise<Answer> {
  const { cutoverId, state } = await open(interlock, wanted.cutover);
  const events = await eventsOf(interlock.ledger.store, cutoverId);
  const packets = packetsOf(events);
  const usual = state.current === null ? 'pending' : 'current';
  const record = findPacket(wanted.packet ?? usual, state, packets);
  const view = { names: namesFor(state, wanted), screen };
  if (wanted.for !== undefined) {
    assertKnown(wanted.for, state.situation.plan, '--for');
    const orders = ordersOf(wanted.for, record, state);
    return answered(renderOrders(orders, view), orders);
  }
  if (wanted.diff !== undefined) {
    const other = findPacket(wanted.diff, state, packets);
    const lines = packetDiff(other.packet, record.packet);
    return answered(renderDiff(lines, { from: other, to: record, view }), lines);
  }
  const replaced = record.packet.supersedes?.packetHash;
  const before = packets.findLast((known) => known.packetHash === replaced)?.packet ?? null;
  const whole = renderPacket(record, { before, factTexts: factTexts(events), view });
  const { judge } = interlock.ledger;
  const beside =
    record.packetHash === state.pending?.record.packetHash
      ? besidePending(state, { judge, now: interlock.ledger.now() }, view)
      : [];
  return answered([whole, ...beside].join('\n'), record);
}

/** The hold register of the pending packet, or of the current one. */
export async function holds(
  interlock: LedgerOnly,
  wanted: Common,
  screen: Screen,
): Promise<Answer> {
  const { state } = await open(interlock, wanted.cutover);
  const record = state.pending?.record ?? state.current;
  if (record === null) throw new UsageError('no packet has been prepared yet; run: interlock run');
  const which = state.pending === null ? 'current' : 'pending';
  const names = namesFor(state, wanted);
  return answered(
    `Holds of packet ${record.packet.version} (${which}):\n${renderHolds(record, { names, screen })}`,
    { packet: namesOfPacket(record), holds: holdsOf(record) },
  );
}

/** Everything that happened; with an instant, what was known then and what was true but not yet received. */
export async function lineage(
  interlock: LedgerOnly,
  wanted: Common & { asOf?: string | undefined },
  screen: Screen,
): Promise<Answer> {
  const { cutoverId, state } = await open(interlock, wanted.cutover);
  const { plan } = state.situation;
  const asOf =
    wanted.asOf === undefined ? null : readInstant(wanted.asOf, plan.zone, plan.window).at;
  if (wanted.asOf !== undefined && asOf === null) {
    throw new UsageError(
      `--as-of "${wanted.asOf}" is not one instant; write it like 2026-11-08T02:40+00:00`,
    );
  }
  const rows = lineageOf(await eventsOf(interlock.ledger.store, cutoverId), asOf);
  const names = namesFor(state, wanted);
  const late =
    asOf === null
      ? []
      : [
          heading('Already true, not yet received', screen),
          ...(rows.notYetReceived.length === 0
            ? ['nothing']
            : rows.notYetReceived.map((row) => wrap(lineageText(row, names), 17))),
        ];
  return answered(
    [...rows.known.map((row) => wrap(lineageText(row, names), 17)), ...late].join('\n'),
    rows,
  );
}
