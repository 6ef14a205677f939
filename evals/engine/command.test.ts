/** The words of `npm run evals`: what is not understood or cannot be kept is refused before anything is played. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evals } from './command.ts';

let place: string;
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'interlock-words-'));
  await writeFile(join(place, 'file'), 'kept');
});
afterAll(() => rm(place, { recursive: true, force: true }));

/** What the command says to these words, and its exit code; PLACE in a word is a folder of this test. */
async function told(words: readonly string[]) {
  const said: string[] = [];
  const complained: string[] = [];
  const code = await evals(
    words.map((word) => word.replace('PLACE', place)),
    {
      environment: {},
      say: (text) => void said.push(text),
      complain: (text) => void complained.push(text),
    },
  );
  return { code, said: said.join('\n'), complained: complained.join('\n') };
}

describe('the words of an evaluation', () => {
  it.each([
    [['no-such'], 'no suite no-such; there are contamination-response'],
    [['holds', '--seed', '4'], '--seed needs --generated'],
    [['--keep', 'PLACE/nights'], '--keep needs --generated'],
    [['--generated', '0'], '--generated is at least 1'],
    [['--generated', 'many'], '--generated is a whole number, not "many"'],
    [['holds', '--generated', '1'], '--generated plays no suite of evals/: leave out holds'],
    [['holds', '--html', 'PLACE/none/page.html'], 'page.html: ENOENT'],
    [['holds', '--html', 'PLACE'], 'EISDIR'],
    [['--generated', '1', '--keep', 'PLACE/file'], '--keep'],
    [['holds', '--replay', 'PLACE/file'], '--replay'],
    [['holds', '--model', 'm', '--record', 'PLACE/file'], '--record'],
  ] as const)('%j are refused in one breath', async (words, says) => {
    const { code, said, complained } = await told(words);
    expect(code).toBe(2);
    expect(said).toBe('');
    expect(complained).toContain(says);
    expect(complained).not.toContain('playing');
    expect(await readFile(join(place, 'file'), 'utf8')).toBe('kept');
  });

  it.each([
    ['nothing where the page would go', 'page.html', null],
    ['what was there before', 'file', 'kept'],
  ] as const)('leave %s when nothing comes of them', async (_what, name, content) => {
    expect((await told(['no-such', '--html', `PLACE/${name}`])).code).toBe(2);
    expect(await readFile(join(place, name), 'utf8').catch(() => null)).toBe(content);
  });

  it('name a suite twice and play it once', async () => {
    const { complained } = await told(['severity-one-update', 'severity-one-update', '--json']);
    expect(complained.match(/playing severity-one-update/g)).toHaveLength(1);
  });
});

describe('fewer generated nights than their floors were measured on', () => {
  it('are held to the limits alone, and to what they measure', async () => {
    const keep = ['--keep', 'PLACE/nights'];
    const { code, said } = await told(['--generated', '3', '--seed', '7', ...keep]);
    expect(said).not.toContain('under its floor');
    expect(code).toBe(0);
  });

  it('are the only ones that are played out of a folder with others in it', async () => {
    const keep = ['--keep', 'PLACE/nights'];
    const { complained } = await told(['--generated', '1', '--seed', '9', ...keep]);
    expect(complained).toContain('playing generated, drills: 1\n');
  });
});
