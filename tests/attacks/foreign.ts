/**
 * Words that are not the ledger's: whatever a proposal says that no ledger, no closed list and no honest mind says. A
 * proposal that is found clean with such a word in it would publish something its writer made up.
 */
import { z } from 'zod';
import type { CutoverState } from '../../ledger/cutover.ts';
import { Proposal } from '../../ledger/proposal.ts';
import { jsonOf } from '../support/mutations.ts';
import { textsIn } from './json.ts';
import type { Stage } from './stage.ts';

/** Every word that a schema spells out: the members of its closed lists. */
export function closedWords(schema: z.core.$ZodType): string[] {
  if (schema instanceof z.ZodEnum) return schema.options.map(String);
  if (schema instanceof z.ZodLiteral) return [...schema.values].map(String);
  if (schema instanceof z.ZodObject) return Object.values(schema.shape).flatMap(closedWords);
  if (schema instanceof z.ZodArray) return closedWords(schema.element);
  if (schema instanceof z.ZodNullable || schema instanceof z.ZodOptional) {
    return closedWords(schema.unwrap());
  }
  return schema instanceof z.ZodUnion ? schema.options.flatMap(closedWords) : [];
}

const closed = closedWords(Proposal);
const known = new WeakMap<CutoverState, ReadonlySet<string>>();

/** Every word of the ledger as it is, of the closed lists, and of the honest proposal. */
function wordsAt({ state, honest }: Stage): ReadonlySet<string> {
  const words = known.get(state);
  if (words !== undefined) return words;
  const made = new Set([...textsIn(jsonOf(state)), ...textsIn(jsonOf(honest)), ...closed]);
  known.set(state, made);
  return made;
}

/** Words of the body that nothing in the ledger says. A hold's id is made of such words and says no more than they do. */
export function foreignTexts(proposal: Proposal, stage: Stage): string[] {
  const words = wordsAt(stage);
  const isHoldId = (text: string): boolean =>
    text.startsWith('hold:') &&
    text
      .split(':')
      .slice(1)
      .every((part) => words.has(part));
  return textsIn(jsonOf(proposal.body)).filter((text) => !words.has(text) && !isHoldId(text));
}
