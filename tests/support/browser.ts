/**
 * A headless Chromium for tests of pages: Debian's (installed when it may be), driven by playwright-core. It notes every
 * script that ran, every request that left our origin and every breach of a content security policy. It refuses to be
 * skipped: when there is no browser and none may be installed, it says what to install.
 */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { installed } from './debian.ts';

const programs = ['chromium', 'chromium-browser', 'google-chrome'];
const missing =
  'no Chromium is on PATH, and the tests of pages are never skipped. Install it and run again: Debian or Ubuntu: ' +
  '`apt-get install chromium`. As root on Debian this is done for you.';

const onPath = (): string | undefined =>
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .flatMap((folder) => programs.map((program) => join(folder, program)))
    .find((file) => existsSync(file));

/** Starts it; close it when done. */
export async function startBrowser(): Promise<Browser> {
  if (onPath() === undefined && !installed('chromium')) throw new Error(missing);
  const executablePath = onPath();
  if (executablePath === undefined) throw new Error(missing);
  return chromium.launch({
    executablePath,
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
}

/** What a page did that it should not have. */
export type Watched = {
  readonly page: Page;
  readonly ran: string[];
  readonly foreign: string[];
  readonly breaches: string[];
};

/** A page that may speak to `origin` alone: all else is noted and goes nowhere. Hostile scripts call `ran(word)`. */
export async function watchedPage(browser: Browser, origin: string): Promise<Watched> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const watched: Watched = { page, ran: [], foreign: [], breaches: [] };
  await page.exposeFunction('ran', (word: unknown) => void watched.ran.push(String(word)));
  await page.exposeFunction('breached', (word: string) => void watched.breaches.push(word));
  await page.addInitScript(
    "addEventListener('securitypolicyviolation', (event) => breached(event.violatedDirective + ' ' + event.blockedURI))",
  );
  page.on('dialog', (dialog) => {
    watched.ran.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.route('**', (route) => {
    const url = route.request().url();
    if (url.startsWith(`${origin}/`) || url.startsWith('data:')) return route.continue();
    watched.foreign.push(url);
    return route.abort();
  });
  return watched;
}
