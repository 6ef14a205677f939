/**
 * Times as notices must show them, worked out by the platform's own calendar and not by ours: weekday, day and time in the
 * cutover's zone, with the offset in an hour that the night has twice.
 */

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'longOffset',
  });
  formats.set(zone, made);
  return made;
}

const hourMs = 3_600_000;

type Shown = { readonly weekday: string; readonly day: string; readonly clock: string };

function shown(at: number, zone: string): Shown {
  const partsAt = (instant: number) => {
    const parts = new Map(
      formatOf(zone)
        .formatToParts(instant)
        .map(({ type, value }) => [type, value]),
    );
    const seconds = parts.get('second') === '00' ? '' : `:${parts.get('second')}`;
    return {
      weekday: parts.get('weekday') ?? '',
      day: `${parts.get('weekday')} ${parts.get('day')} ${parts.get('month')}`,
      clock: `${parts.get('hour')}:${parts.get('minute')}${seconds}`,
      offset: (parts.get('timeZoneName') ?? '').replace('GMT', '') || '+00:00',
    };
  };
  const { offset, ...here } = partsAt(at);
  const isTwice = [at - hourMs, at + hourMs]
    .map(partsAt)
    .some(({ day, clock }) => day === here.day && clock === here.clock);
  return isTwice ? { ...here, clock: `${here.clock} (${offset})` } : here;
}

/** `Sun 02:40`; seconds when there are some; ` (+01:00)` when an hour on either side reads the same. */
export function shownAs(at: number, zone: string): string {
  const { weekday, clock } = shown(at, zone);
  return `${weekday} ${clock}`;
}

/** `Sun 8 Nov 02:40`, and to when: the day again only when it is another. */
export function shownSpan(from: number, to: number | null, zone: string) {
  const [start, end] = [shown(from, zone), shown(to ?? from, zone)];
  const until = start.day === end.day ? end.clock : `${end.day} ${end.clock}`;
  return {
    from: `${start.day} ${start.clock}`,
    to: to === null || to === from ? undefined : until,
  };
}
