/**
 * The report is one file that needs nothing else: opened from the disk in a real browser it asks for nothing, runs
 * nothing, whatever drills and models wrote, and says exactly the figures of `--json`.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { expectationLine } from '../../service/drill/expectations.ts';
import { startBrowser, watchedPage } from '../../tests/support/browser.ts';
import { hostileMarkup } from '../../tests/support/hostileMarkup.ts';
import { fallsIn } from '../engine/floors.ts';
import { deterministic } from '../engine/minds.ts';
import { playSuite, type PlayedDrill, type PlayedSuite } from '../engine/play.ts';
import { rates } from '../engine/rates.ts';
import { loadSuite } from '../engine/suites.ts';
import { resultJson } from '../engine/table.ts';
import { type Evaluation, pageOf } from './page.ts';

const evals = fileURLToPath(new URL('../', import.meta.url));
const names = ['treasury-liquidity-bridge', 'earnings-release'];

let browser: Browser;
let folder: string;
let played: PlayedSuite[];
beforeAll(async () => {
  browser = await startBrowser();
  folder = await mkdtemp(join(tmpdir(), 'interlock-report-'));
  played = [];
  for (const name of names) {
    const { suites } = await loadSuite(name, `${evals}${name}`);
    for (const suite of suites) played.push(await playSuite(suite, deterministic));
  }
});
afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

/** The page opened from the disk, with all it asked for. */
async function opened(evaluation: Evaluation) {
  const file = join(folder, 'report.html');
  const text = await pageOf(evaluation);
  await writeFile(file, text);
  const watched = await watchedPage(browser, pathToFileURL(file).href);
  const asked: string[] = [];
  watched.page.on('request', (request) => void asked.push(request.url()));
  await watched.page.unroute('**');
  await watched.page.goto(pathToFileURL(file).href);
  return { ...watched, asked, text, file: pathToFileURL(file).href };
}

/** What an expression says of each element; of `it`. */
const each = async (page: Page, selector: string, says: string): Promise<unknown[]> =>
  z
    .array(z.unknown())
    .parse(
      await page.evaluate(
        `[...document.querySelectorAll(${JSON.stringify(selector)})].map((it) => ${says})`,
      ),
    );
/** What of `--json` stands in the tables. */
const Result = z.object({
  suites: z.array(
    z.object({
      name: z.string(),
      scores: z.record(z.string(), z.number().nullable()),
      counts: z.record(z.string(), z.number()),
    }),
  ),
});
const words = "it.textContent.replaceAll(/\\s+/g, ' ').trim()";

const floors = {
  'earnings-release': { held: { limit: 1, least: 1 }, 'turns-to-packet': { limit: 2, least: 1 } },
};
const evaluation = (): Evaluation => ({
  minds: 'deterministic',
  played,
  floors,
  falls: fallsIn(played, floors),
});

