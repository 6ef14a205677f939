/**
 * The verb that shows notices: what was sent, what waits, who was not told and why; what would be sent, exactly; and,
 * where no worker runs, sends what is due.
 */
import type { CutoverState, PacketRecord } from '../../ledger/cutover.ts';
import { type NoticeEntry, noticeLog } from '../../ledger/noticeLog.ts';
import type { Id } from '../../ledger/vocabulary.ts';
import { channelsOf, openRelay } from '../notices/open.ts';
import { packetsOf as packetsThrough } from '../notices/packets.ts';
import { type Preview, previewOf } from '../notices/preview.ts';
import type { NoticeSettings } from '../notices/settings.ts';
import type { LedgerOnly } from '../openLedger.ts';
import { type Names, namesOf } from '../words/names.ts';
import { notNotifiedWords, suppressionWords, troubleWords } from '../words/noticeReasons.ts';
import { timeText } from '../words/times.ts';
import { type Answer, answered, UsageError } from './answer.ts';
import { eventsOf, packetsOf } from '../packets.ts';
import { findPacket, open } from './cutovers.ts';
import { heading, type Screen, wrap } from './screen.ts';

type Wanted = {
  readonly cutover?: string | undefined;
  readonly utc?: boolean | undefined;
  readonly preview?: boolean | undefined;
  readonly send?: boolean | undefined;
  readonly packet?: string | undefined;
};

const reasonWords = { ...suppressionWords, ...troubleWords, ...notNotifiedWords };

function entryText(entry: NoticeEntry, names: Names): string {
  const who = names.person(entry.person);
  const by = entry.channel === null ? '' : ` by ${entry.channel}`;
  const at = entry.at === null ? '' : timeText(entry.at, names.zone);
  const why = entry.reason === null ? '' : `: ${reasonWords[entry.reason]}`;
  const doubt = entry.doubtful ? ', may have come twice or unseen' : '';
  const tries = entry.attempts > 1 ? `, ${entry.attempts} attempts` : '';
  switch (entry.became) {
    case 'sent':
      return `${at}  v${entry.toldVersion ?? entry.version} to ${who}${by}${tries}${doubt}`;
    case 'waiting':
      return `v${entry.version} for ${who}, queued ${timeText(entry.queuedAt, names.zone)}${by}${tries}${why}${doubt}`;
    case 'overtaken':
      return `v${entry.version} for ${who}: a newer notice took its place`;
    case 'not_sent':
      return `v${entry.version} for ${who}${why}${doubt}`;
  }
}

/** `not involved: Change manager, Release lead`: each reason once, with everybody it is true of. */
function quietTexts(
  quiet: readonly { readonly person: Id; readonly reason: keyof typeof reasonWords }[],
  names: Names,
): string[] {
  const people = new Map<string, string[]>();
  for (const { person, reason } of quiet) {
    const why = reasonWords[reason];
    people.set(why, [...(people.get(why) ?? []), names.person(person)]);
  }
  return [...people].map(([why, who]) => `${why}: ${who.join(', ')}`);
}

function logText(
  entries: readonly NoticeEntry[],
  state: CutoverState,
  { names, screen }: { readonly names: Names; readonly screen: Screen },
): string {
  const part = (title: string, lines: readonly string[]): string[] => [
    heading(title, screen),
    ...(lines.length === 0 ? ['none'] : lines.map((line) => wrap(line, 4))),
  ];
  const those = (...became: NoticeEntry['became'][]): string[] =>
    entries
      .filter((entry) => became.includes(entry.became))
      .map((entry) => entryText(entry, names));
  const { current } = state;
  const quiet = current?.packet.notNotified ?? [];
  return [
    `Notices of ${state.situation.plan.name}: ${state.situation.plan.notices}.`,
    ...part('Sent', those('sent')),
    ...part('Waiting', those('waiting')),
    ...part('Not sent', those('not_sent', 'overtaken')),
    ...part(
      current === null ? 'Not notified' : `Not notified of v${current.packet.version}`,
      quietTexts(quiet, names),
    ),
  ].join('\n');
}

/** Every message as it would be sent; then who would get nothing, each reason once. */
function previewTexts(previews: readonly Preview[], names: Names): string[] {
  const messages = previews.flatMap((one) =>
    one.kind === 'message'
      ? [`--- ${names.person(one.person)}, by ${one.channel} to ${one.address}\n${one.text}`]
      : [],
  );
  const isSlack = previews.some((one) => one.kind === 'message' && one.channel === 'slack');
  const quiet = previews.flatMap((one) => (one.kind === 'nothing' ? [one] : []));
  return [
    ...messages,
    ...(isSlack ? ['Slack gets the same as blocks: --json shows them.'] : []),
    ...quietTexts(quiet, names).map((text) => wrap(`Nothing, ${text}`)),
  ];
}

async function preview(
  { ledger }: LedgerOnly,
  { state, record, names }: { state: CutoverState; record: PacketRecord; names: Names },
  settings: NoticeSettings,
): Promise<Answer> {
  const previews = await previewOf(state, record, {
    audience: { ...settings, channels: channelsOf(settings) },
    packets: packetsThrough(ledger.store),
    mailFrom: settings.email?.from ?? 'interlock@example.invalid',
    hasLink: settings.ack !== null,
    now: ledger.now(),
  });
  const { version } = record.packet;
  const title = `What would be sent if packet ${version} (${record.checkCode}) were adopted now; nothing was sent.`;
  return answered([title, ...previewTexts(previews, names)].join('\n\n'), {
    version,
    previews,
  });
}

/** Shows the log, a preview, or sends what is due and then shows the log. */
export async function notices(
  interlock: LedgerOnly,
  wanted: Wanted,
  { screen, settings }: { readonly screen: Screen; readonly settings: NoticeSettings },
): Promise<Answer> {
  const { cutoverId } = await open(interlock, wanted.cutover);
  if (wanted.send === true) {
    const relay = await openRelay(interlock.ledger, settings, { onTrouble: () => undefined });
    await relay.drain(cutoverId);
    await relay.stop();
  }
  const { state } = await open(interlock, cutoverId);
  const names = namesOf(state.situation.plan, wanted.utc === true ? 'UTC' : undefined);
  const events = await eventsOf(interlock.ledger.store, cutoverId);
  if (wanted.preview === true) {
    const usual = state.pending === null ? 'current' : 'pending';
    if (state.pending === null && state.current === null) {
      throw new UsageError('no packet has been prepared yet; run: interlock run');
    }
    const record = findPacket(wanted.packet ?? usual, state, packetsOf(events));
    return preview(interlock, { state, record, names }, settings);
  }
  const entries = noticeLog(events);
  return answered(logText(entries, state, { names, screen }), {
    cutover: cutoverId,
    mode: state.situation.plan.notices,
    notices: entries,
    notNotified: state.current?.packet.notNotified ?? [],
  });
}
