/**
 * A reader who has nothing but a packet's JSON: what can be said from it alone. It knows its own small view of the
 * bytes and imports nothing of the ledger, so that what the packet fails to say cannot be filled in from elsewhere.
 */
import { z } from 'zod';

const Seen = z.object({
  version: z.number(),
  supersedes: z.object({ version: z.number() }).nullable(),
  lines: z.array(z.object({ checkpoint: z.string(), state: z.string() })),
  deltas: z.array(
    z.object({
      person: z.string(),
      lines: z.array(z.object({ checkpoint: z.string(), changes: z.array(z.string()) })),
    }),
  ),
});

/** What is another order for somebody: another start, owner or hold. Another end alone is not. */
const orders = ['added', 'start_moved', 'owner_gained', 'owner_lost', 'held', 'released'];

export type Reading = {
  readonly version: number;
  readonly supersedes: number | null;
  /** Checkpoints still to come whose start, owner or hold is another than before. */
  readonly changed: readonly string[];
  /** The same, as each person who is told anything reads it from their own lines. */
  readonly byPerson: ReadonlyMap<string, readonly string[]>;
};

/** Reads a packet from its JSON. A first packet supersedes nothing, so nothing has changed. */
export function readPacket(json: string): Reading {
  const { version, supersedes, lines, deltas } = Seen.parse(JSON.parse(json));
  const open = new Set(
    lines.flatMap(({ checkpoint, state }) =>
      state === 'planned' || state === 'held' ? [checkpoint] : [],
    ),
  );
  const own = (one: (typeof deltas)[number]): string[] =>
    one.lines.flatMap(({ checkpoint, changes }) =>
      open.has(checkpoint) && changes.some((change) => orders.includes(change)) ? [checkpoint] : [],
    );
  const told = supersedes === null ? [] : deltas;
  return {
    version,
    supersedes: supersedes?.version ?? null,
    changed: [...new Set(told.flatMap(own))].toSorted(),
    byPerson: new Map(told.map((one) => [one.person, own(one)])),
  };
}
