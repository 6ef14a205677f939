/**
 * Everything that is published of a packet (C36), made by the code that publishes and read by other code: its bytes, and
 * for each person who is told, the notice on each channel, in each of its forms. It says what is wrong with them.
 */
import { z } from 'zod';
import type { CutoverState, PacketRecord } from '../../ledger/cutover.ts';
import { holdsOf } from '../../ledger/explaining.ts';
import type { Outbox } from '../../ledger/outbox.ts';
import { DeltaLine, Packet, StillNeeded } from '../../ledger/packet.ts';
import { emailOf } from '../../service/notices/email.ts';
import { outgoingTo, type Sender } from '../../service/notices/outgoing.ts';
import type { Outgoing } from '../../service/notices/sink.ts';
import { slackMessage } from '../../service/notices/slackBlocks.ts';
import { webhookBody } from '../../service/notices/webhook.ts';
import { jsonOf } from '../support/mutations.ts';
import { closedWords } from './foreign.ts';
import { places } from './json.ts';
import { carriedByCalendar, carriedByMail, carriedBySlack } from './noticeChannels.ts';
import { carriedByHtml } from './noticeHtml.ts';
import { type Grammar, grammarOf, type Line } from './noticeGrammar.ts';
import { faultsRead, type Meant, ownLines } from './noticeReading.ts';

export type Audit = {
  packets: number;
  notices: number;
  /** Lines of notices that were read back. */
  lines: number;
  readonly faults: string[];
};

/** The audit in one line. */
export const saidOf = ({ packets, notices, lines, faults }: Audit): string =>
  `${packets} packets, ${notices} notices of ${lines} lines read back, ${faults.length} faults\n`;

export const newAudit = (): Audit => ({ packets: 0, notices: 0, lines: 0, faults: [] });

/** What is sent, as each channel's own code makes it: a test puts a bad one in its place. */
export type Channels = {
  readonly email: typeof emailOf;
  readonly slack: typeof slackMessage;
  readonly webhook: typeof webhookBody;
};
export const ourChannels: Channels = {
  email: emailOf,
  slack: slackMessage,
  webhook: webhookBody,
};

export type Published = {
  /** As the ledger was when the packet waited or came into force. */
  readonly state: CutoverState;
  readonly record: PacketRecord;
  /** Packets that were in force before, to compare with. */
  readonly packets: Sender['packets'];
  /** Names of models that are configured; whoever runs Interlock chose them. */
  readonly models: readonly string[];
};

const closed: ReadonlySet<string> = new Set(closedWords(Packet));
const isId = (text: string): boolean => /^[a-z0-9][a-z0-9._:-]{0,99}$/.test(text);
/** Where a plan and its facts hold words for people: an id in such a place is none. */
const wordsAt = ['name', 'text', 'reason', 'address', 'zone'];

function idsIn(value: unknown): string[] {
  return places(jsonOf(value)).flatMap(({ path, value: at }) => {
    const key = path.findLast((step) => typeof step === 'string');
    const isWords = typeof key === 'string' && wordsAt.includes(key);
    return typeof at === 'string' && isId(at) && !isWords ? [at] : [];
  });
}

/** Texts of a packet that are no id of the ledger, no member of a closed list, no digest and no configured model. */
export function foreignIn({ state, record, models }: Published): string[] {
  const { situation, known, unruled, heldFacts, cutoverId } = state;
  const { packetId } = record.packet;
  const ids = new Set([
    cutoverId,
    packetId,
    ...Object.keys(known),
    ...models,
    ...[situation, unruled, heldFacts].flatMap(idsIn),
  ]);
  const isKnown = (text: string): boolean =>
    ids.has(text) ||
    closed.has(text) ||
    /^[0-9a-f]{64}$/.test(text) ||
    (text.startsWith('hold:') && text.slice(5).split(':').every(isKnown));
  return places(jsonOf(record)).flatMap(({ value, path }) =>
    typeof value !== 'string' || path[0] === 'checkCode' || isKnown(value) ? [] : [value],
  );
}

