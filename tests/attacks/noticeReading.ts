/**
 * A notice read back: what a person takes from its lines, against what the packet says of them. What should be said is
 * worked out from the packet's bytes and the runbook alone; the templates and the letter are not asked.
 */
import type { Hold } from '../../ledger/holds.ts';
import type { Delta, Packet, PacketLine } from '../../ledger/packet.ts';
import type { Plan } from '../../ledger/plan.ts';
import { plainName } from '../../service/words/plainName.ts';
import {
  faultsOf,
  type Grammar,
  holdSentences,
  type Line,
  type LineRead,
  partsOf,
  readLine,
} from './noticeGrammar.ts';
import { shownAs, shownSpan } from './shownTimes.ts';

/** To whom, of which packet, under which code, and what is known of its holds by now. */
export type Meant = {
  readonly person: string;
  readonly packet: Packet;
  readonly checkCode: string;
  readonly holds: readonly Hold[];
  readonly plan: Plan;
};

const nameIn =
  (list: readonly { readonly id: string; readonly name: string }[]) =>
  (id: string): string =>
    plainName(list.find((known) => known.id === id)?.name ?? id);

const open = (line: PacketLine): boolean => line.state !== 'done' && line.state !== 'skipped';

/** The open lines that a packet gives a person, each with how they take part in it. */
export function ownLines({ person, packet, plan }: Meant) {
  return packet.lines.filter(open).flatMap((line) => {
    const known = plan.checkpoints.find(({ id }) => id === line.checkpoint);
    const isOwner = (line.owner ?? known?.approvedOwner) === person;
    const observes = known?.observers.includes(person) === true;
    return isOwner || observes ? [{ line, observes: !isOwner }] : [];
  });
}

/** Order lines as they must read back: slots of the grammar, in order. */
function ordersMeant(meant: Meant, which: (observes: boolean) => boolean): object[] {
  const { plan, holds } = meant;
  const none = { from: undefined, to: undefined };
  const lines = ownLines(meant).filter(({ observes }) => which(observes));
  return lines.map(({ line, observes }) => ({
    checkpoint: nameIn(plan.checkpoints)(line.checkpoint),
    held: line.state === 'held',
    running: line.state === 'in_progress',
    ...(line.startAt === null ? none : shownSpan(line.startAt, line.endAt, plan.zone)),
    observes,
    holds: [holds.find(({ checkpoint }) => checkpoint === line.checkpoint)].flatMap((hold) =>
      hold === undefined ? [] : [holdSentences[hold.holdClass]],
    ),
    needs: line.stillNeeded.map(({ kind, subject }) => `${kind}: ${subject}`),
  }));
}

type Read = {
  readonly line: Line;
  readonly read: LineRead;
  readonly parts: readonly LineRead[];
  /** Whether it stands under the heading of what a person observes. */
  readonly observed: boolean;
};

const slotsOf = (parts: readonly LineRead[], name: string): string[] =>
  parts.flatMap(({ slots }) => slots?.[name] ?? []);

const orderRead = ({ line, read: { slots }, parts, observed }: Read): object => ({
  checkpoint: slots?.['checkpoint'],
  held: line.text.startsWith('HELD'),
  running: slots?.['running'] !== undefined,
  from: slots?.['from'],
  to: slots?.['to'],
  observes: observed || slotsOf(parts, 'observes').length > 0,
  holds: slotsOf(parts, 'hold'),
  needs: slotsOf(parts, 'need'),
});

/** What one change must read back as. */
function changesMeant(delta: Delta | undefined, { plan }: Meant): object[] {
  const at = (instant: number | null): string =>
    instant === null ? 'no time' : shownAs(instant, plan.zone);
  const person = (id: string | null) => (id === null ? undefined : nameIn(plan.people)(id));
  return (delta?.lines ?? []).map((line) => ({
    checkpoint: nameIn(plan.checkpoints)(line.checkpoint),
    observes: line.as === 'observer',
    changes: line.changes.map((change) => {
      const [from, to] = [at(line.fromStartAt), at(line.toStartAt)];
      const of = {
        added: line.toStartAt === null ? {} : { to },
        removed: { from },
        start_moved: { from, to },
        end_moved: { from: at(line.fromEndAt), to: at(line.toEndAt) },
        owner_gained: { person: person(line.fromOwner) },
        owner_lost: { person: person(line.toOwner) },
        held: line.fromStartAt === null ? {} : { from },
        released: { to },
      }[change];
      return { from: undefined, to: undefined, person: undefined, ...of };
    }),
  }));
}

