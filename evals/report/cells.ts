/** Figures as they stand in the tables of the page, each with its exact value and its floor. */
import { html } from 'hono/html';
import type { Floors } from '../engine/floors.ts';
import { figure, type Rate, valueOf } from '../engine/rate.ts';
import type { RateName } from '../engine/rates.ts';
import type { Tally } from '../engine/tally.ts';

export type Html = ReturnType<typeof html>;

/** A figure of three digits whose exact value is in the markup; a dash when there was nothing to measure. */
export const exact = (value: number | null): Html =>
  value === null ? html`–` : html`<data value="${String(value)}">${figure(value)}</data>`;

/** `3 of 4`. */
export const part = (of: number, per: number): Html =>
  per === 0 ? html`–` : html`${of} of ${per}`;

type Floor = NonNullable<NonNullable<Floors[string]>[RateName]>;

/** The floor beside a figure, and how much must have been measured: `≥ 1, n ≥ 220`; nothing where none is set. */
export const floorText = ({ better }: Pick<Rate, 'better'>, floor: Floor | undefined): string =>
  floor === undefined
    ? ''
    : `${better === 'higher' ? '≥' : '≤'} ${floor.limit}, n ≥ ${floor.least}`;

export type Scored = {
  readonly rate: Rate & { readonly name: RateName };
  readonly suite: string;
  readonly counts: Tally;
  readonly floors: Floors;
  readonly fell: boolean;
};

/** One score of one suite: its value, of how many, and its floor. */
export function scoreCell({ rate, suite, counts, floors, fell }: Scored): Html {
  const floor = floorText(rate, floors[suite]?.[rate.name]);
  const per = counts[rate.per];
  return html`<td class="n${fell ? ' fell' : ''}" data-suite="${suite}" data-score="${rate.name}">
    ${exact(valueOf(rate, counts))}<small>${per === 0 ? '' : `n ${per}`}</small>${floor === '' ? '' : html`<small>floor ${floor}</small>`}${fell ? html`<small class="bad">under its floor</small>` : ''}
  </td>`;
}