describe('the report', () => {
  it('is one file: it asks for nothing, and every link stays on the page and arrives', async () => {
    const { page, asked, text, file } = await opened(evaluation());
    expect(asked).toEqual([file]);
    expect(text).not.toMatch(/<script|<link|<iframe|@import|url\(|\b(src|srcset)=/i);
    const links = z.array(z.string()).parse(await each(page, '[href]', "it.getAttribute('href')"));
    const targets = new Set(await each(page, '[id]', 'it.id'));
    expect(links.length).toBeGreaterThan(30);
    expect(links.filter((href) => !/^#./.test(href) || !targets.has(href.slice(1)))).toEqual([]);
    await page.context().close();
  });

  it('says every score and count of every suite as --json does, with its floor', async () => {
    const { page } = await opened(evaluation());
    const { suites } = Result.parse(resultJson('deterministic', played, []));
    expect(suites.map(({ name }) => name)).toEqual([...names, 'all']);
    const figures = (
      of: 'scores' | 'counts',
    ): (readonly [string, string, number | null | undefined])[] =>
      Object.keys(suites[0]?.[of] ?? {}).flatMap((figure) =>
        suites.map((suite) => [suite.name, figure, suite[of][figure]] as const),
      );
    const told = async (table: string, name: string): Promise<unknown[]> =>
      await each(
        page,
        `#${table} td`,
        `[it.dataset.suite, it.dataset.${name}, JSON.parse(it.querySelector('data')?.value ?? 'null')]`,
      );
    expect(figures('scores').length).toBe(rates.length * 3);
    expect(await told('scores', 'score')).toEqual(figures('scores'));
    expect(await told('counts', 'count')).toEqual(figures('counts'));
    expect(await each(page, 'section[id]', 'it.id')).toEqual(names.map((name) => `suite-${name}`));
    expect(await each(page, '#scores td.fell', words)).toEqual([
      expect.stringMatching(/^\d\.\d+n \d+floor ≤ 2, n ≥ 1under its floor$/),
    ]);
    const drills = played.flatMap((suite) => suite.drills);
    expect(await each(page, 'details.drill > summary > strong', words)).toEqual(
      drills.map(({ name }) => name),
    );
    expect(await each(page, 'details.drill > figure svg', '1')).toHaveLength(drills.length);
    const marks = drills.flatMap(({ scored }) => scored);
    expect(await each(page, 'tr.met td code', words)).toEqual(
      marks.map(({ expectation }) => expectationLine(expectation)),
    );
    expect(await each(page, 'header p', words)).toEqual([
      expect.stringMatching(/^2 suites, 8 drills, \d+ packets\. /),
    ]);
    expect(await each(page, 'p.bad', words)).toEqual([
      '1 expectation or score is not as it must be:',
    ]);
    await page.context().close();
  });

  it('counts one suite as one, and shows a phone nothing that it has to be moved sideways for', async () => {
    const { page } = await opened({ ...evaluation(), played: played.slice(0, 1), falls: [] });
    expect(await each(page, 'header p', words)).toEqual([
      expect.stringMatching(/^1 suite, 4 drills, \d+ packets\. /),
    ]);
    await page.setViewportSize({ width: 390, height: 800 });
    await each(page, 'details', '(it.open = true)');
    expect(await each(page, 'html', 'it.scrollWidth')).toEqual([390]);
    await page.context().close();
  });

  it('runs nothing and asks for nothing when every text of it is hostile', async () => {
    const [drill] = played.flatMap((suite) => suite.drills);
    if (drill === undefined) throw new Error('nothing was played');
    const { picture } = drill;
    const [row] = picture?.rows ?? [];
    if (picture === null || row === undefined) throw new Error('nothing was drawn');
    const rows = hostileMarkup.map((text) => ({ ...row, checkpoint: text, owner: text }));
    const hostile = hostileMarkup.map((text, index): PlayedDrill => ({
      ...drill,
      name: text,
      file: text,
      steps: drill.steps.map((step) => ({ ...step, name: text })),
      scored: [
        { step: text, expectation: { no_delta: [text] }, never: true, met: false, found: text },
      ],
      picture: index === 0 ? { ...picture, step: text, rows } : null,
    }));
    const suites = [{ name: hostileMarkup[0] ?? '', drills: hostile, tally: drill.tally }];
    const falls = hostileMarkup.map((text) => ({
      suite: text,
      score: 'held' as const,
      found: 0,
      limit: 1,
      why: text,
    }));
    const page = await opened({
      minds: hostileMarkup[48] ?? '',
      played: suites,
      floors: {},
      falls,
    });
    await each(page.page, 'details', '(it.open = true)');
    await page.page.mouse.move(200, 200);
    const named = await each(page.page, 'details.drill > summary > strong', 'it.textContent');
    expect(named).toEqual(hostileMarkup);
    const drawn = await each(page.page, 'details.drill > figure svg text', 'it.textContent');
    expect(drawn).toEqual(
      expect.arrayContaining(['<script>ran(1)</script>', ']]><script>ran(56)</script>']),
    );
    expect(page.ran).toEqual([]);
    expect(page.breaches).toEqual([]);
    expect(page.asked).toEqual([page.file]);
    await page.page.context().close();
  });
});
