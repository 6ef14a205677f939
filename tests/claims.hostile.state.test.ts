/**
 * C37: what the graph remembers comes back exactly, and as nothing else. JSON values, hostile ones among them, are put into
 * the graph's own state and through both checkpointers: each is refused before anything is written, or comes back
 * equal and made of plain objects. No serializer's envelope comes back as a message.
 */
import { BaseMessage } from '@langchain/core/messages';
import type { BaseCheckpointSaver } from '@langchain/langgraph';
import { PostgresSaver } from '@langchain/langgraph-checkpoint-postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildGraph, graphVersion } from '../graph/graph.ts';
import { openCheckpoints } from '../service/checkpoints.ts';
import { rolledState } from './attacks/remembered.ts';
import { loopOn } from './support/loop.ts';
import { night } from './support/lateNight.ts';
import { dice } from './support/problems.ts';
import { scaled, takeYourTime } from './support/scale.ts';
import { emptyDatabase } from './support/supplied.ts';

takeYourTime();

type Opened = { readonly saver: BaseCheckpointSaver; readonly close: () => Promise<void> };
/** Five thousand in all; a round trip to PostgreSQL is the dearer one. */
const openings: readonly (readonly [string, number, () => Promise<Opened>])[] = [
  [
    'SQLite',
    scaled(3_500),
    async () => {
      const { saver, close } = await openCheckpoints(':memory:');
      return { saver, close: async () => close() };
    },
  ],
  [
    'PostgreSQL',
    scaled(1_500),
    async () => {
      const saver = PostgresSaver.fromConnString(await emptyDatabase());
      await saver.setup();
      return { saver, close: () => saver.end() };
    },
  ],
];

const isPlain = (value: unknown): boolean =>
  typeof value !== 'object' ||
  value === null ||
  (!(value instanceof BaseMessage) &&
    [Object.prototype, Array.prototype].includes(Object.getPrototypeOf(value)) &&
    Object.values(value).every(isPlain));

describe.each(openings)('C37: on %s', (name, size, open) => {
  let opened: Opened | undefined;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened?.close());

  it(`each of ${size} values comes back exactly or was refused`, async () => {
    const loop = await loopOn(night);
    if (opened === undefined) throw new Error(`${name} was not opened`);
    const graph = buildGraph({ ...loop.deps, checkpointer: opened.saver });
    const roll = dice(37);
    const counts = { kept: 0, refused: 0 };
    for (let number = 0; number < size; number += 1) {
      const { value, isOurs } = rolledState(roll);
      const config = { configurable: { thread_id: `state-${number}` } };
      const kept = await graph
        .updateState(config, { ...value, graphVersion } as never, 'supervisor')
        .then(
          () => true,
          () => false,
        );
      const { values } = await graph.getState(config);
      counts[kept ? 'kept' : 'refused'] += 1;
      expect([number, kept, isPlain(values)]).toEqual([number, isOurs, true]);
      if (kept) expect(values).toStrictEqual({ ...value, graphVersion });
    }
    process.stdout.write(
      `C37: ${size} values on ${name}: ${counts.kept} back exactly, ${counts.refused} refused\n`,
    );
  });
});
