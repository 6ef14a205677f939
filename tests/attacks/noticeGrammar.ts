/**
 * What a notice may say, line by line, written down a second time: the templates in service/words are not asked. A line
 * is words of ours with slots, and a slot takes a name that the runbook has, an id, a time, a version or a code. Names
 * are data only where a slot is; whatever else stands in a notice is ours, and is read for recommendations.
 */
import type { HoldClass } from '../../ledger/codes.ts';
import type { Plan } from '../../ledger/plan.ts';
import { plainName } from '../../service/words/plainName.ts';
import { recommendationsIn } from './lexicon.ts';

/** What a line is for: each has forms of its own. */
export type Role =
  | 'subject'
  | 'title'
  | 'summary'
  | 'place'
  | 'packet'
  | 'replaces'
  | 'warning'
  | 'orders heading'
  | 'order'
  | 'note'
  | 'changes heading'
  | 'change'
  | 'changed'
  | 'left out'
  | 'acknowledgement';

export type Line = { readonly role: Role; readonly text: string };

export type LineRead = {
  /** What stands in the slots; null when the line is not in the grammar. */
  readonly slots: Readonly<Record<string, string>> | null;
  /** The line without its slots: the words that are ours. */
  readonly own: string;
};

const quoted = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
const oneOf = (texts: readonly string[]): string => {
  const longestFirst = [...new Set(texts)].toSorted((one, other) => other.length - one.length);
  return longestFirst.length === 0 ? '(?!)' : `(?:${longestFirst.map(quoted).join('|')})`;
};
const slot = (name: string, of: string): string => `(?<${name}>${of})`;

const version = (name: string): string => slot(name, '[1-9]\\d*');
const code = slot('code', '[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}');
const id = (name: string): string => slot(name, '[a-z0-9][a-z0-9._:-]{0,99}');
/** A time, with its offset where the night has it twice; before it the weekday, for other readers the day too. */
const clock = '\\d\\d:\\d\\d(?::\\d\\d)?(?: \\([+-]\\d\\d:\\d\\d\\))?';
const weekday = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)';
const day = `${weekday} [1-9]\\d? (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)`;
const timeOrNone = (name: string): string => slot(name, `no time|${weekday} ${clock}`);
const span = `${slot('from', `${day} ${clock}`)}(?: to ${slot('to', `(?:${day} )?${clock}`)})?`;
const shift = slot('shift', 'same time|[+-](?:\\d+ h)?(?: ?\\d+ min)?');

const kinds = '(?:evidence|approval|confirmation)';

/** The sentence of each class of hold, as a reader of notices knows them. */
export const holdSentences: Readonly<Record<HoldClass, string>> = {
  human_hold: 'held by a named person',
  condition_open: 'waits for a condition',
  approval_outstanding: 'approval refused or expired',
  confirmation_outstanding: 'confirmation refused or expired',
  evidence_not_fresh: 'evidence would be too old or was revoked',
  fact_disputed: 'two sources disagree on a fact it needs',
  freeze_conflict: 'only fits inside a freeze',
  boundary_conflict: 'does not fit inside its boundary or window',
  rollback_conflict: 'a rollback could no longer finish in time',
  authority_gap: 'nobody with mapped authority at its time',
  availability_gap: 'nobody available at its time',
  capacity_conflict: 'its owner or room is taken',
  order_conflict: 'its order or gaps cannot be kept',
  behind_hold: 'waits behind a held checkpoint',
};

export type Grammar = { readonly [R in Role]: readonly RegExp[] };

