/**
 * The parts of a status: the stale banner, what waits for a decision, held facts, and who acts on old orders.
 */
import type { CoverageGap } from '../../constraints/planCoverage.ts';
import type { OldOrders } from '../../ledger/attendance.ts';
import type { CutoverState } from '../../ledger/cutover.ts';
import type { Ruling } from '../../ledger/facts.ts';
import type { Plan } from '../../ledger/plan.ts';
import type { CurrentView, PendingView } from '../../ledger/views.ts';
import { minuteMs } from '../../ledger/vocabulary.ts';
import { rejectionWords } from '../words/codes.ts';
import type { Names } from '../words/names.ts';
import { standingText } from '../words/noticeReasons.ts';
import { whyText } from '../words/rulings.ts';
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

/** Accepted forecasts that move nothing yet, and what would. */
export const aheadLines = (current: CurrentView | null, names: Names): string[] =>
  (current?.forecastsAhead ?? []).map(({ checkpoint, finishAt, orderedEndAt }) =>
    wrap(
      `Forecast before its start: ${names.checkpoint(checkpoint)} is to end ${timeText(finishAt, names.zone)}, ${minutesText((finishAt - orderedEndAt) / minuteMs)} after its orders. It counts once it has started; a revised start counts at once.`,
    ),
  );

/**
 * Facts that have arrived and wait for the next run, each with how the rule book reads it now: what the reader of a
 * packet that waits would otherwise not hear of, because it moves nothing in it.
 */
export function waitingLines(
  { unruled }: CutoverState,
  names: Names,
  readings: readonly Ruling[],
): string[] {
  const read = new Map(readings.map((reading) => [reading.factId, reading]));
  return unruled.map((fact) => {
    const reading = read.get(fact.factId);
    const why = reading === undefined ? '' : whyText(reading, names);
    const ruling = reading === undefined ? 'not read yet' : reading.ruling.replaceAll('_', ' ');
    return wrap(
      `Waiting fact ${fact.factId}, ${fact.source}: "${fact.text}" - the next run will rule: ${ruling}${why === '' ? '' : `, ${why}`}`,
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

/**
 * Who may not adopt the packet that waits although they are the lead, and why; when nobody may, what to do about it.
 * Nothing where every lead may.
 */
export function decidersLines(
  { deciders }: PendingView,
  { leadRole }: Plan,
  names: Names,
): string[] {
  const role = names.role(leadRole);
  const refused = deciders.flatMap(({ person, refusal }) =>
    refusal === null
      ? []
      : [`${names.person(person)} may not adopt it now: ${rejectionWords[refusal]}.`],
  );
  const free = deciders.filter(({ refusal }) => refusal === null);
  const apart = deciders.some(({ refusal }) => refusal === 'separation_of_duties');
  if (free.length > 0) {
    const who = free.map(({ person }) => names.person(person)).join(' or ');
    return refused.length === 0 ? [] : [...refused, `${who} may.`].map((line) => wrap(line));
  }
  const help =
    deciders.length === 0
      ? `Nobody may adopt it: nobody is mapped as ${role} now.`
      : apart
        ? `So nobody may. To hand over, report who is ${role} from now on (holder): the new holder may adopt the packet that follows.`
        : 'So nobody may.';
  return [...refused, help].map((line) => wrap(line));
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

/** Every held fact with its reason and what it could mean. */
export function heldFactLines(state: CutoverState, names: Names): string[] {
  return state.heldFacts.map(({ fact, ruling }) =>
    wrap(
      `Held fact ${fact.factId}, ${timeText(fact.receivedAt, names.zone)}, ${fact.source}: "${fact.text}" - ${whyText(ruling, names)}`,
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
