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
      lines: z.array(
        z.object({
          checkpoint: z.string(),
          changes: z.array(z.string()),
          fromStartAt: z.number().nullable(),
          toStartAt: z.number().nullable(),
          fromOwner: z.string().nullable(),
          toOwner: z.string().nullable(),
        }),
      ),
    }),
  ),
});

/** What is another order for somebody: another start, owner or hold. Another end alone is not. */
const orders = ['added', 'start_moved', 'owner_gained', 'owner_lost', 'held', 'released'];

/** One line that a person is told, with the start and owner that it gives, before and now. */
export type Told = {
  readonly checkpoint: string;
  /** Whether it is another order: of a checkpoint still to come, another start, owner or hold. */
  readonly order: boolean;
  readonly fromStartAt: number | null;
  readonly toStartAt: number | null;
  readonly fromOwner: string | null;
  readonly toOwner: string | null;
};

export type Reading = {
  readonly version: number;
  readonly supersedes: number | null;
  /** All that each person is told, as they read it from their own lines. */
  readonly byPerson: ReadonlyMap<string, readonly Told[]>;
};

/** Reads a packet from its JSON. A first packet supersedes nothing, so nothing has changed. */
export function readPacket(json: string): Reading {
  const { version, supersedes, lines, deltas } = Seen.parse(JSON.parse(json));
  const open = new Set(
    lines.flatMap(({ checkpoint, state }) =>
      state === 'planned' || state === 'held' ? [checkpoint] : [],
    ),
  );
  const own = (one: (typeof deltas)[number]): Told[] =>
    one.lines.map(({ changes, ...told }) => ({
      ...told,
      order: open.has(told.checkpoint) && changes.some((change) => orders.includes(change)),
    }));
  const told = supersedes === null ? [] : deltas;
  return {
    version,
    supersedes: supersedes?.version ?? null,
    byPerson: new Map(told.map((one) => [one.person, own(one)])),
  };
}