/** The grammar of the notices of one plan. */
export function grammarOf(plan: Plan): Grammar {
  const checkpoint = slot('checkpoint', oneOf(plan.checkpoints.map(({ name }) => plainName(name))));
  const person = slot('person', oneOf(plan.people.map(({ name }) => plainName(name))));
  const cutover = slot('cutover', quoted(plainName(plan.name)));
  const zone = slot('zone', quoted(plan.zone));
  const whole = (...forms: string[]): RegExp[] => forms.map((form) => new RegExp(`^${form}$`, 'd'));
  const title = `v${version('version')} ${code}: (?:your orders stand|(?:your orders|what you observe)(?: changed)?)`;
  const offset = 'UTC[+-]\\d\\d:\\d\\d(?::\\d\\d)?';
  const offsets = `(?: \\(${offset}(?:, then ${offset})?\\))?`;
  const marks = `(?:\\[TEST, for ${person}\\] )?(?:\\[may be a repeat\\] )?(?:\\[rehearsal\\] )?`;
  const replaces = `This replaces v${version('replaces')}: act on v${version('only')} only\\.`;
  return {
    title: whole(title),
    subject: whole(`${marks}${title} - ${cutover}`),
    summary: whole(
      `${marks}(?:${checkpoint}|(?:no|[1-9]\\d*) checkpoints of yours) - ${cutover} \\(v${version('version')} ${code}\\)`,
    ),
    place: whole(
      `(?:REHEARSAL\\. )?To ${person}\\. ${cutover}\\. All times are ${zone}${offsets}\\.`,
    ),
    packet: whole(
      `Packet v${version('version')}, check code ${code}\\.(?: ${replaces})?`,
      `v${version('version')} ${code}`,
    ),
    replaces: whole(replaces),
    warning: whole(
      `TEST: in earnest this would be sent to ${person}\\.`,
      `You may have had this already: the answer to an earlier attempt was lost\\. It is v${version('version')} all the same\\.`,
    ),
    'orders heading': whole('Your orders now', slot('observes', 'You observe')),
    order: whole(
      'You have no open checkpoint in this packet\\.',
      `(?:HELD, no time|(?:${slot('running', 'running since')} )?${span}) - ${checkpoint}(?: \\(${slot('notes', '.+')}\\))?`,
    ),
    note: whole(
      slot('observes', 'you observe'),
      `${slot('hold', oneOf(Object.values(holdSentences)))}(?:: do not start)?`,
      `still needs ${slot('need', `${kinds}: ${id('subject')}`)}`,
    ),
    'changes heading': whole(`Changed for you since v${version('since')}`),
    change: whole(
      `nothing: your lines are as in v${version('since')}`,
      `${checkpoint}(?:${slot('observes', ' \\(observer\\)')})?: ${slot('changes', '.+')}`,
    ),
    changed: whole(
      'added',
      `added at ${timeOrNone('to')}`,
      `taken out, was ${timeOrNone('from')}`,
      `start ${timeOrNone('from')} -> ${timeOrNone('to')}(?: \\(${shift}\\))?`,
      `end ${timeOrNone('from')} -> ${timeOrNone('to')}`,
      `now yours(?:, was ${person}'s)?`,
      `no longer yours(?:, now ${person}'s)?`,
      'held',
      `held, was ${timeOrNone('from')}`,
      `released, at ${timeOrNone('to')}`,
    ),
    'left out': whole(`and ${version('left')} more, which did not fit here`),
    acknowledgement: whole(
      'No acknowledgement is needed\\.',
      `Acknowledge v${version('version')} \\(opens a page; press the button there\\): ${slot('url', 'https:\\/\\/\\S+')}`,
      `Acknowledge v${version('version')} - opens a page; press the button there\\.?`,
      `Please acknowledge v${version('version')}: read check code ${code} back on the bridge, or run: interlock ack \\k<code> --as ${id('subject')}`,
      `In earnest a link to acknowledge v${version('version')} stands here\\.`,
    ),
  };
}

/** Lines whose slots are lines again, each with what divides them. */
const within: { readonly [slot: string]: readonly [Role, string] } = {
  notes: ['note', '; '],
  changes: ['changed', '; '],
};

function ownOf(text: string, { indices }: RegExpExecArray): string {
  const spans = Object.values(indices?.groups ?? {}).filter((span) => span !== undefined);
  const isOwn = (at: number): boolean => !spans.some(([from, to]) => at >= from && at < to);
  const units = text.split('').map((unit, at) => (isOwn(at) ? unit : '\u00b7'));
  return units.join('').replaceAll(/\u00b7+/g, '\u00b7');
}

/** One line against the forms of its role. */
export function readLine(grammar: Grammar, { role, text }: Line): LineRead {
  for (const form of grammar[role]) {
    const found = form.exec(text);
    if (found !== null) return { slots: { ...found.groups }, own: ownOf(text, found) };
  }
  return { slots: null, own: text };
}

/** What lies inside the slots that are lines again, in order. */
export function partsOf({ slots }: LineRead): readonly Line[] {
  return Object.entries(within).flatMap(([name, [role, between]]) =>
    (slots?.[name]?.split(between) ?? []).map((text) => ({ role, text })),
  );
}

/** Signs that no eye sees, or that turn what it sees; line breaks are for the reader of a channel to take away. */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/u;

/** What is wrong with a line as words: not in the grammar, recommending something, or not to be seen. */
export function faultsOf(line: Line, { slots, own }: LineRead): readonly string[] {
  const where = `${line.role} ${JSON.stringify(line.text)}`;
  return [
    ...(slots === null ? [`not in the grammar: ${where}`] : []),
    ...(unseen.test(line.text) ? [`unseen signs: ${where}`] : []),
    ...recommendationsIn(own).map((words) => `recommends (${words}): ${where}`),
  ];
}