const changeRead = ({ read: { slots }, parts }: Read): object => ({
  checkpoint: slots?.['checkpoint'],
  observes: slots?.['observes'] !== undefined,
  changes: parts.map(({ slots: of }) => ({
    from: of?.['from'],
    to: of?.['to'],
    person: of?.['person'],
  })),
});

/** Lists that a channel cuts short say how many they leave out; what is there must be the beginning. */
function compared(
  what: string,
  found: object[],
  { meant, left }: { meant: object[]; left: number },
) {
  const [one, other] = [found, meant.slice(0, meant.length - left)].map((list) =>
    JSON.stringify(list),
  );
  return one === other ? [] : [`${what} read back as ${one}, not ${other}`];
}

const isSaid = ({ read: { slots } }: Read): boolean => slots?.['checkpoint'] !== undefined;

function leftAfter(reads: readonly Read[], role: 'order' | 'change'): number {
  const last = reads.findLastIndex(({ line }) => line.role === role);
  return last < 0 ? 0 : Number(reads[last + 1]?.read.slots?.['left'] ?? 0);
}

/** The version and code wherever they stand must be the packet's, the person its reader; what it replaces must be older. */
function bindingFaults(reads: readonly Read[], meant: Meant): string[] {
  const { packet, checkCode, person, plan } = meant;
  return reads.flatMap(({ line, read: { slots } }) => {
    const wrong =
      (line.role === 'place' && slots?.['person'] !== nameIn(plan.people)(person)) ||
      (slots?.['version'] !== undefined && Number(slots['version']) !== packet.version) ||
      (slots?.['only'] !== undefined && Number(slots['only']) !== packet.version) ||
      (slots?.['code'] !== undefined && slots['code'] !== checkCode) ||
      Number(slots?.['replaces'] ?? 0) >= packet.version ||
      Number(slots?.['since'] ?? 0) >= packet.version;
    return wrong ? [`another packet: ${line.role} ${JSON.stringify(line.text)}`] : [];
  });
}

function acknowledgementFaults(reads: readonly Read[], { packet, person }: Meant): string[] {
  const texts = reads.filter(({ line }) => line.role === 'acknowledgement');
  const isAsked = packet.mustAcknowledge.includes(person);
  const right = texts.every(
    ({ line, read: { slots } }) =>
      line.text.startsWith('No acknowledgement') !== isAsked &&
      (slots?.['subject'] ?? person) === person,
  );
  return right ? [] : [`asks for another acknowledgement: ${JSON.stringify(texts[0]?.line.text)}`];
}

/** A calendar has what is theirs alone; a letter has that first, then what they observe; a webhook has all in order. */
function ordersIn(lines: readonly Line[], meant: Meant): object[] {
  const own = ordersMeant(meant, (observes) => !observes);
  if (lines.some(({ role }) => role === 'summary')) return own;
  return lines.some(({ role }) => role === 'orders heading')
    ? [...own, ...ordersMeant(meant, (observes) => observes)]
    : ordersMeant(meant, () => true);
}

/** Every fault of a notice's lines: in its words, and in what they say. */
export function faultsRead(lines: readonly Line[], grammar: Grammar, meant: Meant): string[] {
  let observed = false;
  const reads = lines.map((line): Read => {
    const read = readLine(grammar, line);
    if (line.role === 'orders heading') observed = read.slots?.['observes'] !== undefined;
    return { line, read, parts: partsOf(read).map((part) => readLine(grammar, part)), observed };
  });
  const parts = reads.flatMap(({ read }) => partsOf(read));
  const words = [...lines, ...parts].flatMap((line) => faultsOf(line, readLine(grammar, line)));
  const orders = reads.filter((one) => one.line.role === 'order' && isSaid(one));
  const changes = reads.filter((one) => one.line.role === 'change' && isSaid(one));
  const since = reads.find(({ line }) => line.role === 'changes heading')?.read.slots?.['since'];
  const isNext = since === undefined || Number(since) === meant.packet.supersedes?.version;
  const delta = meant.packet.deltas.find(({ person }) => person === meant.person);
  // A first packet has nothing to compare with: a letter leaves its changes out, a webhook lists them all the same.
  const isLeftOut = since === undefined && changes.length === 0;
  const deltaMeant = isLeftOut ? [] : changesMeant(delta, meant);
  return [
    ...words,
    ...bindingFaults(reads, meant),
    ...acknowledgementFaults(reads, meant),
    ...compared('orders', orders.map(orderRead), {
      meant: ordersIn(lines, meant),
      left: leftAfter(reads, 'order'),
    }),
    ...(isNext
      ? compared('changes', changes.map(changeRead), {
          meant: deltaMeant,
          left: leftAfter(reads, 'change'),
        })
      : []),
  ];
}
