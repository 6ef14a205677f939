/**
 * A packet on a terminal: the head with its check code and deadline, the timeline beside the one it replaces,
 * holds, held facts, deltas and who is not told. Everything comes from the packet and the plan's names.
 */
import type { PacketRecord } from '../../ledger/cutover.ts';
import { holdsOf, isUnexplained } from '../../ledger/explaining.ts';
import type { Hold } from '../../ledger/holds.ts';
import type { Packet, PacketLine, PacketTemplate } from '../../ledger/packet.ts';
import { deltaLineText, driverText, floatText } from '../words/deltas.ts';
import { causeText, holdFooter, relaxationText, releaseText } from '../words/holds.ts';
import { holdWords } from '../words/codes.ts';
import type { Names } from '../words/names.ts';
import { notNotifiedWords } from '../words/noticeReasons.ts';
import { whyText } from '../words/rulings.ts';
import { fullTimeText, shiftText, timeText } from '../words/times.ts';
import { heading, type Paint, paintOf, type Screen, table, wrap } from './screen.ts';

export type View = { readonly names: Names; readonly screen: Pick<Screen, 'colour'> };

const stateMark = {
  planned: '',
  in_progress: 'running',
  done: 'done',
  skipped: 'skipped',
  held: 'HELD',
};

const mindText = (packet: Packet): string => {
  const models = packet.minds.flatMap(({ agent, mind }) =>
    mind.kind === 'model' ? [`${agent} ${mind.model}`] : [],
  );
  const failed = packet.minds.flatMap(({ agent, mind }) =>
    mind.kind === 'deterministic' && mind.reason === 'model_failed' ? [agent] : [],
  );
  const instead = failed.length === 0 ? '' : ` (no model for ${failed.join(', ')})`;
  return `${models.length === 0 ? 'deterministic minds' : models.join(', ')}${instead}`;
};

/** Version, check code, hash, what it supersedes, the deadline and which mind proposed it. */
export function renderHead(record: PacketRecord, { names, screen }: View): string {
  const { packet, packetHash, checkCode } = record;
  const paint = paintOf(screen);
  const supersedes =
    packet.supersedes === null ? 'nothing' : `version ${packet.supersedes.version}`;
  const deadline =
    packet.decisionDeadlineAt === null
      ? 'none'
      : `adopt by ${fullTimeText(packet.decisionDeadlineAt, names.zone)}, or this order is infeasible${
          packet.decisionDeadlineCheckpoint === null
            ? ''
            : ` (${names.checkpoint(packet.decisionDeadlineCheckpoint)} starts then)`
        }`;
  return [
    `${paint.bold(`Packet ${packet.version}`)}  check code ${paint.bold(checkCode)}  supersedes ${supersedes}  proposed by ${mindText(packet)}`,
    `hash ${packetHash}`,
    `basis ${packet.basisDigest}`,
    wrap(`deadline: ${deadline}`),
  ].join('\n');
}

function nowCell(
  line: PacketLine,
  was: PacketLine | undefined,
  { names, paint }: { names: Names; paint: Paint },
): string {
  if (line.startAt === null) return paint.red('HELD');
  const text = timeText(line.startAt, names.zone);
  if (was?.startAt === null) return paint.green(`${text} released`);
  if (was === undefined || was.startAt === line.startAt) return text;
  return paint.yellow(`${text} ${shiftText(was.startAt, line.startAt)}`);
}

/** The new timeline beside the old one; `before` is null for a first packet. */
export function renderTimeline(packet: Packet, before: Packet | null, view: View): string {
  const { names } = view;
  const paint = paintOf(view.screen);
  const was = new Map(before?.lines.map((line) => [line.checkpoint, line]));
  const rows = packet.lines.map((line) => {
    const old = was.get(line.checkpoint);
    const oldText =
      old?.startAt === null ? 'held' : old === undefined ? '' : timeText(old.startAt, names.zone);
    const owner = line.owner === null ? '' : names.person(line.owner);
    const ownerChanged =
      old !== undefined && old.owner !== null && line.owner !== null && old.owner !== line.owner;
    const flags = [
      stateMark[line.state],
      line.protectedMove ? 'protected move' : '',
      line.durationKnown ? '' : 'assumed length',
    ];
    return [
      names.checkpoint(line.checkpoint),
      oldText,
      nowCell(line, old, { names, paint }),
      line.endAt === null ? '' : timeText(line.endAt, names.zone),
      ownerChanged ? paint.yellow(`${owner} (new)`) : owner,
      [...flags, ...line.drivenBy.slice(0, 1).map((driver) => driverText(driver, names))]
        .filter((text) => text !== '')
        .join('\n'),
      floatText(line),
    ];
  });
  return table(
    [
      { head: 'Checkpoint', width: 23 },
      { head: before === null ? '' : 'Was', width: 9 },
      { head: 'Start', width: 17 },
      { head: 'End', width: 9 },
      { head: 'Owner', width: 14 },
      { head: 'Why', width: 14 },
      { head: 'Float', width: 8 },
    ],
    rows,
  );
}