/** The body of a webhook, spelt out a second time: closed, with nothing in it that takes words but two lists of lines. */
const WebhookBody = z.strictObject({
  type: z.literal('interlock.notice'),
  timestamp: z.iso.datetime(),
  data: z.strictObject({
    noticeId: z.string().refine(isId),
    cutover: z.string(),
    zone: z.string(),
    rehearsal: z.boolean(),
    test: z.boolean(),
    person: z.string(),
    version: z.int(),
    checkCode: z.string(),
    replaces: z.int().nullable(),
    since: z.int().nullable(),
    mustAcknowledge: z.boolean(),
    orders: z.array(
      z.strictObject({
        checkpoint: z.string(),
        as: z.enum(['owner', 'observer']),
        state: z.enum(['planned', 'in_progress', 'held']),
        startAt: z.int().nullable(),
        endAt: z.int().nullable(),
        stillNeeded: z.array(StillNeeded),
      }),
    ),
    changes: z.array(DeltaLine),
    text: z.strictObject({ orders: z.array(z.string()), changes: z.array(z.string()) }),
  }),
});

const differs = (what: string, found: unknown, meant: unknown): string[] =>
  JSON.stringify(found) === JSON.stringify(meant)
    ? []
    : [`${what} is ${JSON.stringify(found)}, not ${JSON.stringify(meant)}`];

type Read = { readonly lines: readonly Line[]; readonly faults: readonly string[] };

/** A webhook's values against the packet's; its lines are for the grammar. */
function webhookRead(body: string, meant: Meant): Read {
  const parsed = WebhookBody.safeParse(JSON.parse(body));
  if (!parsed.success) return { lines: [], faults: [parsed.error.message] };
  const { orders, changes, text, ...head } = parsed.data.data;
  const { packet, person, checkCode, plan } = meant;
  const delta = packet.deltas.find((one) => one.person === person)?.lines ?? [];
  const { version, mustAcknowledge, cutover, rehearsal } = head;
  const own = ownLines(meant).map(({ line, observes }) => {
    const { checkpoint, state, startAt, endAt, stillNeeded } = line;
    const as = observes ? 'observer' : 'owner';
    return { checkpoint, as, state, startAt, endAt, stillNeeded };
  });
  const isNext = head.since === (packet.supersedes?.version ?? null);
  return {
    lines: [
      { role: 'packet', text: `v${version} ${head.checkCode}` },
      ...(head.since === null
        ? []
        : [{ role: 'changes heading' as const, text: `Changed for you since v${head.since}` }]),
      ...text.orders.map((line) => ({ role: 'order' as const, text: line })),
      ...text.changes.map((line) => ({ role: 'change' as const, text: line })),
    ],
    faults: [
      ...differs(
        'head',
        [cutover, head.zone, rehearsal, head.person, version, head.checkCode],
        [packet.cutoverId, plan.zone, plan.mode === 'rehearsal', person, packet.version, checkCode],
      ),
      ...differs('acknowledging', mustAcknowledge, packet.mustAcknowledge.includes(person)),
      ...differs('orders', orders, own),
      ...(isNext ? differs('changes', changes, delta) : []),
    ],
  };
}

/** A calendar entry's times against the packet's; its lines are for the grammar. */
function calendarRead(content: string, meant: Meant): Read {
  const { lines, faults, method, sequence, startAt, endAt } = carriedByCalendar(content);
  const placed = ownLines(meant).flatMap(({ line, observes }) =>
    observes || line.startAt === null || line.endAt === null ? [] : [line],
  );
  const times = placed.flatMap((line) => [line.startAt ?? 0, line.endAt ?? 0]);
  const [from, to] = [Math.min(...times), Math.max(...times)];
  // What takes no time has no end (RFC 5545, 3.8.2.2).
  const span = [from, to > from ? to : null];
  const atSecond = span.map((at) => (at === null ? null : Math.floor(at / 1_000) * 1_000));
  return {
    lines,
    faults: [
      ...faults,
      ...differs('sequence', sequence, meant.packet.version),
      ...differs('method', method, placed.length === 0 ? 'CANCEL' : 'REQUEST'),
      ...(placed.length === 0 ? [] : differs('span', [startAt, endAt], atSecond)),
    ],
  };
}

