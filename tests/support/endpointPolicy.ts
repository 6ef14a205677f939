/**
 * What the test endpoint says. `obedient` works out the right answer from nothing but what the prompt gave it, the way a
 * model has to; `wrongInOnePlace` is the same with one thing changed; `script` says what a test wrote down.
 */
import type { Asked, Policy, Said } from './endpointTalk.ts';

export type Json = { readonly [key: string]: unknown };
const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: unknown): readonly Json[] =>
  Array.isArray(value) ? value.filter(isJson) : [];
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

export type Given = {
  readonly agent: string;
  readonly given: Json;
  readonly refused: readonly Json[];
};

/** What Interlock gave the model: the first message of the user. */
export function givenIn({ messages }: Asked): Given {
  const told: unknown = JSON.parse(messages.find(({ role }) => role === 'user')?.content ?? '{}');
  if (!isJson(told) || !isJson(told['given'])) return { agent: '', given: {}, refused: [] };
  return { agent: textOf(told['agent']), given: told['given'], refused: listOf(told['refused']) };
}

const unfenced = (text: unknown): string => textOf(text).replace(/^<outside>|<\/outside>$/g, '');
const wordsOf = (text: string): string[] => text.toLowerCase().match(/[a-z0-9]+/g) ?? [];

const small = new Set(['the', 'a', 'of', 'and', 'to', 'for', 'in', 'on', 'at', 'is', 'by']);

/** The checkpoint of which a clause has most words, if one has more than all others and no other is named in full. */
function checkpointIn(clause: string, checkpoints: readonly Json[]): string | null {
  const words = new Set(wordsOf(clause));
  const scored = checkpoints
    .map((item) => {
      const own = wordsOf(`${textOf(item['id'])} ${unfenced(item['name'])}`);
      const names = new Set(own.filter((word) => !small.has(word)));
      const matched = [...names].filter((word) => words.has(word)).length;
      return { id: textOf(item['id']), names, matched, share: matched / names.size };
    })
    .toSorted((one, other) => other.matched - one.matched || other.share - one.share);
  const [first, ...others] = scored;
  if (first === undefined || first.matched === 0) return null;
  const rival = others.some(
    ({ names, matched, share }) =>
      (matched === first.matched && share === first.share) ||
      (share === 1 && [...names].some((word) => !first.names.has(word))),
  );
  return rival ? null : first.id;
}

const kinds: readonly (readonly [string, RegExp])[] = [
  ['update_promised', /\b(next update|update at|update by)\b/i],
  ['forecast_finish', /\b(eta|expected|will finish|should finish|forecast)\b/i],
  ['revised_start', /\b(moved to|pushed to|postponed|rescheduled|now starts|will start)\b/i],
  ['actual_start', /\b(started|began)\b/i],
  ['actual_finish', /\b(finished|completed?|done)\b/i],
];

const doubted = /\b(not|no|if|never|rumou?r|disregard)\b|\?/i;

function readingsOf(statement: Json, given: Json): Json[] {
  const text = unfenced(statement['text']);
  return text.split(/(?<=[.!?;\n])\s+|\n/).flatMap((sentence): Json[] => {
    const quote = sentence.trim();
    const kind = kinds.find(([, pattern]) => pattern.test(quote))?.[0];
    const checkpoint = checkpointIn(quote, listOf(given['checkpoints']));
    if (kind === undefined || checkpoint === null || doubted.test(quote)) return [];
    return [{ statement: statement['factId'], quote, kind, checkpoint }];
  });
}

