/** The doorbell beside the ledger: a storm of rings is a few writes, and the last ring of it is always heard. */
import { expect, it } from 'vitest';
import { wakeDoorbell } from '../service/doorbell/wakes.ts';
import { openBeside } from '../service/openBeside.ts';
import { eventually } from './support/fleet.ts';

it('C43: a storm of rings for one cutover is a few writes, and the last of them is heard after it', async () => {
  const beside = await openBeside({ ledger: ':memory:' });
  let writes = 0;
  const counted = {
    ...beside,
    ask: <T>(work: () => Promise<T>) => ((writes += 1), beside.ask(work)),
  };
  const onTrouble = (_: unknown, error: unknown): void => {
    throw error;
  };
  const doorbell = wakeDoorbell({ beside: counted, atOnce: 1, onTrouble });
  const rings = Array.from({ length: 40 }, () => doorbell.ring('storm'));
  await Promise.all([...rings, doorbell.ring('another')]);
  // The first of the storm, one for all that followed, and the other.
  expect(writes).toBe(3);
  const heard: string[] = [];
  const listening = await doorbell.listen(async (cutoverId) => void heard.push(cutoverId));
  await eventually('both', async () => heard.includes('storm') && heard.includes('another'));
  const before = heard.length;
  const last = doorbell.ring('storm');
  await doorbell.ring('storm');
  await last;
  await eventually('the last ring', async () => heard.length > before);
  await listening.stop();
  await doorbell.close();
});
