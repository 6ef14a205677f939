/**
 * Why a notice is not sent, or not yet: one closed sentence for each code.
 */
import type { NoticeStanding } from '../../ledger/attendance.ts';
import type { NoticeTrouble, SuppressionReason } from '../../ledger/outbox.ts';
import type { NotNotified } from '../../ledger/packet.ts';

export const suppressionWords: Readonly<Record<SuppressionReason, string>> = {
  notices_off: 'notices are off for this cutover',
  no_test_recipient:
    'notices are in test and no test recipient is set up (INTERLOCK_NOTICE_TEST_TO)',
  no_contact: 'the plan has no contact that a machine can write to: call them',
  address_not_allowed:
    'no contact of theirs is on the allow list (INTERLOCK_NOTICE_ALLOW), or it is a name on Slack without an id (INTERLOCK_SLACK_NAMES)',
  channel_not_set_up: 'no channel of theirs is set up here',
  every_channel_failed: 'every contact of theirs failed for good: call them',
};

export const troubleWords: Readonly<Record<NoticeTrouble, string>> = {
  unreachable: 'nobody answers there',
  no_answer: 'the answer was lost: it may have got through',
  claim_lost: 'it came too late to be sent: another takes its place',
  rate_limited: 'the provider asks us to wait',
  refused_for_now: 'the provider refuses for now',
  refused: 'the provider refuses it',
};

export const notNotifiedWords: Readonly<Record<NotNotified['reason'], string>> = {
  nothing_changed: 'nothing changed for them',
  not_involved: 'not involved',
  only_finished_work: 'only finished work',
};

const standingWords: Readonly<Record<NoticeStanding['state'], string>> = {
  sent: 'was sent',
  waiting: 'waits to be sent',
  failing: 'did not get through yet',
  in_doubt: 'may have got through',
  not_sent: 'is not sent',
};

/** What became of the newest notice of a person, in a few words. */
export const standingText = ({ version, state, reason }: NoticeStanding): string =>
  `the notice of version ${version} ${standingWords[state]}${reason === null ? '' : `: ${suppressionWords[reason]}`}`;
