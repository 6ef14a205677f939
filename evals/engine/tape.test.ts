/**
 * A whole suite on a cassette: recorded from a live endpoint through the command line, it plays again with the endpoint
 * gone and no setting at all, to the same bytes; what is missing is told by drill and mind.
 */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Endpoint, openEndpoint } from '../../tests/support/endpoint.ts';
import { obedient } from '../../tests/support/endpointPolicy.ts';
import { evals } from './command.ts';

const suite = 'severity-one-update';
let endpoint: Endpoint;
let place: string;
let folder: string;
let recorded: Awaited<ReturnType<typeof told>>;

/** What the command says to these words, and its exit code. */
async function told(words: readonly string[], environment: NodeJS.ProcessEnv) {
  const said: string[] = [];
  const complained: string[] = [];
  const code = await evals([suite, ...words], {
    environment,
    say: (text) => void said.push(text),
    complain: (text) => void complained.push(text),
  });
  return { code, said: said.join('\n'), complained: complained.join('\n') };
}

const live = (): NodeJS.ProcessEnv => ({
  OPENAI_BASE_URL: endpoint.baseUrl,
  OPENAI_API_KEY: 'test-key',
  INTERLOCK_MODEL_PRICE: '0.15,0.60',
});

const Counts = z.object({
  suites: z.array(z.object({ counts: z.record(z.string(), z.number()) })),
});
/** What is counted, but for the time that models took. */
const countsIn = (json: string): Record<string, number>[] =>
  Counts.parse(JSON.parse(json)).suites.map(({ counts }) => ({ ...counts, latencyMs: 0 }));

beforeAll(async () => {
  endpoint = await openEndpoint(obedient);
  place = await mkdtemp(join(tmpdir(), 'interlock-tape-'));
  folder = join(place, 'tape');
  recorded = await told(['--model', 'test-model', '--record', folder, '--json'], live());
});
afterAll(async () => {
  await endpoint?.close();
  await rm(place, { recursive: true, force: true });
});

describe('a suite on a cassette', () => {
  it('is what the endpoint gives live, but for its latency', async () => {
    const asked = endpoint.asked.length;
    const plain = await told(['--model', 'test-model', '--json'], live());
    expect(endpoint.asked.length).toBeGreaterThan(asked);
    expect(plain.code).toBe(recorded.code);
    expect(countsIn(recorded.said)).toEqual(countsIn(plain.said));
    expect(countsIn(recorded.said)[0]).toMatchObject({ tookOver: 0, flattened: 0 });
    expect(countsIn(recorded.said)[0]?.['calls']).toBeGreaterThan(3);
    expect(countsIn(recorded.said)[0]?.['microCost']).toBeGreaterThan(0);
  });

  it('plays again without endpoint, key or setting, to the same bytes', async () => {
    const asked = endpoint.asked.length;
    const replayed = await told(['--replay', folder, '--json'], {});
    expect(replayed.said).toBe(recorded.said);
    expect(replayed.code).toBe(recorded.code);
    expect(endpoint.asked.length).toBe(asked);
  });

  it('names the drill and the mind whose answer is missing, and tells no figures', async () => {
    const files = (await readdir(folder)).filter((file) => file !== 'cassette.json');
    for (const file of files) {
      const exchange = await readFile(join(folder, file), 'utf8');
      if (!exchange.includes('\\"agent\\":\\"holds\\"')) continue;
      await rm(join(folder, file));
      const replayed = await told(['--replay', folder, '--json'], {});
      await writeFile(join(folder, file), exchange);
      expect(replayed.code).toBe(3);
      expect(replayed.said).toBe('');
      expect(replayed.complained).toMatch(
        /severity-one-update\/[a-z-]+\.yaml: the cassette has no answer for the mind holds; record the suite again$/,
      );
      return;
    }
    throw new Error('the mind of holds was never asked');
  });

  it.each([
    [['--replay', 'nowhere'], 3, 'nowhere holds no recording'],
    [['--record', 'nowhere'], 2, '--record needs --model'],
    [['--replay', 'nowhere', '--model', 'x'], 2, '--replay stands alone'],
  ] as const)('%j is refused with what to do', async (words, code, says) => {
    const refused = await told(words, {});
    expect(refused.code).toBe(code);
    expect(refused.complained).toContain(says);
  });

  it('says so when no asking was answered: the scores are then those of the deterministic minds', async () => {
    const down = { ...live(), OPENAI_BASE_URL: 'http://127.0.0.1:9/v1' };
    const played = await told(['--model', 'test-model', '--json'], down);
    expect(played.complained).toMatch(/asked in \d+ turns and answered in 0: all of this is the/);
    expect(countsIn(played.said)[0]).toMatchObject({ answered: 0, flattened: 0 });
    expect(countsIn(played.said)[0]?.['tookOver']).toBeGreaterThan(0);
    const { complained } = await told(['--replay', folder], {});
    expect(complained).toMatch(/The model was asked in (\d+) turns and answered in \1$/m);
  });

  it('is not recorded into under another name or price', async () => {
    const other = { ...live(), INTERLOCK_MODEL_PRICE: '1,2' };
    const refused = await told(['--model', 'test-model', '--record', folder], other);
    expect(refused.code).toBe(3);
    expect(refused.complained).toContain('record into a new folder');
  });
});
