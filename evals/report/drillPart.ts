/** One drill on the page: the picture of its night, what was expected and what was found. */
import { html, raw } from 'hono/html';
import { expectationLine } from '../../service/drill/expectations.ts';
import { timeText } from '../../service/words/times.ts';
import type { Picture, Row } from '../engine/picture.ts';
import { missedIn, type PlayedDrill } from '../engine/play.ts';
import type { Html } from './cells.ts';
import { nightChart } from './nightChart.ts';

const span = (from: number | null, to: number | null, zone: string): string =>
  from === null
    ? 'no time'
    : `${timeText(from, zone)} to ${to === null ? 'no time' : timeText(to, zone)}`;

function lineOf(row: Row, zone: string): Html {
  const packet =
    row.state === 'held' || row.state === 'skipped'
      ? row.state
      : `${span(row.startAt, row.endAt, zone)}${row.state === 'planned' ? '' : `, ${row.state.replace('_', ' ')}`}`;
  return html`<tr>
    <th>${row.checkpoint}${row.protected ? ' (protected)' : ''}</th>
    <td>${span(row.approvedStartAt, row.approvedEndAt, zone)}</td>
    <td>${packet}</td>
    <td>${row.owner ?? ''}</td>
  </tr>`;
}

async function nightOf(picture: Picture, name: string): Promise<Html> {
  const { version, supersedes, step, zone } = picture;
  const says = `Packet ${version}${supersedes === null ? '' : ` (supersedes ${supersedes})`} against the approved sequence, prepared in the step “${step}”. Times in ${zone}.`;
  return html`<figure role="img" aria-label="${`Timeline of ${name}`}">
      ${raw(await nightChart(picture))}
      <figcaption>${says}</figcaption>
    </figure>
    <details>
      <summary>The same as a table</summary>
      <table>
        <thead>
          <tr>
            <th>Checkpoint</th>
            <th>Approved</th>
            <th>Packet ${version}</th>
            <th>Owner</th>
          </tr>
        </thead>
        <tbody>
          ${picture.rows.map((row) => lineOf(row, zone))}
        </tbody>
      </table>
    </details>`;
}

const expectationsOf = ({ scored }: PlayedDrill): Html =>
  html`<table>
    <thead>
      <tr>
        <th>Step</th>
        <th>Expected</th>
        <th>Met</th>
        <th>Found</th>
      </tr>
    </thead>
    <tbody>
      ${scored.map(
        ({ step, expectation, never, met, found }, index) =>
          html`<tr class="${met ? 'met' : 'unmet'}">
            <th>${scored[index - 1]?.step === step ? '' : step}</th>
            <td>
              ${never ? html`<strong>never</strong> ` : ''}<code
                >${expectationLine(expectation)}</code
              >
            </td>
            <td class="${met ? 'good' : 'bad'}">${met ? 'met' : 'not met'}</td>
            <td>${found}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;

/** The drill, closed unless something of it was not met. */
export async function drillPart(drill: PlayedDrill): Promise<Html> {
  const { name, file, tally, agent, picture, chainHash } = drill;
  const missed = missedIn(drill).length;
  const fate =
    missed === 0
      ? html`<span class="good">all met</span>`
      : html`<span class="bad">${missed} not met</span>`;
  return html`<details class="drill" ${missed > 0 ? 'open' : ''}>
    <summary><strong>${name}</strong> · ${tally.met} of ${tally.expected} · ${fate}</summary>
    <p class="soft">
      <code>${file}</code>${agent === null ? '' : `, about the agent ${agent}`} · last hash of its
      ledger <code>${chainHash.slice(0, 16)}</code>
    </p>
    ${picture === null ? html`<p>It prepared no packet.</p>` : await nightOf(picture, name)}
    ${expectationsOf(drill)}
  </details>`;
}