/** The holds as the packet has them lead: an explanation may class and so name one anew, its checkpoint stays. */
function holdsInOrder(record: PacketRecord): Hold[] {
  const { leadHolds, holds } = record.packet;
  const led = [...leadHolds, ...holds.map(({ holdId }) => holdId)].flatMap((id) =>
    holds.filter(({ holdId }) => holdId === id).map(({ checkpoint }) => checkpoint),
  );
  const known = holdsOf(record);
  return known.toSorted((a, b) => led.indexOf(a.checkpoint) - led.indexOf(b.checkpoint));
}

/** The hold register: each hold with its smallest conflict, what releases it and what one exception would buy. */
export function renderHolds(record: PacketRecord, { names, screen }: View): string {
  const holds = holdsInOrder(record);
  if (holds.length === 0) return 'Nothing is held.';
  const paint = paintOf(screen);
  const first = isUnexplained(record)
    ? ['These are the first reasons found; the smallest ones are not worked out.']
    : [];
  const texts = holds.map((hold) => {
    const behind = hold.behind === null ? '' : ` (${names.checkpoint(hold.behind)})`;
    return [
      wrap(`${names.checkpoint(hold.checkpoint)}: ${holdWords[hold.holdClass]}${behind}`).replace(
        names.checkpoint(hold.checkpoint),
        (name) => paint.red(name),
      ),
      ...(hold.behind === null
        ? hold.causes.map((cause) => wrap(`  because ${causeText(cause, names)}`, 4))
        : []),
      wrap(`  released when ${releaseText(hold.release, names)}`, 4),
      ...hold.relaxations.map((relaxation) =>
        wrap(`  or by ${relaxationText(relaxation, names)}`, 4),
      ),
      wrap(`  ${holdFooter(hold, names)}`, 4),
    ].join('\n');
  });
  return [...first, ...texts].join('\n');
}

/** Facts that were not applied, each with its reason and the instants it could mean. */
export function renderHeldFacts(
  packet: Packet,
  texts: ReadonlyMap<string, string>,
  { names }: View,
): string {
  if (packet.heldFacts.length === 0) return 'No fact is held.';
  return packet.heldFacts
    .map((held) => {
      const said = texts.get(held.factId);
      return wrap(
        `${held.factId}${said === undefined ? '' : ` "${said}"`}: held, ${whyText(held, names)}`,
      );
    })
    .join('\n');
}

/** What each affected person is told, those who lead first, and who is not told and why. */
export function renderDeltas(packet: Packet, { names, screen }: View): string {
  const paint = paintOf(screen);
  const order = [...packet.leadPeople, ...packet.deltas.map(({ person }) => person)];
  const byLead = packet.deltas.toSorted(
    (one, other) => order.indexOf(one.person) - order.indexOf(other.person),
  );
  const told = byLead.map((delta) =>
    [
      paint.bold(names.person(delta.person)),
      ...delta.lines.map((line) => wrap(`  ${deltaLineText(line, names)}`, 4)),
    ].join('\n'),
  );
  const silent = packet.notNotified.map(
    ({ person, reason }) => `${names.person(person)} (${notNotifiedWords[reason]})`,
  );
  return [
    ...(told.length === 0 ? ['Nobody needs to be told anything.'] : told),
    wrap(`Not told: ${silent.length === 0 ? 'nobody' : silent.join('; ')}`),
  ].join('\n');
}

type Part = 'timeline' | 'holds' | 'people';

/** What each template opens with; nothing is left out by any of them. */
const partsOf: { readonly [Template in PacketTemplate]: readonly Part[] } = {
  timeline_first: ['timeline', 'holds', 'people'],
  holds_first: ['holds', 'timeline', 'people'],
  people_first: ['people', 'timeline', 'holds'],
};

/** The whole packet, in the order of its template. */
export function renderPacket(
  record: PacketRecord,
  context: { before: Packet | null; factTexts: ReadonlyMap<string, string>; view: View },
): string {
  const { packet } = record;
  const { before, factTexts, view } = context;
  const { screen } = view;
  const parts: { readonly [Name in Part]: () => string[] } = {
    timeline: () => [
      heading(before === null ? 'Timeline' : 'Timeline beside the one in force', screen),
      renderTimeline(packet, before, view),
    ],
    holds: () => [
      heading('Holds', screen),
      renderHolds(record, view),
      heading('Held facts', screen),
      renderHeldFacts(packet, factTexts, view),
    ],
    people: () => [heading('Who is told what', screen), renderDeltas(packet, view)],
  };
  const order = partsOf[packet.template ?? 'timeline_first'];
  return [renderHead(record, view), ...order.flatMap((part) => parts[part]())].join('\n');
}
