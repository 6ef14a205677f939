/**
 * What to do next for one person: try these targets, wait, or record that nothing can be sent. A function of the
 * outbox, the course and the clock, so that any relay comes to the same answer.
 */
import { isClaimed, quietUntil } from '../../ledger/notifying.ts';
import {
  isWaiting,
  NoticeChannel,
  type Outbox,
  type SuppressionReason,
  sendingsOf,
} from '../../ledger/outbox.ts';
import type { Instant } from '../../ledger/vocabulary.ts';
import type { Target } from './addresses.ts';
import type { Course } from './course.ts';

export type Step =
  | { readonly kind: 'attempt'; readonly targets: readonly Target[] }
  | { readonly kind: 'wait'; readonly until: Instant }
  | { readonly kind: 'suppress'; readonly reason: SuppressionReason };

/** After so many attempts the next contact has its turn; with none left they take turns. */
const attemptsInARow = 3;

const claimedUntil = ({ sendings }: Outbox): Instant =>
  Math.max(...NoticeChannel.options.map((channel) => sendings[channel]?.claimedUntil ?? 0));

/** The step for one person's newest notice; null when nothing waits. */
export function stepFor(
  outbox: Outbox,
  course: Course,
  { now, windowSeconds }: { readonly now: Instant; readonly windowSeconds: number },
): Step | null {
  if (!isWaiting(outbox)) return null;
  if (isClaimed(outbox, now)) return { kind: 'wait', until: claimedUntil(outbox) };
  if (course.kind === 'suppress') return { kind: 'suppress', reason: course.reason };
  const sendings = new Map(sendingsOf(outbox).map((sending) => [sending.channel, sending]));
  const open = course.targets
    .filter(({ channel }) => sendings.get(channel)?.ended !== 'failed')
    .map((target) => ({
      target,
      retryAt: sendings.get(target.channel)?.retryAt ?? 0,
      attempts: sendings.get(target.channel)?.attempt ?? 0,
    }));
  if (open.length === 0) return { kind: 'suppress', reason: 'every_channel_failed' };
  const quiet = quietUntil(outbox, windowSeconds);
  if (quiet > now) return { kind: 'wait', until: quiet };
  const turn = ({ attempts }: { attempts: number }): number =>
    Math.floor(attempts / attemptsInARow);
  const order = open.toSorted((one, other) => turn(one) - turn(other));
  const [first] = order;
  const due = order.filter(({ retryAt }) => retryAt <= now);
  // A contact that is to be tried again in a moment is waited for: the next one has its turn only after some attempts.
  return first !== undefined && first.retryAt <= now
    ? { kind: 'attempt', targets: due.map(({ target }) => target) }
    : { kind: 'wait', until: first?.retryAt ?? now };
}
