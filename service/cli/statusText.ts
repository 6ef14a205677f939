/**
 * The parts of a status: the stale banner, what waits for a decision, held facts, and who acts on old orders.
 */
import type { CoverageGap } from '../../constraints/planCoverage.ts';
import type { OldOrders } from '../../ledger/attendance.ts';
import type { CutoverState } from '../../ledger/cutover.ts';
import type { Fact, Ruling } from '../../ledger/facts.ts';
import type { CurrentView, PendingView } from '../../ledger/views.ts';
import { readinessWords } from '../words/codes.ts';
import type { Names } from '../words/names.ts';
import { standingText } from '../words/noticeReasons.ts';
import { fullTimeText, minutesText, timeText } from '../words/times.ts';
import { wrap } from './screen.ts';

/** What moved under the current packet, one line each; nothing when it still stands. */
export function bannerText(current: CurrentView | null, names: Names): string[] {
  if (current === null || !current.stale) return [];
  const { accepted, slips } = current.banner;
  return [
    'STALE: the facts moved under this packet. It stays in force until another is adopted.',
    ...accepted.map((fact) => wrap(`  accepted since: ${fact.subject} [${fact.factId}]`, 4)),
    ...slips.map(
      (slip) =>
        `  the clock: ${names.checkpoint(slip.checkpoint)} is ${minutesText(slip.byMinutes)} past its ${slip.missed}`,
    ),
  ];
}

/** Facts that have arrived and wait for the next run, each with how the rule book reads it now. */
export function waitingLines(facts: readonly Fact[], readings: readonly Ruling[]): string[] {
  return facts.map((fact) => {
    const reading = readings.find(({ factId }) => factId === fact.factId);
    const ruling = reading === undefined ? 'not read yet' : reading.ruling.replaceAll('_', ' ');
    return wrap(
      `Waiting fact ${fact.factId}, ${fact.source}: "${fact.text}" - the next run will rule: ${ruling}`,
    );
  });
}

/** When nobody who may do it is at work, as soon as roster and plan are loaded. */
export function coverageLines(gaps: readonly CoverageGap[], names: Names): string[] {
  return gaps.map(({ role, checkpoint, span }) => {
    const what = checkpoint === 'all' ? '' : ` for ${names.checkpoint(checkpoint)}`;
    return wrap(
      `Coverage gap: no ${names.role(role)}${what} from ${timeText(span.opensAt, names.zone)} to ${timeText(span.closesAt, names.zone)}`,
    );
  });
}

/** The packet that waits, until when, and whether it could still be adopted. */
export function pendingText(pending: PendingView | null, names: Names): string {
  if (pending === null) return 'No packet waits for a decision.';
  const { packet } = pending.record;
  const until = `until ${fullTimeText(pending.request.expiresAt, names.zone)} (${minutesText(pending.minutesLeft)} left)`;
  const trouble =
    pending.trouble === null
      ? ''
      : ` It cannot be adopted any more: ${pending.trouble === 'expired' ? 'its time ran out' : 'the facts moved'}; run again.`;
  return wrap(
    `Packet ${packet.version} (${pending.record.checkCode}) waits for the release lead ${until}.${trouble}`,
  );
}

/** Every held fact with its reason. */
export function heldFactLines(state: CutoverState, names: Names): string[] {
  return state.heldFacts.map(({ fact, ruling }) =>
    wrap(
      `Held fact ${fact.factId}, ${timeText(fact.receivedAt, names.zone)}, ${fact.source}: "${fact.text}"${ruling.code === null ? '' : ` - ${readinessWords[ruling.code]}`}`,
    ),
  );
}

/** What reached them, and what became of the newest notice when that is another. */
function toldText({ notice, toldVersion, minutesSinceNotice }: OldOrders): string {
  const told =
    toldVersion === null || minutesSinceNotice === null
      ? 'was told nothing'
      : `was told version ${toldVersion} ${minutesText(minutesSinceNotice)} ago`;
  return notice === null || notice.state === 'sent' ? told : `${told}, ${standingText(notice)}`;
}

/** Who to call, and how: sorted as given. */
export function oldOrdersText(rows: readonly OldOrders[], names: Names): string {
  if (rows.length === 0) return 'nobody';
  return rows
    .map((row) => {
      const acts =
        row.actsOn === null ? 'has acknowledged no packet' : `acts on version ${row.actsOn}`;
      const contact =
        row.nextContact === null
          ? 'no contact'
          : `next: ${row.nextContact.channel} ${row.nextContact.address}`;
      return wrap(`${names.person(row.person)}: ${acts}, ${toldText(row)}, ${contact}`, 4);
    })
    .join('\n');
}
