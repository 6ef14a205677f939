/**
 * What a list of cutovers says of each. Only those that have moved since are read again, one at a time and with
 * everybody else served in between, so that a list of a thousand delays no acknowledgement.
 */
import { setImmediate } from 'node:timers/promises';
import { load } from '../../ledger/load.ts';
import type { Plan } from '../../ledger/plan.ts';
import type { Store } from '../../ledger/store.ts';
import type { Id } from '../../ledger/vocabulary.ts';
import { namesOfPacket } from '../packets.ts';

type PacketNames = ReturnType<typeof namesOfPacket>;

export type Listed = {
  readonly row: {
    readonly cutover: Id;
    readonly name: string;
    readonly mode: Plan['mode'];
    readonly version: number;
    readonly current: PacketNames | null;
    readonly pending: PacketNames | null;
  };
  /** The people of its plan. */
  readonly people: readonly Id[];
};

async function listed(store: Store, cutoverId: Id): Promise<Listed | null> {
  const state = await load(store, cutoverId);
  if (state === null) return null;
  const { plan } = state.situation;
  return {
    row: {
      cutover: cutoverId,
      name: plan.name,
      mode: plan.mode,
      version: state.version,
      current: state.current === null ? null : namesOfPacket(state.current),
      pending: state.pending === null ? null : namesOfPacket(state.pending.record),
    },
    people: plan.people.map(({ id }) => id),
  };
}

export type CutoverRows = (isWanted: (cutoverId: Id) => boolean) => Promise<readonly Listed[]>;

/** The list of one process, by id: what is wanted of it, as the ledger has it now. */
export function openCutoverRows(store: Store): CutoverRows {
  const known = new Map<Id, Listed>();
  let before: Promise<unknown> = Promise.resolve();
  const read: CutoverRows = async (isWanted) => {
    const wanted = (await store.heads()).filter(({ cutoverId }) => isWanted(cutoverId));
    for (const { cutoverId, version } of wanted) {
      if (known.get(cutoverId)?.row.version === version) continue;
      const found = await listed(store, cutoverId);
      if (found !== null) known.set(cutoverId, found);
      await setImmediate();
    }
    return wanted.flatMap(({ cutoverId }) => known.get(cutoverId) ?? []);
  };
  return (isWanted) => {
    // One after another: who comes second finds what the first has read.
    const mine = before.then(() => read(isWanted));
    before = mine.catch(() => undefined);
    return mine;
  };
}
