/**
 * One stream of server-sent events: the ledger of a cutover from a position on, in order, without a gap or a repeat. It
 * writes only as fast as it is read, and holds a slot that is given back however it ends.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { LedgerEvent } from '../../ledger/events.ts';
import { lineage } from '../../ledger/lineage.ts';
import type { StreamPace } from './deps.ts';

const eventsAtOnce = 200;

export type Source = {
  /** Events after a position, at most `limit`. */
  readonly read: (after: number, limit: number) => Promise<readonly LedgerEvent[]>;
  readonly after: number;
  readonly pace: Pick<StreamPace, 'lookMs' | 'aliveMs'>;
  /** Aborted with the reason, as a word, when the stream must end. */
  readonly ending: AbortSignal;
  /** Called once, however it ends. */
  readonly released: () => void;
};

/** One event as it is sent: its position is its id, and what it says is the row of the lineage. */
export function messageOf(event: LedgerEvent): string {
  const { version, recordedAt, body } = event;
  const rows = lineage([event], null).known.map(({ item, occurredAt }) => ({
    ...item,
    occurredAt,
  }));
  const data = JSON.stringify({ version, recordedAt, type: body.type, rows });
  return `id: ${version}\nevent: ${body.type}\ndata: ${data}\n\n`;
}

const goodbye = (reason: unknown): string =>
  `event: end\ndata: ${JSON.stringify({ because: typeof reason === 'string' ? reason : 'stopped' })}\n\n`;

/** What follows `after`, as soon as there is any; a sign of life when there is nothing for so long. */
async function next(source: Source, after: number): Promise<readonly LedgerEvent[] | 'alive'> {
  const { read, pace, ending } = source;
  const until = performance.now() + pace.aliveMs;
  for (;;) {
    const events = await read(after, eventsAtOnce);
    if (events.length > 0 || ending.aborted) return events;
    if (performance.now() >= until) return 'alive';
    await pause(pace.lookMs, undefined, { signal: ending, ref: false }).catch(() => undefined);
  }
}

/** The bytes of the stream. It begins with the position it stands at, so that a client that loses it has an id. */
export function streamOf(source: Source): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const { ending } = source;
  let at = source.after;
  let open = true;
  const release = (): void => {
    if (open) source.released();
    open = false;
  };
  return new ReadableStream<Uint8Array>(
    {
      start: (controller) =>
        controller.enqueue(
          encoder.encode(`retry: 2000\nid: ${at}\nevent: at\ndata: {"version":${at}}\n\n`),
        ),
      pull: async (controller) => {
        const say = (text: string): void => controller.enqueue(encoder.encode(text));
        try {
          const found = ending.aborted ? [] : await next(source, at);
          if (!open) return;
          if (found === 'alive') say(': alive\n\n');
          else if (found.length > 0) {
            say(found.map(messageOf).join(''));
            at = found.at(-1)?.version ?? at;
          }
          if (!ending.aborted) return;
          say(goodbye(ending.reason));
          controller.close();
          release();
        } catch (error) {
          release();
          controller.error(error);
        }
      },
      cancel: release,
    },
    // Nothing is read ahead of whoever listens.
    { highWaterMark: 0 },
  );
}