async function readsOf(outgoing: Outgoing, channels: Channels, meant: Meant): Promise<Read[]> {
  const { calendar, html, ...mail } = await carriedByMail(
    channels.email(outgoing, 'interlock@example.test'),
  );
  return [
    mail,
    carriedByHtml(html),
    ...(calendar === null ? [] : [calendarRead(calendar, meant)]),
    carriedBySlack(channels.slack(outgoing)),
    webhookRead(channels.webhook(outgoing), meant),
  ];
}

const emptyOutbox = (queuedAt: number, version: number): Outbox => ({
  noticeId: `notice-${version}`,
  version,
  queuedAt,
  suppressed: null,
  sendings: {},
  told: {},
  recent: [],
  perhapsTold: null,
});

/** The forms of a letter, one after another: with a link, without, a doubtful repeat in test, one that follows another. */
function formOf(outgoing: Outgoing, turn: number): Outgoing {
  const { letter } = outgoing;
  const told = {
    channel: 'email',
    noticeId: 'notice-0',
    version: 1,
    at: 0,
    providerId: null,
  } as const;
  const forms = [
    outgoing,
    { ...outgoing, ackUrl: null },
    { ...outgoing, ackUrl: null, doubts: 1, insteadOf: letter.names.person(letter.person) },
    { ...outgoing, before: told },
  ];
  return forms[turn % forms.length] ?? outgoing;
}

const grammars = new WeakMap<object, Grammar>();
function grammarFor({ state }: Published): Grammar {
  const { plan } = state.situation;
  const known = grammars.get(plan) ?? grammarOf(plan);
  grammars.set(plan, known);
  return known;
}

const meantFor = (person: string, { state, record }: Published): Meant => ({
  person,
  packet: record.packet,
  checkCode: record.checkCode,
  holds: holdsOf(record),
  plan: state.situation.plan,
});

function note(into: Audit, meant: Meant, { read, of }: { read: Read; of: Published }): void {
  const { packet, person } = meant;
  into.notices += 1;
  into.lines += read.lines.length;
  const faults = [...read.faults, ...faultsRead(read.lines, grammarFor(of), meant)];
  const where = `${packet.cutoverId} v${packet.version} to ${person}`;
  into.faults.push(...faults.map((fault) => `${where}: ${fault}`));
}

/** The body of a webhook as it was received. */
export function auditReceived(
  body: string,
  { person, of }: { readonly person: string; readonly of: Published },
  into: Audit,
): void {
  const meant = meantFor(person, of);
  note(into, meant, { read: webhookRead(body, meant), of });
}

/** Reads everything that this packet publishes, and adds it to the audit. */
export async function audit(of: Published, into: Audit, channels = ourChannels): Promise<void> {
  const { state, record, packets } = of;
  const { packet } = record;
  into.packets += 1;
  const where = `${packet.cutoverId} v${packet.version}`;
  into.faults.push(...foreignIn(of).map((text) => `${where}: foreign ${JSON.stringify(text)}`));
  const linkOf = () => Promise.resolve('https://interlock.example/ack/TOKEN');
  for (const [index, { person }] of packet.deltas.entries()) {
    const meant = meantFor(person, of);
    const outbox = state.outbox[person] ?? emptyOutbox(packet.preparedAt, packet.version);
    const target = { channel: 'email', address: `${person}@example.test` } as const;
    const occasion = { state, record, outbox, doubts: 0 };
    const first = await outgoingTo({ person, target }, occasion, { packets, linkOf });
    const outgoing = formOf(first, packet.version + index);
    for (const read of await readsOf(outgoing, channels, meant)) note(into, meant, { read, of });
  }
}