/** The right answer of one agent, as JSON. */
function rightAnswer({ agent, given }: Given): Json {
  switch (agent) {
    case 'readiness':
      return { readings: listOf(given['statements']).flatMap((item) => readingsOf(item, given)) };
    case 'resequencing':
      return { alternative: 'least_disturbance', own: null, rationale: ['least_disturbance'] };
    case 'holds':
      return {
        holds: listOf(given['holds']).map((hold) => ({
          hold: hold['hold'],
          holdClass: hold['derivedClass'],
          causes: listOf(hold['causes']).map((cause) => cause['cause']),
          release: listOf(hold['releases'])[0]?.['release'] ?? 'r1',
        })),
        rationale: ['blocks_most'],
      };
    case 'packet':
      return {
        leadHolds: listOf(given['holds']).map((hold) => hold['hold']),
        leadPeople: listOf(given['people']).map((item) => item['person']),
        template: Array.isArray(given['templates']) ? given['templates'][0] : null,
        rationale: ['blocks_most'],
      };
    default:
      return {};
  }
}

/** Answers every agent rightly, from what it was given alone. */
export const obedient: Policy = (asked) => ({ text: rightAnswer(givenIn(asked)) });

/** Right but for what `change` makes of the answer of one agent. */
export const wrongInOnePlace =
  (agent: string, change: (right: Json, given: Json) => unknown): Policy =>
  (asked) => {
    const told = givenIn(asked);
    const right = rightAnswer(told);
    return { text: told.agent === agent ? change(right, told.given) : right };
  };

const later = (minutes: number, given: Json): Json[] => {
  const [first] = listOf(given['alternatives']);
  return listOf(first?.['placements']).map(({ checkpoint, startAt, owner }) => ({
    checkpoint,
    startAt: Number(startAt) + minutes * 60_000,
    owner,
  }));
};

/** What a poor mind says of one agent's work: every word of it from the lists, none of it well chosen. */
function poorAnswer({ agent, given }: Given, count: number): Json {
  const right = rightAnswer({ agent, given, refused: [] });
  switch (agent) {
    case 'readiness': {
      const ids = listOf(given['checkpoints']).map(({ id }) => id);
      const readings = listOf(right['readings']).map((reading) => ({
        ...reading,
        kind: reading['kind'] === 'actual_start' ? 'actual_finish' : reading['kind'],
        checkpoint: ids[(ids.indexOf(reading['checkpoint']) + 1) % ids.length],
      }));
      return { readings };
    }
    case 'resequencing': {
      const own = { placements: later(count % 4 === 1 ? -20 : 35, given) };
      if (count % 2 === 1) return { alternative: null, own, rationale: ['more_slack'] };
      const last = listOf(given['alternatives']).at(-1);
      return { alternative: last?.['trade'] ?? null, own: null, rationale: ['earliest_finish'] };
    }
    case 'holds': {
      const classes = Array.isArray(given['classes']) ? given['classes'] : [];
      const holds = listOf(right['holds']).map((hold) => ({
        ...hold,
        holdClass: classes[(classes.indexOf(hold['holdClass']) + 1) % classes.length],
      }));
      return { holds, rationale: ['release_soonest'] };
    }
    case 'packet': {
      const turned = (ids: unknown): unknown[] => (Array.isArray(ids) ? ids.toReversed() : []);
      const [leadHolds, leadPeople] = [turned(right['leadHolds']), turned(right['leadPeople'])];
      const template = Array.isArray(given['templates']) ? given['templates'].at(-1) : null;
      return { leadHolds, leadPeople, template, rationale: ['context_notes'] };
    }
    default:
      return right;
  }
}

/** Always answers, always plausibly, never well; the same mistakes whatever the gate says of them. */
export const plausiblyBad: Policy = (asked, count) => ({
  text: poorAnswer(givenIn(asked), count),
});

/** Says `wrong` until the gate's words come back, then is obedient: a model that learns. */
export const wrongOnce =
  (wrong: Policy): Policy =>
  (asked, count) =>
    (givenIn(asked).refused.length === 0 ? wrong : obedient)(asked, count);

/** Says these one after another, then goes on obediently. */
export const script =
  (lines: readonly Said[]): Policy =>
  (asked, count) =>
    lines[count] ?? obedient(asked, count);
