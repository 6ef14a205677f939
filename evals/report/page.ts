/**
 * The report as one HTML page: no script, nothing loaded, everything in the file. Whatever a drill or a model wrote is
 * escaped, and the page's own policy forbids all that escaping could miss.
 */
import { html, raw } from 'hono/html';
import { type Fall, type Floors, floorsOf } from '../engine/floors.ts';
import type { PlayedSuite } from '../engine/play.ts';
import { answersText, rowsOf, troubleText } from '../engine/table.ts';
import { sum } from '../engine/tally.ts';
import type { Html } from './cells.ts';
import { drillPart } from './drillPart.ts';
import { conflictsChart, costChart, distributions, mindsChart } from './figureCharts.ts';
import {
  countMatrix,
  definitions,
  type Figures,
  measureCards,
  scoreMatrix,
  suiteTable,
} from './scoreParts.ts';
import { style } from './style.ts';

export type Evaluation = {
  /** The name of the minds that played. */
  readonly minds: string;
  readonly played: readonly PlayedSuite[];
  readonly floors: Floors;
  readonly falls: readonly Fall[];
};

const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

const figureOf = (label: string, svg: string): Html =>
  html`<figure role="img" aria-label="${label}">
    ${raw(svg)}
    <figcaption>${label}</figcaption>
  </figure>`;

/** `1 suite`, `2 suites`. */
const count = (n: number, one: string, several = `${one}s`): string =>
  `${n} ${n === 1 ? one : several}`;

function outcome({ played, falls }: Evaluation): Html {
  const trouble = troubleText(played, falls);
  if (trouble.length === 0) {
    return html`<p class="good">Every expectation is met and no score is under its floor.</p>`;
  }
  return html`<p class="bad">
      ${count(trouble.length, 'expectation or score is', 'expectations or scores are')} not as
      ${trouble.length === 1 ? 'it' : 'they'} must be:
    </p>
    <ul class="trouble">
      ${trouble.map((line) => html`<li>${line}</li>`)}
    </ul>`;
}

async function charts(played: readonly PlayedSuite[]): Promise<Html> {
  const asked = sum(played.map(({ tally }) => tally)).calls > 0;
  return html`${figureOf(
      'Protected checkpoints after each step for which a drill states the truth: what must be held and what need not be.',
      await conflictsChart(played),
    )}
    <h3>How the figures spread over packets</h3>
    <div class="charts">
      ${(await distributions(played)).map(({ title, svg }) => figureOf(title, svg))}
    </div>
    <h3>The minds</h3>
    ${figureOf(
      'First proposals that the gate found clean; refused proposals and those taken over, for each first one; adopted lines that stand as first proposed in their run.',
      await mindsChart(played),
    )}
    ${
      asked
        ? figureOf('What asking the model cost, for each packet.', await costChart(played))
        : html`<p class="soft">No model was asked.</p>`
    }`;
}

async function suitePart({ name, drills }: PlayedSuite): Promise<Html> {
  const parts: Html[] = [];
  for (const drill of drills) parts.push(await drillPart(drill));
  return html`<section id="suite-${name}">
    <h3>${name}</h3>
    ${parts}
  </section>`;
}

async function body(evaluation: Evaluation): Promise<Html> {
  const { minds, played, falls } = evaluation;
  const figures: Figures = {
    rows: rowsOf(played),
    floors: floorsOf(played, evaluation.floors),
    falls,
  };
  const counts = sum(played.map(({ tally }) => tally));
  const answers = answersText(played);
  const parts: Html[] = [];
  for (const suite of played) parts.push(await suitePart(suite));
  return html`<header>
      <h1>
        Interlock: evaluation of
        ${minds === 'deterministic' ? 'the deterministic minds' : `the minds on ${minds}`}
      </h1>
      <p class="soft">
        ${count(played.length, 'suite')}, ${count(counts.drills, 'drill')},
        ${count(counts.packets, 'packet')}. Every drill ran on a ledger of its own through the same
        graph, gate and transactions that serve people.
      </p>
      ${answers === null ? '' : html`<p id="answers" class="${counts.answered === 0 ? 'bad' : ''}">${answers}.</p>`}
      <nav>
        <a href="#measures">Measures</a><a href="#suites">Suites</a><a href="#pictures">Pictures</a
        ><a href="#all-scores">Every score</a><a href="#drills">Drills</a
        ><a href="#definitions">Definitions</a>
      </nav>
    </header>
    <main>
      ${outcome(evaluation)}
      <h2 id="measures">The four measures</h2>
      ${measureCards(figures)}
      <h2 id="suites">Suites</h2>
      ${suiteTable(figures)}
      <h2 id="pictures">Pictures</h2>
      ${await charts(played)}
      <h2 id="all-scores">Every score of every suite</h2>
      ${scoreMatrix(figures)}
      <details>
        <summary>The counts that they are made of</summary>
        ${countMatrix(figures)}
      </details>
      <h2 id="drills">Drills</h2>
      <p>
        Each night is drawn as its newest packet leaves it. Pale bars: as approved. Solid bars: in
        the packet; a diamond takes no time. Dashed: held, drawn at its approved time. The solid
        line is when the packet was prepared, the dotted one by when it must be adopted; a red
        ground is a freeze or blackout.
      </p>
      ${parts}
      <h2 id="definitions">What each score means</h2>
      <p>
        Counts are summed over all drills and divided once. “The packet” of a step is the one that
        waits for a person, else the current one. evals/README.md says more.
      </p>
      ${definitions()}
    </main>`;
}

/** The whole page. */
export async function pageOf(evaluation: Evaluation): Promise<string> {
  const page = await html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Interlock evals: ${evaluation.minds}</title>
        <style>
          ${raw(style)}
        </style>
      </head>
      <body>
        ${await body(evaluation)}
      </body>
    </html>`;
  return `${String(page).trim()}\n`;
}
