/** The parts of the page that are tables of figures: the four measures, the suites, every score, every count. */
import { html } from 'hono/html';
import type { Fall, Floors } from '../engine/floors.ts';
import { type Rate, valueOf } from '../engine/rate.ts';
import { rates } from '../engine/rates.ts';
import type { Tally } from '../engine/tally.ts';
import { exact, floorText, type Html, part, scoreCell } from './cells.ts';

export type Figures = {
  /** The suites and, when there are several, all of them together. */
  readonly rows: readonly (readonly [string, Tally])[];
  readonly floors: Floors;
  readonly falls: readonly Fall[];
};

/** What the four measures are called; null: the minds. */
const titles = [
  [1, 'Time from a change to a packet that can be reviewed'],
  [2, 'Protected conflicts held, never flattened'],
  [3, 'Whether a reader with only the packet knows what is current and what changed'],
  [4, 'Stability when much moves at once'],
  [null, 'Expectations and minds'],
] as const;

const defined = (name: string): Html => html`<a href="#score-${name}">${name}</a>`;

const fellIn = ({ falls }: Figures, suite: string, score: string): boolean =>
  falls.some((fall) => fall.suite === suite && fall.score === score);

/** The scores of each measure, of everything that was played. */
export function measureCards(figures: Figures): Html {
  const [suite, counts] = figures.rows.at(-1) ?? ['', null];
  if (counts === null) return html``;
  const lineOf = (rate: (typeof rates)[number]): Html => {
    const fell = fellIn(figures, suite, rate.name);
    return html`<tr class="${fell ? 'unmet' : ''}">
      <th>${defined(rate.name)}</th>
      <td class="n">${exact(valueOf(rate, counts))}</td>
      <td class="n soft">${counts[rate.per]}</td>
      <td class="soft">${floorText(rate, figures.floors[suite]?.[rate.name])}</td>
    </tr>`;
  };
  return html`<div class="cards">
    ${titles.map(([measure, title]) => {
      const own = rates.filter((rate) => rate.measure === measure);
      return html`<section class="card">
        <h3>${measure === null ? '' : `${measure}. `}${title}</h3>
        <table>
          <thead>
            <tr>
              <th>Score</th>
              <th class="n">Value</th>
              <th class="n">n</th>
              <th>Floor</th>
            </tr>
          </thead>
          <tbody>
            ${own.map(lineOf)}
          </tbody>
        </table>
      </section>`;
    })}
  </div>`;
}

/** One line for each suite, as on the terminal. */
export const suiteTable = ({ rows }: Figures): Html =>
  html`<div class="wide">
    <table id="suites-table">
      <thead>
        <tr>
          <th>Suite</th>
          <th class="n">Drills</th>
          <th class="n">Packets</th>
          <th class="n">Expectations met</th>
          <th class="n">Protected held</th>
          <th class="n">Flattened</th>
          <th class="n">Over-held</th>
          <th class="n">Versions read</th>
          <th class="n">Changes read</th>
          <th class="n">Affected told</th>
          <th class="n">First try</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ([name, of]) =>
            html`<tr>
              <th>${name === 'all' ? 'all' : html`<a href="#suite-${name}">${name}</a>`}</th>
              <td class="n">${of.drills}</td>
              <td class="n">${of.packets}</td>
              <td class="n">${part(of.met, of.expected)}</td>
              <td class="n">${part(of.held, of.conflicts)}</td>
              <td class="n">${part(of.flattened, of.conflicts)}</td>
              <td class="n">${part(of.overHeld, of.free)}</td>
              <td class="n">${part(of.readVersion, of.read)}</td>
              <td class="n">${part(of.changesNamed, of.changesTrue)}</td>
              <td class="n">${part(of.affectedTold, of.affected)}</td>
              <td class="n">${part(of.firstClean, of.firstTries)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;

const heads = ({ rows }: Figures): Html[] => rows.map(([name]) => html`<th class="n">${name}</th>`);

/** Every score of every suite with its floor. */
export const scoreMatrix = (figures: Figures): Html =>
  html`<div class="wide">
    <table id="scores">
      <thead>
        <tr>
          <th>Score</th>
          ${heads(figures)}
        </tr>
      </thead>
      <tbody>
        ${rates.map(
          (rate) =>
            html`<tr>
              <th>${defined(rate.name)}</th>
              ${figures.rows.map(([suite, counts]) =>
                scoreCell({
                  rate,
                  suite,
                  counts,
                  floors: figures.floors,
                  fell: fellIn(figures, suite, rate.name),
                }),
              )}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;

const isCount = (name: string, counts: Tally): name is keyof Tally => name in counts;

/** Every count of every suite, which the scores are made of. */
export function countMatrix(figures: Figures): Html {
  const { rows } = figures;
  const [, first] = rows[0] ?? ['', null];
  if (first === null) return html``;
  const names = Object.keys(first).filter((name) => isCount(name, first));
  return html`<div class="wide">
    <table id="counts">
      <thead>
        <tr>
          <th>Count</th>
          ${heads(figures)}
        </tr>
      </thead>
      <tbody>
        ${names.map(
          (name) =>
            html`<tr>
              <th>${name}</th>
              ${rows.map(
                ([suite, counts]) =>
                  html`<td class="n" data-suite="${suite}" data-count="${name}">
                    ${exact(counts[name])}
                  </td>`,
              )}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

const sideOf = ({ better }: Rate): string =>
  better === 'higher' ? 'Higher is better' : 'Lower is better';

/** What each score means. */
export const definitions = (): Html =>
  html`<dl>
    ${rates.map(
      (rate) =>
        html`<dt id="score-${rate.name}">${rate.name}</dt>
          <dd>
            ${rate.meaning}. ${sideOf(rate)}. <span class="soft">${rate.of} ÷ ${rate.per}</span>
          </dd>`,
    )}
  </dl>`;
