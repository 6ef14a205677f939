/**
 * A letter as plain text: what a person reads at night on a telephone, the order in force first. E-mail sends it as
 * it is; the other channels and the preview put the same parts in their own form.
 */
import {
  changeLines,
  changesHeading,
  noOrders,
  noticePlace,
  noticeReplaces,
  noticeTitle,
  orderLines,
} from '../words/notices.ts';
import type { Outgoing } from './sink.ts';

type Written = Pick<Outgoing, 'letter' | 'ackUrl' | 'insteadOf' | 'doubts'>;

/** One line that says what it is, with every mark that changes how to take it. */
export function subjectOf({ letter, insteadOf, doubts }: Written): string {
  const marks = [
    ...(insteadOf === null ? [] : [`[TEST, for ${insteadOf}]`]),
    ...(doubts > 0 ? ['[may be a repeat]'] : []),
    ...(letter.rehearsal ? ['[rehearsal]'] : []),
  ];
  return [...marks, `${noticeTitle(letter)} - ${letter.cutover}`].join(' ');
}

/** Sentences that come before everything else. */
export const warningsOf = ({ letter, insteadOf, doubts }: Written): readonly string[] => [
  ...(insteadOf === null ? [] : [`TEST: in earnest this would go to ${insteadOf}.`]),
  ...(doubts > 0
    ? [
        `You may have had this already: the answer to an earlier attempt was lost. It is v${letter.version} all the same.`,
      ]
    : []),
];

/** What to do about acknowledging, in one sentence. */
export function acknowledgeText({ letter, ackUrl, insteadOf }: Written): string {
  if (!letter.orders.mustAcknowledge) return 'No acknowledgement is needed.';
  if (ackUrl !== null)
    return `Acknowledge v${letter.version} (opens a page; press the button there): ${ackUrl}`;
  return insteadOf === null
    ? `Please acknowledge v${letter.version}: read check code ${letter.checkCode} back on the bridge, or run: interlock ack ${letter.checkCode} --as ${letter.person}`
    : `In earnest a link to acknowledge v${letter.version} stands here.`;
}

const bullets = (lines: readonly string[]): string[] => lines.map((line) => `- ${line}`);

/** The whole letter, lines ending in \n. */
export function plainLetter(written: Written): string {
  const { letter } = written;
  const orders = orderLines(letter);
  const heading = changesHeading(letter);
  const replaces = noticeReplaces(letter);
  return [
    ...warningsOf(written),
    noticePlace(letter),
    `Packet v${letter.version}, check code ${letter.checkCode}.${replaces === '' ? '' : ` ${replaces}`}`,
    '',
    'Your orders now',
    ...(orders.length === 0 ? [noOrders] : bullets(orders)),
    ...(heading === '' ? [] : ['', heading, ...bullets(changeLines(letter))]),
    '',
    acknowledgeText(written),
    '',
  ].join('\n');
}
