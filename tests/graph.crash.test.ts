/**
 * Crashes. A run that is cut off anywhere, with or without its checkpoints, and then run again leaves the same ledger
 * as one that was never cut off: no event lost, none repeated, the same packet before the lead.
 */
import { MemorySaver } from '@langchain/langgraph';
import { beforeAll, describe, expect, it } from 'vitest';
import { deterministicAgents } from '../agents/deterministic.ts';
import type { Agents } from '../agents/agent.ts';
import { nodeNames, type NodeName } from '../graph/deps.ts';
import type { Store } from '../ledger/store.ts';
import { AgentName } from '../ledger/vocabulary.ts';
import type { Loop } from './support/loop.ts';
import { storyOf } from './support/loop.ts';
import { heldNight } from './support/lateNight.ts';

class Crash extends Error {
  override readonly name = 'Crash';
}

/** Cannot be read until its thread is thrown away. */
class UnreadableSaver extends MemorySaver {
  dropped = 0;

  override getTuple(...[config]: Parameters<MemorySaver['getTuple']>) {
    if (this.dropped > 0) return super.getTuple(config);
    return Promise.reject(new SyntaxError('[unable to serialize, circular reference]'));
  }

  override async deleteThread(threadId: string): Promise<void> {
    this.dropped += 1;
    await super.deleteThread(threadId);
  }
}

let undisturbed: string[];
let packetHash: string;
beforeAll(async () => {
  const loop = await heldNight();
  await loop.run();
  undisturbed = storyOf(await loop.events());
  packetHash = (await loop.binding()).packetHash;
});

/** Runs until it no longer crashes; where checkpoints are lost, each time on none. */
async function recover(loop: Loop, checkpoints: 'kept' | 'lost'): Promise<void> {
  const again = checkpoints === 'kept' ? loop : loop.with({ checkpointer: new MemorySaver() });
  expect(await again.run()).toMatchObject({ outcome: 'awaiting_decision', packetVersion: 2 });
  expect(storyOf(await loop.events())).toEqual(undisturbed);
  expect((await loop.binding()).packetHash).toBe(packetHash);
}

/** The store as it is, but its nth write dies: before it begins, or after it is committed. */
function dyingStore(store: Store, nth: number, when: 'before' | 'after') {
  let writes = 0;
  const dying: Store = {
    ...store,
    transact: async (cutoverId, work) => {
      writes += 1;
      if (writes === nth && when === 'before') throw new Crash();
      const done = await store.transact(cutoverId, work);
      if (writes === nth && when === 'after') throw new Crash();
      return done;
    },
  };
  return { dying, reached: () => writes >= nth };
}

describe.each(['kept', 'lost'] as const)('with its checkpoints %s', (checkpoints) => {
  it.each(nodeNames.filter((name) => name !== 'approval' && name !== 'settle'))(
    'a crash at the start of %s changes nothing',
    async (name: NodeName) => {
      const loop = await heldNight();
      let crashed = false;
      const onStep = ({ node }: { node: NodeName }): void => {
        if (node !== name || crashed) return;
        crashed = true;
        throw new Crash();
      };
      await expect(loop.with({ onStep }).run()).rejects.toThrow(Crash);
      await recover(loop, checkpoints);
    },
  );

  it.each(AgentName.options)('a crash inside the mind of %s changes nothing', async (name) => {
    const loop = await heldNight();
    // The deterministic mind itself dies here: there is no other to take over.
    const own = deterministicAgents[name];
    const agents: Agents = {
      ...deterministicAgents,
      [name]: {
        name,
        propose: async (slice: Parameters<typeof own.propose>[0]) => {
          await own.propose(slice);
          dying.abort(new Crash());
          throw new Crash();
        },
      },
    };
    const dying = new AbortController();
    await expect(loop.with({ agents, signal: dying.signal }).run()).rejects.toThrow();
    await recover(loop, checkpoints);
  });

  it.each(['before', 'after'] as const)(
    'a crash %s each of its writes changes nothing',
    async (when) => {
      let crashes = 0;
      for (let nth = 1; ; nth += 1) {
        const loop = await heldNight();
        const { dying, reached } = dyingStore(loop.deps.ledger.store, nth, when);
        const ledger = { ...loop.deps.ledger, store: dying };
        const ended = await loop
          .with({ ledger })
          .run()
          .catch((error: unknown) => error);
        if (!reached()) break;
        expect(ended).toBeInstanceOf(Crash);
        crashes += 1;
        await recover(loop, checkpoints);
      }
      // StartRun, for each agent its proposal with its verdict, and the explanation of what is held.
      expect(crashes).toBe(6);
    },
  );
});

describe('a lost checkpoint', () => {
  it('while a packet waits costs nothing: the same packet is asked about again', async () => {
    const loop = await heldNight();
    await loop.run();
    const before = await loop.events();
    const again = loop.with({ checkpointer: new MemorySaver() });
    expect(await again.run()).toMatchObject({ outcome: 'awaiting_decision', packetVersion: 2 });
    expect(await loop.events()).toEqual(before);
    await again.resume(await again.adopt());
    expect((await loop.state()).current?.packetHash).toBe(packetHash);
  });

  it('that belongs to another question is thrown away', async () => {
    const loop = await heldNight();
    const { runId } = await loop.run();
    const other = await heldNight();
    const { checkpointer } = other.deps;
    await other.run();
    other.clock.at += 60_000;
    expect((await other.state()).pending?.request?.runId).toBe(runId);
    await loop.report([{ kind: 'statement', text: 'nothing new' }]);
    expect(await loop.with({ checkpointer }).run()).toMatchObject({
      outcome: 'awaiting_decision',
      packetId: 'packet-2',
    });
  });

  it('that cannot be read is thrown away', async () => {
    const loop = await heldNight();
    await loop.run();
    const before = await loop.events();
    const broken = new UnreadableSaver();
    expect(await loop.with({ checkpointer: broken }).run()).toMatchObject({
      outcome: 'awaiting_decision',
    });
    expect(broken.dropped).toBe(1);
    expect(await loop.events()).toEqual(before);
  });
});
