/**
 * A letter as plain text: what a person reads at night on a telephone, the order in force first. The other channels put
 * the same parts in their own form.
 */
import { noticePlace, noticeReplaces, noticeSections, noticeTitle } from '../words/notices.ts';
import type { Outgoing } from './sink.ts';

type Written = Pick<Outgoing, 'letter' | 'ackUrl' | 'insteadOf' | 'doubts'>;

/** Every mark that changes how to take what follows. */
export const marksOf = ({
  letter,
  insteadOf,
  doubts,
}: Omit<Written, 'ackUrl'>): readonly string[] => [
  ...(insteadOf === null ? [] : [`[TEST, for ${insteadOf}]`]),
  ...(doubts > 0 ? ['[may be a repeat]'] : []),
  ...(letter.rehearsal ? ['[rehearsal]'] : []),
];

/** One line that says what it is. */
export const subjectOf = (written: Written): string =>
  [...marksOf(written), `${noticeTitle(written.letter)} - ${written.letter.cutover}`].join(' ');

/** Sentences that come before everything else. */
export const warningsOf = ({ letter, insteadOf, doubts }: Written): readonly string[] => [
  ...(insteadOf === null ? [] : [`TEST: in earnest this would be sent to ${insteadOf}.`]),
  ...(doubts > 0
    ? [
        `You may have had this already: the answer to an earlier attempt was lost. It is v${letter.version} all the same.`,
      ]
    : []),
];

/** Which packet it tells of, and what that replaces. */
export function packetText({ letter }: Written): string {
  const replaces = noticeReplaces(letter);
  const packet = `Packet v${letter.version}, check code ${letter.checkCode}.`;
  return replaces === '' ? packet : `${packet} ${replaces}`;
}

/** What to do about acknowledging where there is no link, in one sentence. */
export function acknowledgeText({ letter, insteadOf }: Written): string {
  if (!letter.orders.mustAcknowledge) return 'No acknowledgement is needed.';
  return insteadOf === null
    ? `Please acknowledge v${letter.version}: read check code ${letter.checkCode} back on the bridge, or run: interlock ack ${letter.checkCode} --as ${letter.person}`
    : `In earnest a link to acknowledge v${letter.version} stands here.`;
}

/** What a link to acknowledge says, and what comes of following it. */
export const linkWords = ({
  letter,
}: Written): { readonly link: string; readonly next: string } => ({
  link: `Acknowledge v${letter.version}`,
  next: 'opens a page; press the button there',
});

/** The whole letter, lines ending in \n. */
export function plainLetter(written: Written): string {
  const { letter, ackUrl } = written;
  const { link, next } = linkWords(written);
  return [
    ...warningsOf(written),
    noticePlace(letter),
    packetText(written),
    ...noticeSections(letter).flatMap(({ heading, lines }) => [
      '',
      heading,
      ...lines.map((line) => `- ${line}`),
    ]),
    '',
    ackUrl === null ? acknowledgeText(written) : `${link} (${next}): ${ackUrl}`,
    '',
  ].join('\n');
}
