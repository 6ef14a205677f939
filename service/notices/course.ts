/**
 * Where a notice for one person goes, in which order, or why it goes nowhere: a function of the plan, the settings
 * and nothing else. In test mode nobody of the plan is written to.
 */
import type { NoticeChannel, SuppressionReason } from '../../ledger/outbox.ts';
import { NoticeChannel as Channels } from '../../ledger/outbox.ts';
import type { Person, Plan } from '../../ledger/plan.ts';
import type { Id } from '../../ledger/vocabulary.ts';
import { isAddress, isAllowed, type Target } from './addresses.ts';

export type Audience = {
  /** Rules of addresses that may be written to. */
  readonly allow: readonly Target[];
  /** Who gets everything in test mode. */
  readonly testRecipients: readonly Target[];
  /** The ids behind the names on Slack that a plan may use: `@on-call` is `U0123456`. Left out: none. */
  readonly slackNames?: ReadonlyMap<string, string> | undefined;
  /** Channels that are set up. */
  readonly channels: ReadonlySet<NoticeChannel>;
};

export type Course =
  | { readonly kind: 'send'; readonly targets: readonly Target[] }
  | { readonly kind: 'suppress'; readonly reason: SuppressionReason };

const suppress = (reason: SuppressionReason): Course => ({ kind: 'suppress', reason });

const machineContacts = (
  person: Person | undefined,
  slackNames: Audience['slackNames'],
): readonly Target[] =>
  (person?.contacts ?? []).flatMap(({ channel, address }) => {
    const known = Channels.options.find((one) => one === channel);
    if (known === undefined) return [];
    const named = known === 'slack' ? slackNames?.get(address) : undefined;
    return [{ channel: known, address: named ?? address }];
  });

function courseInEarnest(
  person: Id,
  plan: Plan,
  { allow, channels, slackNames }: Audience,
): Course {
  const known = plan.people.find(({ id }) => id === person);
  const contacts = machineContacts(known, slackNames);
  if (contacts.length === 0) return suppress('no_contact');
  const reachable = contacts.filter(({ channel }) => channels.has(channel));
  if (reachable.length === 0) return suppress('channel_not_set_up');
  const targets = reachable.filter((target) => isAllowed(target, allow));
  return targets.length === 0 ? suppress('address_not_allowed') : { kind: 'send', targets };
}

/** The targets for this person in order of preference, or why there are none. */
export function courseFor(person: Id, plan: Plan, audience: Audience): Course {
  switch (plan.notices) {
    case 'off':
      return suppress('notices_off');
    case 'test': {
      const targets = audience.testRecipients.filter(
        (target) => audience.channels.has(target.channel) && isAddress(target),
      );
      return targets.length === 0 ? suppress('no_test_recipient') : { kind: 'send', targets };
    }
    case 'on':
      return courseInEarnest(person, plan, audience);
  }
}
