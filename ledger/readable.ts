/**
 * What is appended stays for good, so an event that no reader would take for one would end its cutover. It is refused
 * before: an instant outside the years that an instant can have, by a clock or by a provider, and whatever else a slip
 * of ours may put into a body.
 */
import { z } from 'zod';
import { LedgerEvent } from './events.ts';
import { StoreTrouble } from './trouble.ts';
import { Instant } from './vocabulary.ts';

/** The instant, unless this machine's clock is plainly wrong. Throws StoreTrouble: nothing is written by such a clock. */
export function believable(now: number): Instant {
  if (Instant.safeParse(now).success) return now;
  const said = Number.isFinite(now) ? `at ${now} ms since 1970` : 'nowhere';
  throw new StoreTrouble('failed', `this machine's clock is ${said}: set it, nothing was written`);
}

/** Throws, naming the place, when an event could not be read again. That is a mistake of ours, and no trouble of a store. */
export function assertReadable(events: readonly LedgerEvent[]): void {
  for (const event of events) {
    const { error } = LedgerEvent.safeParse(event);
    if (error === undefined) continue;
    const { cutoverId, version, body } = event;
    throw new Error(
      `${cutoverId}: event ${version} (${body.type}) could not be read again, nothing was written: ${z.prettifyError(error)}`,
    );
  }
}
