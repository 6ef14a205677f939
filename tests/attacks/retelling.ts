/**
 * The same night told in other words (C35): every free text in a state replaced, and nothing else. Texts that were equal
 * stay equal and texts that differed stay different, because saying the same twice is a fact of its own.
 */
import { canonicalJson } from '../../ledger/canonical.ts';
import { CutoverState } from '../../ledger/cutover.ts';
import type { Judge } from '../../ledger/judge.ts';
import type { Proposal } from '../../ledger/proposal.ts';
import type { Json } from '../support/mutations.ts';
import { type Dice, oneOf } from '../support/problems.ts';
import { present } from './campaign.ts';
import { hostileText } from './payloads.ts';
import type { Stage } from './stage.ts';

/** Other words for each text, always the same ones for the same text. */
type Words = (text: string) => string;

const innocent = ['', ' ', 'all calm', 'finished at 02:10; will confirm', 'not before the call'];
const longest = 150;

/** Hostile and harmless words by turns, a few of them very plain; each ends in a number of its own. */
function otherWords(roll: Dice): Words {
  const known = new Map<string, string>();
  return (text) => {
    const told = known.get(text);
    if (told !== undefined) return told;
    const said = roll() < 0.7 ? hostileText(roll) : oneOf(roll, innocent);
    const made = `${said.slice(0, longest).replaceAll(/\p{Surrogate}/gu, '')} ${known.size}`;
    known.set(text, made);
    return made;
  };
}

/** What only people read. A word for an instant stands beside its zone, a closed reason beside no hold: not free. */
function isFree(key: string, beside: { readonly [key: string]: Json }): boolean {
  if (key === 'text') return !('zone' in beside) || 'path' in beside;
  return key === 'name' || (key === 'reason' && 'hold' in beside);
}

/** Statements are known by what they say. */
const ofStatement = 'statement:';
const subjectIn = (text: string, words: Words): string =>
  text.startsWith(ofStatement) ? ofStatement + words(text.slice(ofStatement.length)) : text;

function inOtherWords(value: Json, words: Words): Json {
  if (Array.isArray(value)) return value.map((item) => inOtherWords(item, words));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      const [source, subject] = key.split(' ', 2);
      const name = subject?.startsWith(ofStatement)
        ? `${source} ${subjectIn(key.slice(key.indexOf(' ') + 1), words)}`
        : subjectIn(key, words);
      if (typeof item !== 'string') return [name, inOtherWords(item, words)];
      if (key === 'subject') return [name, subjectIn(item, words)];
      return [name, isFree(key, value) ? words(item) : item];
    }),
  );
}

/** A state, given as JSON, in other words, as the ledger would hold it; and how many texts were told otherwise. */
export function retold(state: Json, roll: Dice): { state: CutoverState; texts: number } {
  let texts = 0;
  const words = otherWords(roll);
  const counted: Words = (text) => {
    texts += 1;
    return words(text);
  };
  const told = CutoverState.parse(inOtherWords(state, counted));
  Object.freeze(told.situation);
  return { state: told, texts };
}

/** Everything that the ledger and the rule book make of a proposal, as text. */
export const madeOf = (proposal: Proposal, stage: Stage, judge: Judge): string => {
  const outcome = present(proposal, stage, judge);
  switch (outcome.at) {
    case 'clean':
      return `clean ${outcome.waiting !== null}`;
    case 'ledger':
      return outcome.code;
    case 'gate':
      return canonicalJson(outcome.violations);
  }
};
