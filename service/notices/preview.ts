/**
 * What would be sent, exactly, if this packet became current (or as it is): every message as its channel would get
 * it, and everyone who would get nothing, with the reason. It sends nothing and writes nothing.
 */
import type { CutoverState, PacketRecord } from '../../ledger/cutover.ts';
import type { NoticeChannel, Outbox, SuppressionReason } from '../../ledger/outbox.ts';
import type { NotNotified } from '../../ledger/packet.ts';
import type { Id, Instant } from '../../ledger/vocabulary.ts';
import { courseFor, type Audience } from './course.ts';
import { emailOf } from './email.ts';
import { outgoingTo } from './outgoing.ts';
import type { Packets } from './packets.ts';
import { plainLetter } from './plainLetter.ts';
import type { Outgoing } from './sink.ts';
import { slackMessage } from './slackBlocks.ts';
import { webhookBody } from './webhook.ts';

export type PreviewDeps = {
  readonly audience: Audience;
  readonly packets: Packets;
  readonly mailFrom: string;
  /** Whether messages carry a link to acknowledge. */
  readonly hasLink: boolean;
  readonly now: Instant;
};

export type Preview =
  | {
      readonly kind: 'message';
      readonly person: Id;
      readonly channel: NoticeChannel;
      readonly address: string;
      readonly message: unknown;
      /** The same as text, for people. */
      readonly text: string;
    }
  | {
      readonly kind: 'nothing';
      readonly person: Id;
      readonly reason: SuppressionReason | NotNotified['reason'];
    };

/** Stands for a link of their own. */
const someLink = 'https://interlock.example/ack/TOKEN';

const emptyOutbox = (now: Instant): Outbox => ({
  noticeId: 'preview',
  version: 1,
  queuedAt: now,
  suppressed: null,
  sendings: {},
  told: {},
  recent: [],
  perhapsTold: null,
});

function messageOf(outgoing: Outgoing, mailFrom: string): { message: unknown; text: string } {
  switch (outgoing.target.channel) {
    case 'email': {
      const { subject, text, html, icalEvent } = emailOf(outgoing, mailFrom);
      const calendar = icalEvent === undefined ? '' : `\n[calendar entry, ${icalEvent.method}]`;
      return {
        message: { subject, text, html, calendar: icalEvent?.content ?? null },
        text: `Subject: ${subject}\n\n${text}${calendar}`,
      };
    }
    case 'slack': {
      const message = slackMessage(outgoing);
      return { message, text: plainLetter(outgoing).trimEnd() };
    }
    case 'webhook': {
      const message: unknown = JSON.parse(webhookBody(outgoing));
      return { message, text: JSON.stringify(message, null, 2) };
    }
  }
}

async function previewFor(
  person: Id,
  { state, record }: { readonly state: CutoverState; readonly record: PacketRecord },
  { audience, packets, mailFrom, hasLink, now }: PreviewDeps,
): Promise<Preview> {
  const { plan } = state.situation;
  const course = courseFor(person, plan, audience);
  if (course.kind === 'suppress') return { kind: 'nothing', person, reason: course.reason };
  const [target] = course.targets;
  if (target === undefined) throw new Error(`${person}: a course without a target`);
  const outbox = state.outbox[person] ?? emptyOutbox(now);
  const sender = { packets, linkOf: hasLink ? () => Promise.resolve(someLink) : null };
  const outgoing = await outgoingTo(
    { person, target },
    { state, record, outbox, doubts: 0 },
    sender,
  );
  return { kind: 'message', person, ...target, ...messageOf(outgoing, mailFrom) };
}

/** One preview for everyone of the plan, those with a delta first. */
export async function previewOf(
  state: CutoverState,
  record: PacketRecord,
  deps: PreviewDeps,
): Promise<readonly Preview[]> {
  const told = await Promise.all(
    record.packet.deltas.map(({ person }) => previewFor(person, { state, record }, deps)),
  );
  const quiet = record.packet.notNotified.map(({ person, reason }): Preview => ({
    kind: 'nothing',
    person,
    reason,
  }));
  return [...told, ...quiet];
}
