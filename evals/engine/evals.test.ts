/** The suites of the house on the deterministic minds: every expectation is met, and no score is under its floor. */
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { AgentName } from '../../ledger/vocabulary.ts';
import { fallsIn, readFloors } from './floors.ts';
import { generatedSuite } from './generated.ts';
import { deterministic } from './minds.ts';
import { missedIn, playSuite, type PlayedSuite } from './play.ts';
import { loadSuite, suiteNames } from './suites.ts';

const folder = fileURLToPath(new URL('../', import.meta.url));
const names = await suiteNames(folder);
const floors = await readFloors();
const played: PlayedSuite[] = [];

describe('the suites of this house', () => {
  it('are there for each agent, end to end, and for every suite that has floors', () => {
    for (const name of [...AgentName.options, 'end-to-end']) expect(names).toContain(name);
    for (const name of Object.keys(floors)) expect(['all', 'generated', ...names]).toContain(name);
  });

  it.each(names)('%s: every expectation is met', async (name) => {
    const { suites, problems } = await loadSuite(name, `${folder}${name}`);
    expect(problems).toEqual([]);
    for (const suite of suites) played.push(await playSuite(suite, deterministic));
    const drills = played.find((one) => one.name === name)?.drills ?? [];
    expect(drills.length).toBeGreaterThan(0);
    expect(drills.filter(({ tally }) => tally.expected === 0)).toEqual([]);
    expect(drills.flatMap(missedIn)).toEqual([]);
  });

  it('generated, 40 of seed 7: every expectation is met', async () => {
    const { suites, problems } = await generatedSuite({ count: 40, seed: 7, keep: null });
    expect(problems).toEqual([]);
    for (const suite of suites) played.push(await playSuite(suite, deterministic));
    expect(played.at(-1)?.drills.flatMap(missedIn)).toEqual([]);
    expect(played.at(-1)?.tally.drills).toBe(40);
  });

  it('keep every score at or above its floor', () => {
    expect(played.map(({ name }) => name)).toEqual([...names, 'generated']);
    expect(fallsIn(played, floors)).toEqual([]);
  });
});
